"""Kills: processes of vaults that SIGKILL ends at counted and at random moments, then a restart and an audit.

    python3 x.py bench crash --kills 1000 --seed 1 --out build/crash.jsonl

Rounds go in turn: `sweep` kills one process at every 13th commit or checkpoint of a short life (13 such rounds die at
every one), `embedded` kills one process over many lives, `deployment` kills world, gateway, providers and customers.
Every kill is a line of the file; whoever starts the same command again goes on with the first unfinished round.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
KINDS = ("sweep", "embedded", "deployment")
STRIDE = 13
WIDTH = 30


def options_of(kind: str, turn: int) -> list[str]:
    """Arguments of one round."""
    if kind == "sweep":
        return [f"first={1 + turn % STRIDE}", f"stride={STRIDE}"]
    return ["kills=25" if kind == "embedded" else "kills=10"]


def reports(round_: int, seed: int) -> Iterator[dict[str, Any]]:
    """Run one round, which is a process of its own."""
    turn, kind = round_ // len(KINDS), KINDS[round_ % len(KINDS)]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}", "OPENBLAS_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory(prefix="qloak-crash-") as folder:
        # Sweeps of one seed die at different moments of the same life.
        own = seed if kind == "sweep" else seed * 1000 + round_
        command = [sys.executable, "-m", "tests.crash", kind, folder, str(own), *options_of(kind, turn)]
        with (Path(folder) / "errors.log").open("w+") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
            assert process.stdout is not None
            for line in process.stdout:
                yield {"round": round_, **json.loads(line)}
            if process.wait():
                log.seek(0)
                yield {"round": round_, "kind": kind, "killed": False, "violations": [log.read()[-4000:]]}


def read(path: Path) -> list[dict[str, Any]]:
    """Lines of the rounds that were finished; the file is cut after them."""
    lines = [json.loads(line) for line in path.read_text().split("\n")[:-1]] if path.exists() else []
    done = {line["round"] for line in lines if line["kind"] == "done"}
    kept = [line for line in lines if line["round"] in done]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in kept))
    return kept


def show(done: int, wanted: int, violations: int, began: float) -> None:
    """The progress bar."""
    filled = min(WIDTH, WIDTH * done // wanted)
    bar = "#" * filled + "." * (WIDTH - filled)
    text = f"\r[{bar}] {done}/{wanted} kills, {violations} violations, {time.monotonic() - began:.0f} s"
    print(text, end="", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "crash.jsonl")
    chosen = parser.parse_args()
    lines, began = read(chosen.out), time.monotonic()
    print(f"seed {chosen.seed}; {sum(line['killed'] for line in lines)} kills were done before", file=sys.stderr)
    round_ = len({line["round"] for line in lines})
    with chosen.out.open("a") as file:
        while sum(line["killed"] for line in lines) < chosen.kills:
            done = {"round": round_, "kind": "done", "killed": False}
            for line in itertools.chain(reports(round_, chosen.seed), [done]):
                lines.append({"violations": [], **line})
                file.write(json.dumps(lines[-1]) + "\n")
                file.flush()
                violations = sum(len(each["violations"]) for each in lines)
                show(sum(each["killed"] for each in lines), chosen.kills, violations, began)
            round_ += 1
    print(file=sys.stderr)
    kinds = Counter(line["kind"] for line in lines if line["killed"])
    found = [(line["round"], text) for line in lines for text in line["violations"]]
    print(", ".join(f"{count} kills: {kind}" for kind, count in sorted(kinds.items())))
    print(f"{sum(kinds.values())} kills, {len(found)} violations")
    for number, text in found:
        print(f"round {number}: {text}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
