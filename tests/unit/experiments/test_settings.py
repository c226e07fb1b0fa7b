"""Measurement settings."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import stim

from qloak.compile.decoders import roundtrips
from qloak.compile.roundtrip import encoder_lowering
from qloak.errors import UsageError
from qloak.experiments.noisy import ORDERS
from qloak.experiments.physical import BELL_CHECKS, PhysicalCircuit
from qloak.experiments.settings import parity_settings, setting_circuit
from tests.encoders import ENCODERS, KINGSTON
from tests.unit.experiments.test_physical import bell_pair

ENCODER = ENCODERS["one unit"]
PHYSICAL = PhysicalCircuit.of_roundtrip(
    roundtrips(ENCODER, KINGSTON)[148], encoder_operations=len(encoder_lowering(ENCODER).operations)
)
WANTED = {"XX": 1, "YY": -1, "ZZ": 1}


def parity(circuit: stim.Circuit, records: tuple[int, ...]) -> float:
    """Mean parity of some records over 64 shots of a circuit without noise."""
    shots = circuit.compile_sampler(seed=1).sample(64)[:, list(records)]
    return float(1 - 2 * np.bitwise_xor.reduce(shots, axis=1).mean())


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("letters", WANTED)
def test_pauli_settings_read_the_bell_pair(letters: str, order):
    circuit, records = setting_circuit(PHYSICAL, letters, order=order)
    assert parity(circuit, records) == WANTED[letters]
    assert parity(*setting_circuit(PHYSICAL, ("-" + letters[0], letters[1]), order=order)) == -WANTED[letters]


def test_the_reference_is_read_before_the_key():
    _, (reference, clone) = setting_circuit(PHYSICAL, "ZZ", order="reference-first")
    assert (reference, clone) == (0, 3)
    assert setting_circuit(PHYSICAL, "ZZ", order="clone-first")[1] == (3, 2)
    assert setting_circuit(PHYSICAL, "ZZ")[1] == (2, 3)


def test_noise_of_the_device_is_written_in():
    circuit, records = setting_circuit(PHYSICAL, "ZZ", device=KINGSTON.device)
    assert str(circuit).count("DEPOLARIZE2")
    assert parity(circuit.without_noise(), records) == 1
    assert str(setting_circuit(PHYSICAL, "ZZ")[0]).count("DEPOLARIZE") == 0


def test_paulis_in_software_invert_records():
    pair = PhysicalCircuit(bell_pair().stages, (0, 1), (((), ()), ((), ())), "YI", BELL_CHECKS)
    circuit, _ = setting_circuit(pair, "XZ")
    assert str(circuit).endswith("MX !0\nM 1")
    assert str(setting_circuit(pair, "YY")[0]).endswith("MY 0 1")


def rotation(axis: str, angle: float) -> np.ndarray:
    """exp(-i angle/2 P)."""
    pauli = {"Y": np.array([[0, -1j], [1j, 0]]), "Z": np.diag([1, -1])}[axis]
    return np.cos(angle / 2) * np.eye(2) - 1j * np.sin(angle / 2) * pauli


def observable(circuit: stim.Circuit, qubit: int) -> np.ndarray:
    """What a record of Z behind the last gates on a qubit tells of the state in front of them."""
    unitary = np.eye(2, dtype=complex)
    for instruction in circuit:
        if qubit in [target.value for target in instruction.targets_copy()]:
            if instruction.tag:
                axis, angle = instruction.tag.removeprefix("R_").removesuffix("*pi)").split("(theta=")
                unitary = rotation(axis, float(angle) * np.pi) @ unitary
            elif instruction.name == "H":
                unitary = np.array([[1, 1], [1, -1]]) / np.sqrt(2) @ unitary
    return unitary.conj().T @ np.diag([1, -1]) @ unitary


X, Y, Z = np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1, -1])


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        ("D+", (Z + X) / np.sqrt(2)),
        ("D-", (Z - X) / np.sqrt(2)),
        *((f"{k}/8", np.cos(k * np.pi / 8) * X + np.sin(k * np.pi / 8) * Y) for k in range(1, 8)),
    ],
)
def test_rotated_settings_read_what_they_say(basis: str, expected: np.ndarray):
    circuit, _ = setting_circuit(bell_pair(), (basis, "Z"))
    plain, _ = setting_circuit(bell_pair(), ("Z", "Z"))
    behind = circuit[len(plain) - 1 :]
    np.testing.assert_allclose(observable(behind, 0), expected, atol=1e-12)


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_parity_settings_are_those_of_the_estimator(size: int):
    names = [names[0] for names in parity_settings(size)]
    assert all(len(each) == size for each in parity_settings(size))
    assert names[0] == "Z"
    assert names[-1] == "-X"
    assert len(names) == size + 1
    assert ("Y" in names) is (size % 2 == 0)


@pytest.mark.parametrize(("bases", "device"), [(("Z",), None), (("Z", "Q"), None), (("Z", "D+"), KINGSTON.device)])
def test_other_settings_are_refused(bases, device):
    with pytest.raises(UsageError, match="bases"):
        setting_circuit(PHYSICAL, bases, device=device)


def test_every_pair_of_letters_but_equal_ones_is_random():
    """400 shots of a fair coin have a mean beyond 0.35 with a chance below 2 exp(-400 * 0.35^2 / 2) = 5e-11."""
    for a, b in product("XYZ", repeat=2):
        if a != b:
            circuit, records = setting_circuit(PHYSICAL, a + b)
            shots = circuit.compile_sampler(seed=2).sample(400)[:, list(records)]
            assert abs(1 - 2 * np.bitwise_xor.reduce(shots, axis=1).mean()) < 0.35
