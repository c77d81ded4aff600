"""Runs patterns in bgolly and in Strange Loom and compares the numbers of cells in each state."""

import json
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

OURS, RULES = sys.argv[1:3]
# A MAP drawn once at random, its first bit cleared so that empty space stays empty.
RANDOM = random.Random(9)
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+"
MAP = "MAPA" + "".join(RANDOM.choice(DIGITS) for _ in range(84)) + "A"
LOOP = ["022222222", "2170140142", "2022222202", "2720000212", "2120000212", "2020000212",
        "2720000212", "21222222122222", "207107107111112", "02222222222222"]

Q, G, L, R = "QuickLife", "Generations", "Larger than Life", "RuleLoader"
# algorithm, rule, start, generations
CASES = [
    (Q, "B3/S23", "r-pentomino", 1103),
    (Q, "B3/S23", "acorn", 5206),
    (Q, "B3/S23", "soup 64 64", 300),
    (Q, "B3/S23:T64", "soup 64 64", 500),
    (Q, "B3/S23:P64,48", "soup 64 48", 200),
    (Q, "B3/S23:T64+5,48", "soup 64 48", 200),
    (Q, "B3/S23:T64,48-3", "soup 64 48", 200),
    (Q, "B3/S23:K64*,48", "soup 64 48", 200),
    (Q, "B3/S23:K64,48*", "soup 64 48", 200),
    (Q, "B3/S23:K64*+1,48", "soup 64 48", 200),
    (Q, "B3/S23:K63,48*+1", "soup 63 48", 200),
    (Q, "B3/S23:C64,48", "soup 64 48", 200),
    (Q, "B3/S23:C63,49", "soup 63 49", 200),
    (Q, "B3/S23:S48", "soup 48 48", 200),
    (Q, "B3/S23:T64,0", "soup 64 40", 200),
    (Q, "B3/S23:P0,48", "soup 60 48", 200),
    (Q, "B36/S23", "soup 40 40", 200),
    (Q, "B3678/S34678", "soup 40 40", 200),
    (Q, "B2-a/S12", "soup 20 20", 60),
    (Q, "B3/S2-i34q", "soup 40 40", 200),
    (Q, "B3-cnqy4cit/S1c23-a4q5a:T64", "soup 64 64", 100),
    (Q, "B2ci3ai4-nq5jk6/S1c2-ek3acq4z5y7:T64", "soup 64 64", 60),
    (Q, "B2/S34H", "soup 40 40", 100),
    (Q, "B2/S34H:T50,40", "soup 50 40", 100),
    (Q, "B13/S012V", "soup 20 20", 60),
    (Q, "B13/S012V:P50,40", "soup 50 40", 60),
    (Q, MAP + ":T40", "soup 40 40", 40),
    (Q, "B03/S23", "soup 20 20", 41),
    (Q, "B03/S23", "soup 20 20", 40),
    (Q, "B0123478/S01234678", "soup 30 30", 101),
    (Q, "B0124-k/S1c25", "soup 20 20", 30),
    (Q, "B02/S23H", "soup 16 16", 25),
    (Q, "B02/S1-c3k", "soup 16 16", 25),
    (Q, "W22", "cell", 200),
    (Q, "W30", "cell", 200),
    (Q, "W110", "soup 60 1", 200),
    (G, "/2/3", "soup 40 40", 80),
    (G, "/2/3:T64", "soup 64 64", 200),
    (G, "345/2/4", "soup 40 40", 80),
    (G, "345/2/4:P64,48", "soup 64 48", 200),
    (G, "2/13/21", "soup 20 20", 60),
    (G, "12345/45678/8:T64", "soup 64 64", 100),
    (G, "02/13/5V:T64,50", "soup 64 50", 60),
    (G, "/23/8", "soup 30 30", 60),
    (L, "R5,C0,M1,S34..58,B34..45,NM:T100,80", "soup 100 80", 60),
    (L, "R7,C0,M1,S100..200,B75..170,NM", "soup 40 40", 10),
    (L, "R4,C0,M1,S12..25,B11..18,NN:T80", "soup 80 80", 40),
    (L, "R4,C6,M0,S15..30,B14..22,NC:P80,60", "soup 80 60", 40),
    (L, "R2,C3,M0,S3..6,B4..5,NM", "soup 30 30", 30),
    (L, "3,12,17,12,22:T70", "soup 70 70", 40),
    (R, "WireWorld:T60", "states 60 60 4", 60),
    (R, "Langtons-Loops", "loop", 151),
    (R, "Langtons-Loops", "loop", 600),
    (R, "Evoloop:T60", "states 60 60 9", 60),
    (R, "Evoloop", "loop", 400),
    (R, "LifeHistory", "states 40 40 7", 100),
]


