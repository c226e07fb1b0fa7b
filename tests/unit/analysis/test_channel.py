"""The exact channel: closed forms, single errors, and agreement with brute force over all errors."""

import math
from itertools import product

import numpy as np
import pytest
import stim

from qloak.analysis import pauli_channel
from qloak.analysis.scenario import roundtrip_layers
from qloak.circuits import decryption, encryption_circuit, roundtrip_circuit
from qloak.circuits.layers import LayeredCircuit, Noise
from qloak.core import EncryptedCloning, IteratedCloning
from qloak.errors import ProgramError, UnknownNameError, UsageError
from qloak.noise import uniform_depolarizing


def paulis(channel):
    return np.array([channel.p_i, channel.p_x, channel.p_y, channel.p_z])


@pytest.mark.parametrize("n", [2, 3, 4, 5, 50, 51, 1000, 1001])
@pytest.mark.parametrize("factor", [1.0, 0.9999, 0.9, 0.5, 0.0])
@pytest.mark.parametrize("method", ["unitary", "measured"])
def test_storage_depolarizing_has_its_closed_form(n, factor, method):
    channel = pauli_channel(EncryptedCloning(n), memory_depolarizing=factor, method=method)
    powers = factor**n, factor ** (n + 1)
    expected = (1 + powers[0] + 2 * powers[1]) / 4 if n % 2 else (1 + 3 * powers[1]) / 4
    assert channel.entanglement_fidelity == pytest.approx(expected, abs=1e-12)
    assert channel.average_fidelity == pytest.approx((2 * expected + 1) / 3, abs=1e-12)
    assert sum(paulis(channel)) == pytest.approx(1, abs=1e-12)


# reference: an error on a stored qubit and what is left of it on the decrypted clone
EVEN = {"own": {"X": "Z", "Y": "X", "Z": "Y"}, "partner": {"X": "Y", "Y": "Z", "Z": "X"}}
ODD = {"own": {"X": "Z", "Y": "Y", "Z": "X"}, "partner": {"X": "Y", "Y": "I", "Z": "Y"}}


@pytest.mark.parametrize("n", range(2, 8))
@pytest.mark.parametrize("method", ["unitary", "measured"])
@pytest.mark.parametrize("letter", "XYZ")
def test_single_errors_on_stored_qubits_propagate_by_the_rules(n, method, letter):
    scheme, clone = EncryptedCloning(n), 2
    rules = ODD if n % 2 else EVEN
    for qubit in range(2 * n + 1):
        layers, stages, output = roundtrip_layers(scheme, clone, method=method)
        stored = next(first for first, stage in stages.items() if stage == "decrypt")
        layers.layers.insert(stored, Noise(f"{letter}_ERROR", (1.0,), np.array([[qubit]])))
        found = paulis(pauli_channel(layers, output=output))
        if qubit == clone:
            expected = rules["own"][letter]
        elif qubit == n + clone:
            expected = rules["partner"][letter]
        else:
            expected = letter if qubit > n else "I"
        assert found["IXYZ".index(expected)] == 1, (qubit, letter, found)


def with_reference(circuit, num_qubits, output):
    """The circuit between a Bell pair with a reference and the two correlators."""
    r = num_qubits
    whole = stim.Circuit(f"H {r}\nCX {r} 0") + circuit
    return whole + stim.Circuit(
        f"MPP X{r}*X{output}\nOBSERVABLE_INCLUDE(0) rec[-1]\nMPP Z{r}*Z{output}\nOBSERVABLE_INCLUDE(1) rec[-1]"
    )


def flips(circuit):
    """Which observables of a circuit without noise come out -1."""
    seen = circuit.compile_sampler(seed=1).sample(1)
    converter = circuit.compile_m2d_converter(skip_reference_sample=True)
    return tuple(converter.convert(measurements=seen, separate_observables=True)[1][0])


