"""Counts from Qiskit Aer: physical noise without twirling, or Pauli noise as an outside check. Needs the extra `aer`.

A task's circuit is one of two kinds:

- noiseless, on the physical qubits of `task.device`: waiting qubits relax and dephase, gates do so for their duration
  and are depolarizing for the rest of their published error, readout errors have a direction each (`aer_noise`);
- with its Pauli noise in it: that noise and no other.

Operations are put in an order in which few qubits are in use at a time (`narrow`). Up to 12 of them Aer keeps a density
matrix where that is cheaper, and draws all shots from it; above it runs one state vector for each shot, which is
practical to about 20. Pauli noise beyond 12 is sampled on stabilizer states, any number of qubits. `aer_mps` goes on
where none of these will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import stim

from ...core.types import BitArray, IntArray
from ...errors import LimitError, MissingExtraError, ProgramError, UsageError
from ...noise import load_device
from ..task import Outcome, Task
from .software_frame import SoftwareFrame
from .tags import has_rotations

if TYPE_CHECKING:
    from .aer_program import AerProgram

__all__ = ["MAX_QUBITS", "run", "run_with"]

MAX_QUBITS = 28
"""A state vector of more takes above 4 GiB."""

_MAX_DENSITY_QUBITS = 12
_DENSITY_SHOTS = 2000  # from here on a density matrix of ten qubits is faster than as many state vectors
_MAX_WORK = 1e14
_SEEDS = 2**31


def run(task: Task) -> Outcome:
    """Evaluate a task of the engine "aer".

    Raises:
        MissingExtraError: without qiskit-aer.
        UsageError: for a quantity other than "counts" and "observables", or no shots.
        LimitError: for more qubits than a state vector can have.
        ProgramError: for a circuit that is not as the module says.
    """
    return run_with(task, "automatic")


def run_with(
    task: Task, method: str, *, options: dict[str, Any] | None = None, order: Sequence[int] | None = None
) -> Outcome:
    """Evaluate a task by one of Aer's methods.

    Args:
        task: the task.
        method: "automatic", as the module says, or a name of Aer's.
        options: further options of `AerSimulator`.
        order: of the qubits in Aer's register.
    """
    _check(task)
    circuit = stim.Circuit(task.circuit)
    noisy = circuit != circuit.without_noise()
    device = load_device(task.device) if task.device and not noisy else None
    flips = task.quantity == "observables"
    frame = SoftwareFrame.of_observables(circuit) if flips else SoftwareFrame.of(circuit, task.record_bits)
    from .aer_program import aer_program

    program = aer_program(frame.circuit, device, order)
    if method == "automatic":
        program = program.narrowed()
        method = _method(program, task, clifford=device is None and not has_rotations(frame.circuit))
    records, numbers = _sampled(program, task, method, options or {})
    return Outcome(task.id, frame.histogram(records, numbers), {})


def _check(task: Task) -> None:
    try:
        import qiskit_aer  # noqa: F401
    except ImportError:
        raise MissingExtraError.of("qiskit-aer", "aer") from None
    if task.quantity not in ("counts", "observables"):
        raise UsageError.of("quantity", task.quantity, f"counts or observables, for the engine {task.engine}")
    if task.shots < 1:
        raise UsageError.of("shots", task.shots, "at least 1")


def _method(program: AerProgram, task: Task, *, clifford: bool) -> str:
    """The method that is quickest for a program, among those that can have it."""
    width = program.program.num_qubits
    if width <= _MAX_DENSITY_QUBITS and program.terminal and task.shots >= _DENSITY_SHOTS * 4.0 ** (width - 10):
        return "density_matrix"
    if clifford and width > _MAX_DENSITY_QUBITS:
        return "stabilizer"
    if width > MAX_QUBITS:
        hint = "Use the engine aer-mps, or stim, which takes any number under Pauli noise."
        raise LimitError.of("circuit", f"{width} qubits at a time", f"at most {MAX_QUBITS} for aer", hint)
    work = task.shots * len(program.program.data) * 2.0**width
    if work > _MAX_WORK:
        hint = "Take fewer shots, the engine aer-mps, or stim, whose noise is twirled."
        expected = f"at most {_MAX_WORK:.0e}, about a day, for aer"
        raise LimitError.of("circuit", f"{work:.0e} amplitudes to work out on {width} qubits", expected, hint)
    return "statevector"


def _sampled(program: AerProgram, task: Task, method: str, options: dict[str, Any]) -> tuple[BitArray, IntArray]:
    """Different records, shape (m, records), and how often each was read."""
    from qiskit_aer import AerSimulator

    simulator = AerSimulator(
        method=method,
        noise_model=program.readout_model(),
        # One thread: workers share the processor, and sums have one order whatever the machine.
        max_parallel_threads=1,
        # It would join gates and noise to Kraus operators of several qubits, which takes longer than both.
        fusion_enable=method != "statevector",
        **options,
    )
    seed = int(task.rng().integers(_SEEDS))
    result = simulator.run(program.program, shots=task.shots, seed_simulator=seed).result()
    if not result.success:
        raise ProgramError(
            f"circuit: got a refusal by Aer, expected a circuit for its method {method}: {result.status}"
        )
    counts = result.get_counts()
    # Qiskit writes classical bit 0 last.
    text = "".join(counts).replace(" ", "")
    bits: BitArray = np.frombuffer(text.encode(), dtype=np.uint8).reshape(len(counts), -1)[:, ::-1] == ord("1")
    records = bits.copy()
    records[:, list(program.inverted)] ^= True
    return records, np.array(list(counts.values()), dtype=np.int64)
