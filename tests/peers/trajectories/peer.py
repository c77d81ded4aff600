"""Times dysts on its own flows: 1,000 points at 100 points a period.

usage: peer.py dop853|default [NAME ...]; prints a name, seconds and the time
between points a line.
"""

import sys
import time
import warnings

warnings.simplefilter("ignore")
import dysts.flows as flows  # noqa: E402
from dysts.systems import get_attractor_list  # noqa: E402

how = sys.argv[1]
names = sys.argv[2:] or get_attractor_list()
for name in names:
    try:
        model = getattr(flows, name)()
    except AttributeError:
        continue
    if hasattr(model, "tau"):
        continue
    settings = {"pts_per_period": 100}
    if how == "dop853":
        settings |= {"method": "DOP853", "rtol": 1e-9, "atol": 1e-9}
    try:
        model.make_trajectory(10, **settings)  # compiles
        begun = time.perf_counter()
        model.make_trajectory(1000, **settings)
        seconds = time.perf_counter() - begun
        print(name, seconds, model.period / 100, flush=True)
    except Exception as error:  # noqa: BLE001
        print(name, "failed", error, file=sys.stderr, flush=True)