def cells(start):
    """The cells of a start as (x, y): state."""
    words = start.split()
    if words[0] == "r-pentomino":
        return {(1, 0): 1, (2, 0): 1, (0, 1): 1, (1, 1): 1, (1, 2): 1}
    if words[0] == "acorn":
        return {(1, 0): 1, (3, 1): 1, (0, 2): 1, (1, 2): 1, (4, 2): 1, (5, 2): 1, (6, 2): 1}
    if words[0] == "cell":
        return {(0, 0): 1}
    if words[0] == "loop":
        return {(x, y): int(c) for y, row in enumerate(LOOP) for x, c in enumerate(row) if c != "0"}
    width, height = int(words[1]), int(words[2])
    states = int(words[3]) if words[0] == "states" else 2
    rand = random.Random(start)
    return {
        (x, y): rand.randrange(1, states)
        for y in range(height) for x in range(width) if rand.random() < 0.4
    }


def rle(found, rule):
    """A pattern file; on a bounded grid the cells start at its corner."""
    width = 1 + max(x for x, _ in found)
    height = 1 + max(y for _, y in found)
    corner = [0, 0]
    if ":" in rule:
        sides = [int(n) for n in re.findall(r"(\d+)(?:\*)?(?:[+-]\d+)?", rule.split(":")[1])]
        corner = [-(n // 2) for n in (sides * 2)[:2]]
    many = max(found.values()) > 1
    def letter(state):
        return (".ABCDEFGHIJKLMNOPQRSTUVWX"[state]) if many else "bo"[state]
    rows = ["".join(letter(found.get((x, y), 0)) for x in range(width)) for y in range(height)]
    return f"#CXRLE Pos={corner[0]},{corner[1]}\nx = {width}, y = {height}, rule = {rule}\n" + "$\n".join(rows) + "!\n"


def counts(text):
    """The numbers of cells in each state of an RLE file."""
    body = "".join(l for l in text.splitlines() if l and not l.startswith(("#", "x")))
    found = Counter()
    for number, prefix, letter in re.findall(r"(\d*)([p-y]?)([b.oA-X$!])", body):
        if letter in "b.$!":
            continue
        state = 1 if letter == "o" else ord(letter) - 64
        state += 24 * (ord(prefix) - 111) if prefix else 0
        found[state] += int(number or 1)
    return dict(found)


def main():
    wrong = 0
    print(f"{'rule':42} {'start':16} {'generation':>10} {'cells':>9}  bgolly and Strange Loom")
    with tempfile.TemporaryDirectory() as folder:
        # bgolly looks in one folder only: Golly's own rules, and ours over them.
        for source in ["/usr/share/golly/Rules", RULES]:
            for file in Path(source).glob("*.rule"):
                Path(folder, file.name).write_bytes(file.read_bytes())
        start, end = Path(folder, "start.rle"), Path(folder, "end.rle")
        for algorithm, rule, kind, generations in CASES:
            start.write_text(rle(cells(kind), rule))
            end.unlink(missing_ok=True)
            command = ["bgolly", "-q", "-a", algorithm, "-s", folder + "/", "-m", str(generations), "-o", str(end), str(start)]
            told = subprocess.run(command, capture_output=True, text=True)
            theirs = counts(end.read_text()) if end.exists() else told.stdout[-200:]
            told = subprocess.run([OURS, str(start), str(generations)], capture_output=True, text=True)
            ours = told.stderr[-200:]
            if told.returncode == 0:
                ours = {int(k): v for k, v in json.loads(told.stdout)["state_counts"].items() if k != "0" and v}
            same = ours == theirs
            wrong += not same
            total = sum(theirs.values()) if isinstance(theirs, dict) else "-"
            print(f"{rule[:42]:42} {kind:16} {generations:>10} {total:>9}  {'equal' if same else f'DIFFERENT: {theirs} {ours}'}")
    print(f"{len(CASES) - wrong} of {len(CASES)} cases equal")
    sys.exit(wrong > 0)


main()
