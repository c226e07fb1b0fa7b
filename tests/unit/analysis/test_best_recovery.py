import pytest

from qloak.analysis.best_recovery import best_recovery
from qloak.core import EncryptedCloning, IteratedCloning
from qloak.errors import NotAuthorizedSetError, UnknownNameError
from qloak.noise import uniform_depolarizing

NOISE = uniform_depolarizing(two_qubit=0.01, one_qubit=0.001, readout=0.02)


def names(scheme, holding):
    return {scheme.qubits.name(int(q)) for q in holding}


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_without_noise_everything_is_perfect_and_the_smallest_set_wins(n):
    result = best_recovery(EncryptedCloning(n), "A,S*,N*", None)
    assert all(option.channel.entanglement_fidelity == 1 for option in result.options)
    assert len(result.best.holding) == 3
    assert not result.more


def test_memory_noise_prefers_fewer_qubits_by_the_closed_forms():
    # A with one pair touches three noisy qubits, a clone with the key n + 1; with lambda = 0.9 and n = 4.
    scheme = EncryptedCloning(4)
    everything = best_recovery(scheme, "A,S*,N*", None, memory_depolarizing=0.9)
    assert names(scheme, everything.best.holding) == {"A", "S1", "N1"}
    without_source = best_recovery(scheme, "S*,N*", None, memory_depolarizing=0.9)
    assert without_source.best.channel.entanglement_fidelity == pytest.approx((1 + 3 * 0.9**5) / 4, abs=1e-12)


def test_a_lost_key_qubit_is_replaced_by_its_clone():
    scheme = EncryptedCloning(4)
    result = best_recovery(scheme, "S1,S3,N1,N2,N4", NOISE)
    assert names(scheme, result.best.holding) == {"S1", "N1", "N2", "S3", "N4"}
    assert 0.5 < result.best.channel.entanglement_fidelity < 1


def test_the_source_alone_with_the_key_recovers_for_even_n():
    scheme = EncryptedCloning(2)
    assert names(scheme, best_recovery(scheme, "A,N1,N2", NOISE).best.holding) == {"A", "N1", "N2"}
    with pytest.raises(NotAuthorizedSetError):
        best_recovery(EncryptedCloning(3), "A,N1,N2,N3", NOISE)


def test_options_are_sorted_and_readout_decides_the_method():
    scheme = EncryptedCloning(3)
    noisy_readout = uniform_depolarizing(two_qubit=1e-4, readout=0.1)
    noisy_gates = uniform_depolarizing(two_qubit=0.05, readout=0.0)
    assert best_recovery(scheme, "S1,N*", noisy_readout).best.method == "unitary"
    assert best_recovery(scheme, "S1,N*", noisy_gates).best.method == "measured"
    fidelities = [o.channel.entanglement_fidelity for o in best_recovery(scheme, "A,S*,N*", NOISE).options]
    assert fidelities == sorted(fidelities, reverse=True)


def test_limits_and_refusals():
    scheme = EncryptedCloning(6)
    limited = best_recovery(scheme, "S*,N*", NOISE, limit=3)
    assert limited.more
    assert len(limited.options) == 6
    with pytest.raises(NotAuthorizedSetError):
        best_recovery(scheme, "S*", NOISE)
    with pytest.raises(UnknownNameError):
        best_recovery(scheme, "S9", NOISE)


def test_iterated_schemes_work_too():
    scheme = IteratedCloning(2, 1)
    path = scheme.steps("S1.S2")
    needed = ["S1.S2", *(scheme.qubits.name(int(q)) for step in path for q in step.unit.noises)]
    result = best_recovery(scheme, needed, NOISE)
    assert names(scheme, result.best.holding) == set(needed)
    assert 0.5 < result.best.channel.entanglement_fidelity < 1
