"""Ways to evaluate a task, one module each with `run(task) -> Outcome`; `evaluate` chooses by the task's engine.

    exact               without sampling, any size
    stim                sampling of circuits with Pauli noise, any size
    aer                 Qiskit Aer with the full noise of a calibration, to about 25 qubits (extra)
    aer_mps             the same by matrix product states (extra)
    qiskit_primitives   processors and their stand-ins (extra)

No module knows of the others, of files or of executors.
"""

__all__: list[str] = []
