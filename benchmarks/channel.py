"""The exact channel against sampling, in one run.

For each number of clones and each decoder: the exact channel with circuit noise, end to end (building the
circuit included), its memory, and how cost grows. Beside it, where they still run, what a sampling loop
would take to a standard error of 1e-4 in the entanglement fidelity: stim's sampler and Aer's stabilizer
method, timed on a few shots and scaled up. Every exact row runs in a process of its own, so that its peak
memory is its own.

    python3 x.py bench channel [--clones 10,1000,100000,1000000]
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time

STANDARD_ERROR = 1e-4
STIM_UP_TO = 1000
AER_UP_TO = 10
EXACT = """
import json, resource, sys, time
start = time.perf_counter()
from qloak.analysis import pauli_channel
from qloak.core import EncryptedCloning
from qloak.noise import uniform_depolarizing
n, method = int(sys.argv[1]), sys.argv[2]
p = 0.02 / n
noise = uniform_depolarizing(two_qubit=p, one_qubit=p / 10, readout=p)
imported = time.perf_counter()
result = pauli_channel(EncryptedCloning(n), noise, method=method)
end = time.perf_counter()
rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
row = {"fidelity": result.entanglement_fidelity, "seconds": end - imported, "total": end - start, "rss": rss}
print(json.dumps(row))
"""


def exact(n: int, method: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-c", EXACT, str(n), method], check=True, capture_output=True, text=True)
    row: dict[str, float] = json.loads(done.stdout)
    return row


def checked_circuit(n: int, method: str):  # noqa: ANN201 - stim.Circuit
    """Noisy round trip with a reference, its two correlators as observables."""
    import stim

    from qloak.circuits import roundtrip_circuit
    from qloak.core import EncryptedCloning
    from qloak.noise import uniform_depolarizing

    p = 0.02 / n
    noise = uniform_depolarizing(two_qubit=p, one_qubit=p / 10, readout=p)
    reference = 2 * n + 1
    circuit = stim.Circuit(f"H {reference}\nCX {reference} 0")
    circuit += noise.noisy_circuit(roundtrip_circuit(EncryptedCloning(n), "S1", method=method))
    circuit += stim.Circuit(
        f"MPP X{reference}*X1\nOBSERVABLE_INCLUDE(0) rec[-1]\nMPP Z{reference}*Z1\nOBSERVABLE_INCLUDE(1) rec[-1]"
    )
    return circuit


def shots_needed(fidelity: float) -> float:
    return fidelity * (1 - fidelity) / STANDARD_ERROR**2


def stim_seconds(n: int, method: str, fidelity: float) -> tuple[float, float]:
    """Seconds to the standard error, and the fidelity of the shots that were run."""
    import numpy as np

    sampler = checked_circuit(n, method).compile_detector_sampler()
    shots = 20_000
    start = time.perf_counter()
    _, observables = sampler.sample(shots, separate_observables=True)
    seconds = time.perf_counter() - start
    return seconds * shots_needed(fidelity) / shots, float(np.mean(~observables.any(axis=1)))


def aer_seconds(n: int, method: str, fidelity: float) -> float:
    """Seconds to the standard error with Aer's stabilizer method and the same error rates."""
    import numpy as np
    from qiskit_aer.noise import NoiseModel, ReadoutError, depolarizing_error

    from qloak.circuits import roundtrip_circuit
    from qloak.core import EncryptedCloning
    from qloak.simulators.aer import AerEngine

    p = 0.02 / n
    # Aer's parameter counts the identity: strength p of non-identity Paulis is 4^k / (4^k - 1) times it.
    model = NoiseModel()
    model.add_all_qubit_quantum_error(depolarizing_error(p * 16 / 15, 2), ["cx", "cz"])
    model.add_all_qubit_quantum_error(depolarizing_error(p / 10 * 4 / 3, 1), ["h", "s", "sx", "sdg"])
    model.add_all_qubit_readout_error(ReadoutError([[1 - p, p], [p, 1 - p]]))
    engine = AerEngine(method="stabilizer", noise_model=model)
    shots = 500
    circuit = roundtrip_circuit(EncryptedCloning(n), "S1", method=method)
    circuit.append("M", [1])
    start = time.perf_counter()
    engine.sample(circuit, shots, rng=np.random.default_rng(1))
    return (time.perf_counter() - start) * shots_needed(fidelity) / shots


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clones", default="10,1000,100000,1000000")
    sizes = [int(text) for text in parser.parse_args().clones.split(",")]
    print(f"{'clones':>8} {'decoder':<9} {'exact s':>9} {'with start':>10} {'MB':>6} {'growth':>7}", end="")
    print(f" {'stim s':>10} {'ratio':>9} {'Aer s':>10} {'ratio':>9}  fidelity exact / stim's shots")
    before: dict[str, tuple[int, float]] = {}
    for n in sizes:
        for method in ("unitary", "measured"):
            row = exact(n, method)
            line = f"{n:>8} {method:<9} {row['seconds']:>9.3f} {row['total']:>10.2f} {row['rss'] / 1e6:>6.0f}"
            if method in before:
                size, seconds = before[method]
                line += f" {math.log(row['seconds'] / seconds) / math.log(n / size):>7.2f}"
            else:
                line += f" {'':>7}"
            before[method] = (n, row["seconds"])
            sampled = ""
            if n <= STIM_UP_TO:
                seconds, fidelity = stim_seconds(n, method, row["fidelity"])
                line += f" {seconds:>10.1f} {seconds / row['seconds']:>9.0f}"
                sampled = f" / {fidelity:.4f}"
            else:
                line += f" {'':>10} {'':>9}"
            if n <= AER_UP_TO:
                seconds = aer_seconds(n, method, row["fidelity"])
                line += f" {seconds:>10.0f} {seconds / row['seconds']:>9.0f}"
            else:
                line += f" {'':>10} {'':>9}"
            print(f"{line}  {row['fidelity']:.8f}{sampled}", flush=True)
    print("growth: exponent of cost against size since the row before; 1 is linear")


if __name__ == "__main__":
    main()