def brute_force(circuit):
    """(p_I, p_X, p_Y, p_Z) by inserting every single error of every location and convolving."""
    flat = list(circuit.flattened())
    clean = [
        i for i in flat if not stim.gate_data(i.name).is_noisy_gate or stim.gate_data(i.name).produces_measurements
    ]
    base = flips(as_circuit(clean).without_noise())
    total = np.zeros((2, 2))
    total[0, 0] = 1
    for position, instruction in enumerate(flat):
        for targets, chances in locations(instruction):
            spread = np.zeros((2, 2))
            spread[0, 0] = 1 - sum(chances)
            for word, chance in zip(list(product("_XYZ", repeat=len(targets)))[1:], chances, strict=True):
                error = stim.Circuit("\n".join(f"{p} {t}" for p, t in zip(word, targets, strict=True) if p != "_"))
                with_error = as_circuit(flat[:position]) + error + as_circuit(flat[position:])
                a, b = (x ^ y for x, y in zip(flips(with_error.without_noise()), base, strict=True))
                spread[int(a), int(b)] += chance
            total = sum(np.roll(total, (a, b), (0, 1)) * spread[a, b] for a in (0, 1) for b in (0, 1))
    return np.array([total[0, 0], total[0, 1], total[1, 1], total[1, 0]])


def as_circuit(instructions):
    circuit = stim.Circuit()
    for instruction in instructions:
        circuit.append(instruction)
    return circuit


def locations(instruction):
    """Targets and Pauli chances of each independent location of a noise instruction."""
    name, arguments = instruction.name, instruction.gate_args_copy()
    width = {"PAULI_CHANNEL_1": 1, "PAULI_CHANNEL_2": 2, "DEPOLARIZE1": 1, "DEPOLARIZE2": 2}.get(name)
    if width:
        chances = arguments if len(arguments) > 1 else [arguments[0] / (4**width - 1)] * (4**width - 1)
        targets = [target.value for target in instruction.targets_copy()]
        for start in range(0, len(targets), width):
            yield targets[start : start + width], chances


@pytest.mark.parametrize("method", ["unitary", "measured"])
@pytest.mark.parametrize(("n", "clone"), [(2, 0), (2, 1), (3, 3)])
def test_arbitrary_pauli_noise_equals_brute_force_over_every_error(n, clone, method):
    rng = np.random.default_rng(100 * n + clone)
    noisy = stim.Circuit()
    for instruction in roundtrip_circuit(EncryptedCloning(n), clone, method=method).flattened():
        for group in instruction.target_groups():
            noisy.append(instruction.name, group)
            qubits = [target.value for target in group]
            if all(t.is_qubit_target for t in group) and stim.gate_data(instruction.name).is_unitary:
                chances = rng.dirichlet(np.ones(4 ** len(group)) / 2)[1:] * rng.uniform(0, 1)
                noisy.append(f"PAULI_CHANNEL_{len(group)}", qubits, list(chances))
    found = paulis(pauli_channel(noisy, output=clone))
    checked = with_reference(noisy, 2 * n + 1, clone)
    np.testing.assert_allclose(found, brute_force(checked), atol=1e-12)
    np.testing.assert_allclose(paulis(pauli_channel(checked)), found, atol=1e-12)


def test_noise_of_a_model_equals_the_same_noise_written_out():
    noise = uniform_depolarizing(two_qubit=0.02, one_qubit=0.003, readout=0.01)
    for scheme in (EncryptedCloning(4), EncryptedCloning(5), IteratedCloning(2, 1)):
        for clone in scheme.clones.tolist():
            for method in ("unitary", "measured"):
                by_model = pauli_channel(scheme, noise, clone=clone, method=method)
                written = noise.noisy_circuit(roundtrip_circuit(scheme, clone, method=method))
                np.testing.assert_allclose(paulis(pauli_channel(written, output=clone)), paulis(by_model), atol=1e-13)


@pytest.mark.parametrize("clone", ["S1", "S3"])
def test_recorded_parities_and_feed_forward_give_one_channel(clone):
    noise = uniform_depolarizing(two_qubit=0.01, one_qubit=0.001, readout=0.02)
    for n in (3, 4):
        modes = [
            pauli_channel(EncryptedCloning(n), noise, clone=clone, method="measured", frame=frame)
            for frame in ("feedforward", "recorded")
        ]
        np.testing.assert_allclose(paulis(modes[0]), paulis(modes[1]), atol=1e-14)


