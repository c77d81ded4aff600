"""The programs that "Copy as Python" writes against the program they come from.

For every system of the catalogue: a few points of the trajectory (SciPy's DOP853 and ours) and
the Jacobian against central differences. Usage: peer.py PATH-TO-STRANGE-LOOM
"""

import csv
import importlib.util
import io
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

POINTS = 8


def ours(*arguments):
    found = subprocess.run([sys.argv[1], "attractors", *arguments], capture_output=True, text=True)
    if found.returncode:
        raise SystemExit(found.stderr)
    return found.stdout


def load(name, folder):
    path = pathlib.Path(folder) / f"{name}.py"
    ours("python", name, "--out", str(path))
    spec = importlib.util.spec_from_file_location(f"system_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def jacobian_error(function, jacobian, state):
    by_hand = np.zeros((len(state), len(state)))
    for j, x in enumerate(state):
        step = np.zeros(len(state))
        step[j] = 1e-6 * max(1.0, abs(x))
        by_hand[:, j] = (function(0.3, state + step) - function(0.3, state - step)) / (2 * step[j])
    exact = jacobian(0.3, state)
    return np.max(np.abs(exact - by_hand) / (1 + np.abs(exact)))


def main():
    names = [entry["name"] for entry in json.loads(ours("list", "--json"))]
    worst = [0.0, 0.0]
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            module = load(name, folder)
            arguments = ["trajectory", name, "--points", str(POINTS)]
            if hasattr(module, "step"):
                function, states = module.step, module.trajectory(POINTS)
            else:
                function, states = module.rates, module.trajectory(POINTS, 100)[1]
                arguments += ["--points-per-period", "100", "--method", "dop853", "--tolerance", "1e-12"]
            rows = list(csv.reader(io.StringIO(ours(*arguments))))[1:]
            expected = np.array(rows, dtype=float)[:, 1:]
            path = np.max(np.abs(expected - states) / (1 + np.abs(expected)))
            slope = jacobian_error(function, module.jacobian, module.initial)
            if not (path < 1e-6 and slope < 1e-5):
                raise SystemExit(f"{name}: trajectory differs by {path:.1e}, Jacobian by {slope:.1e}")
            worst = [max(worst[0], path), max(worst[1], slope)]
    print(f"{len(names)} systems: trajectories within {worst[0]:.1e}, "
          f"Jacobians within {worst[1]:.1e} of central differences")


if __name__ == "__main__":
    main()
