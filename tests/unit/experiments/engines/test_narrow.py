"""Fewer qubits for the same circuit."""

from __future__ import annotations

import numpy as np
import pytest
import stim

from qloak.experiments.engines.aer_program import aer_program

pytest.importorskip("qiskit_aer")


def probabilities(circuit) -> np.ndarray:
    """Of the records, exactly: from the density matrix before the measurements."""
    from qiskit_aer import AerSimulator

    read = {circuit.find_bit(s.clbits[0]).index: circuit.find_bit(s.qubits[0]).index for s in circuit.data if s.clbits}
    bare = circuit.remove_final_measurements(inplace=False)
    bare.save_probabilities([read[bit] for bit in sorted(read)])
    result = AerSimulator(method="density_matrix", max_parallel_threads=1).run(bare).result()
    return np.asarray(result.data(0)["probabilities"])


def test_units_side_by_side_are_drawn_one_after_the_other():
    """Five chains of three qubits, of which only the first one is read."""
    lines = ["H 0", *(f"CX 0 {3 * i}" for i in range(1, 5))]
    lines += [f"CX {3 * i} {3 * i + j}\nH {3 * i + j}\nCX {3 * i + j} {3 * i}" for j in (1, 2) for i in range(5)]
    lines += [f"M {3 * i}" for i in range(5)]
    program = aer_program(stim.Circuit("\n".join(lines)), None)
    narrow = program.narrowed()
    assert (program.program.num_qubits, narrow.program.num_qubits) == (15, 6)
    assert narrow.program.num_clbits == 5
    assert [step.operation.name for step in narrow.program.data][-5:] == ["measure"] * 5


@pytest.mark.parametrize("seed", range(6))
def test_random_noisy_circuits_keep_their_probabilities(seed):
    rng = np.random.default_rng(seed)
    circuit = stim.Circuit()
    for _ in range(40):
        a = int(rng.integers(6))
        b = (a + 1) % 6
        if rng.integers(2):
            circuit.append(rng.choice(["CX", "CZ", "ISWAP"]), [a, b])
            circuit.append("DEPOLARIZE2", [a, b], 0.05)
        else:
            circuit.append(rng.choice(["H", "S", "SQRT_X", "R"]), [a])
            circuit.append("PAULI_CHANNEL_1", [a], [0.01, 0.02, 0.03])
    circuit.append("M", rng.choice(6, size=2, replace=False).tolist())
    program = aer_program(circuit, None)
    narrow = program.narrowed()
    assert narrow.program.num_qubits <= program.program.num_qubits
    assert probabilities(narrow.program) == pytest.approx(probabilities(program.program), abs=1e-12)


def test_feed_forward_stays_behind_its_record():
    circuit = stim.Circuit("X 0\nM 0\nCX rec[-1] 1\nM 1\nCX rec[-1] 2\nM 2")
    narrow = aer_program(circuit, None).narrowed()
    names = [step.operation.name for step in narrow.program.data]
    assert names == ["x", "measure", "if_else", "measure", "if_else", "measure"]


def test_readout_errors_move_with_their_qubits():
    narrow = aer_program(stim.Circuit("CX 0 1\nCX 1 2\nCX 3 4\nM(0.1) 2\nM(0.2) 4"), None).narrowed()
    places = [narrow.program.find_bit(s.qubits[0]).index for s in narrow.program.data if s.operation.name == "measure"]
    assert [narrow.flips[place] for place in places] == [(0.1, 0.1), (0.2, 0.2)]
    assert narrow.program.num_qubits < 5