def test_each_source_is_what_it_would_be_alone():
    scheme = EncryptedCloning(3)
    only_readout = uniform_depolarizing(two_qubit=0, one_qubit=0, readout=0.02)
    both = uniform_depolarizing(two_qubit=0.01, one_qubit=0, readout=0.02)
    alone = pauli_channel(scheme, only_readout, method="measured")
    together = pauli_channel(scheme, both, method="measured")
    measured = [source for source in together.sources if source.operation.startswith("M")]
    # The factors of all readouts multiply to the channel with readout errors alone: compare the largest one.
    largest = max(source.entanglement_infidelity for source in alone.sources)
    assert max(source.entanglement_infidelity for source in measured) == pytest.approx(largest, abs=1e-15)
    assert {source.stage for source in together.sources} == {"bell pairs", "encrypt", "decrypt"}
    infidelities = [source.entanglement_infidelity for source in together.sources]
    assert infidelities == sorted(infidelities, reverse=True)
    assert 1 - together.entanglement_fidelity <= sum(infidelities) + 1e-12


def test_tiny_errors_keep_their_digits():
    p = 1e-12
    layers = LayeredCircuit.from_stim(stim.Circuit(f"X_ERROR({p}) 0"))
    channel = pauli_channel(layers, output=0)
    assert channel.p_x == pytest.approx(p, rel=1e-12)
    assert channel.p_y == 0
    assert channel.p_z == 0


@pytest.mark.parametrize("chance", [0.5, 0.7, 1.0])
def test_large_error_chances_keep_their_sign(chance):
    twice = stim.Circuit(f"X_ERROR({chance}) 0\nZ_ERROR({chance}) 0\nX_ERROR({chance}) 0")
    flip = 2 * chance * (1 - chance)
    expected = [(1 - flip) * (1 - chance), flip * (1 - chance), flip * chance, (1 - flip) * chance]
    np.testing.assert_allclose(paulis(pauli_channel(twice, output=0)), expected, atol=1e-15)


def test_monte_carlo_agrees_for_random_noise():
    """With 2^20 shots and a Hoeffding bound, 12 comparisons fail by chance less than once in 1e9."""
    rng = np.random.default_rng(7)
    shots = 2**20
    tolerance = math.sqrt(math.log(2 * 12 / 1e-9) / (2 * shots))
    for trial, method in enumerate(["unitary", "measured", "unitary"]):
        n = (4, 5, 6)[trial]
        noise = uniform_depolarizing(
            two_qubit=rng.uniform(0, 0.03), one_qubit=rng.uniform(0, 0.01), readout=rng.uniform(0, 0.03)
        )
        noisy = noise.noisy_circuit(roundtrip_circuit(EncryptedCloning(n), "S2", method=method))
        checked = with_reference(noisy, 2 * n + 1, 2)
        sampler = checked.compile_detector_sampler(seed=trial)
        _, observed = sampler.sample(shots, separate_observables=True)
        found = np.bincount(observed[:, 0] * 2 + observed[:, 1], minlength=4) / shots
        expected = paulis(pauli_channel(EncryptedCloning(n), noise, clone="S2", method=method))
        np.testing.assert_allclose(found[[0, 1, 3, 2]], expected, atol=tolerance)


@pytest.mark.parametrize(
    "circuit",
    [
        roundtrip_circuit(EncryptedCloning(3), "S1") + stim.Circuit("H 1"),
        encryption_circuit(EncryptedCloning(3)),
        encryption_circuit(EncryptedCloning(3)) + decryption(EncryptedCloning(3), "S2").circuit,
        stim.Circuit("M 1\nX 1\nMX 1"),
        stim.Circuit("CX 0 1\nR 0"),
        stim.Circuit("CX 0 1\nMPP X0\nCX 0 1"),
    ],
)
def test_a_circuit_that_does_not_recover_is_refused(circuit):
    with pytest.raises(UsageError, match="does not bring the input"):
        pauli_channel(circuit, output=1)


def test_bad_arguments():
    scheme = EncryptedCloning(2)
    for factor in (1.01, -0.1, math.nan, math.inf):
        with pytest.raises(UsageError, match="memory_depolarizing"):
            pauli_channel(scheme, memory_depolarizing=factor)
    with pytest.raises(UnknownNameError):
        pauli_channel(scheme, clone="S3")
    with pytest.raises(UsageError, match="method"):
        pauli_channel(scheme, method="magic")
    with pytest.raises(UsageError, match="observables"):
        pauli_channel(stim.Circuit("H 0"))
    with pytest.raises(UsageError, match="MXX"):
        pauli_channel(stim.Circuit("MXX 1 2"), uniform_depolarizing(two_qubit=0.1), output=0)
    with pytest.raises(ProgramError, match="HERALDED"):
        pauli_channel(stim.Circuit("HERALDED_ERASE(0.1) 0"), output=0)
