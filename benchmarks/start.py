"""Start-up times: `import qloak`, `qloak --help`, a large circuit file, the demo.

Each figure is the median wall time of fresh processes, and its ratio to an empty Python in the same run.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BIN = Path(sys.executable).parent


def median_seconds(command: list[str], runs: int = 5) -> float:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    qloak = str(BIN / "qloak")
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "roundtrip.stim")
        commands = {
            "empty Python": [sys.executable, "-c", "pass"],
            "import qloak (aim 0.3 s)": [sys.executable, "-c", "import qloak"],
            "qloak --help (aim 0.6 s)": [qloak, "--help"],
            "qloak demo (aim 3 s)": [qloak, "demo", "--seed", "1"],
            "circuit of 100,000 clones (aim 2 s)": [qloak, "circuit", "--clones", "100000", "-o", out],
        }
        base = None
        print(f"{'what':<40}{'seconds':>10}{'ratio':>8}")
        for name, command in commands.items():
            seconds = median_seconds(command)
            base = seconds if base is None else base
            print(f"{name:<40}{seconds:>10.3f}{seconds / base:>8.1f}", flush=True)


if __name__ == "__main__":
    main()
