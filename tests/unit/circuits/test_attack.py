"""Attacks on partial sets: what is read, from where, in the stabilizer world and by stim's flows."""

from __future__ import annotations

import numpy as np
import pytest

from qloak.circuits import encryption_circuit
from qloak.circuits.attack import attack_circuit
from qloak.core import EncryptedCloning
from qloak.errors import NotAuthorizedSetError, UnknownNameError, UsageError
from qloak.simulators import Register, StabilizerWorld
from tests.flows import flow, from_zeros

PARTIAL = ["S*", "S1,N2,N3", "S2,N1,N3", "A,N*", "A,S1,S2,N3"]


@pytest.mark.parametrize("holding", PARTIAL)
@pytest.mark.parametrize("method", ["joint", "local"])
def test_reads_y_of_the_input_with_its_sign(holding, method):
    """As a flow: Y on the input is the parity of the recorded outcomes, inverted where the attack says so."""
    scheme = EncryptedCloning(3)
    attack = attack_circuit(scheme, holding, method=method)
    assert attack.reads.logical == "Y"
    circuit = from_zeros(encryption_circuit(scheme) + attack.circuit, 0)
    assert circuit.has_flow(flow({0: "Y"}, {}, attack.records, sign=-1 if attack.minus else 1))


@pytest.mark.parametrize("n", (3, 5, 7))
def test_an_eigenstate_of_y_is_read_with_certainty(n, rng):
    """All providers of an odd scheme together: outcome +1 for the +1 eigenstate, -1 for the other, every time."""
    scheme = EncryptedCloning(n)
    for phi, outcome in ((np.pi / 2, False), (-np.pi / 2, True)):
        for method in ("joint", "local"):
            attack = attack_circuit(scheme, "S*", method=method)
            for _ in range(5):
                world = StabilizerWorld(Register.bloch(np.pi / 2, phi), rng=rng, num_ancillas=2 * n)
                world.run(encryption_circuit(scheme))
                assert attack.outcome(world.run(attack.circuit)) == outcome


def test_outcome_over_many_shots():
    attack = attack_circuit(EncryptedCloning(3), "S1,N2,N3", method="local")
    assert attack.minus
    shots = np.array([[False, False, False], [True, False, False], [True, True, False], [True, True, True]])
    assert attack.outcome(shots).tolist() == [True, False, True, False]


def test_an_authorized_set_shows_whatever_is_asked_for(rng):
    register = Register.random(1, rng)
    scheme = EncryptedCloning(2)
    world = StabilizerWorld(register, rng=rng, num_ancillas=4)
    world.run(encryption_circuit(scheme))
    for letter, mean in zip("XYZ", register.bloch_vector(), strict=True):
        operator = attack_circuit(scheme, "A,S1,N1", logical=letter).reads.operator
        letters = {q: "_XYZ"[operator[q]] for q in operator.pauli_indices()}
        assert (1 if operator.sign == 1 else -1) * world.expectation(letters) == pytest.approx(mean, abs=1e-12)


def test_hundred_thousand_colluding_providers():
    n = 99_999
    attack = attack_circuit(EncryptedCloning(n), "S*", method="local")
    assert attack.circuit.num_measurements == n
    assert attack_circuit(EncryptedCloning(n), "S*").circuit.num_measurements == 1


class TestRefusals:
    @pytest.mark.parametrize(("n", "holding"), [(4, "S*"), (3, "N*"), (3, "S1,N2"), (2, "")])
    def test_uninformative(self, n, holding):
        with pytest.raises(NotAuthorizedSetError, match="uninformative and shows nothing"):
            attack_circuit(EncryptedCloning(n), holding)

    def test_another_component(self):
        with pytest.raises(NotAuthorizedSetError, match="it can measure Y"):
            attack_circuit(EncryptedCloning(3), "S*", logical="X")

    def test_arguments(self):
        with pytest.raises(UsageError, match="joint, local"):
            attack_circuit(EncryptedCloning(3), "S*", method="guess")
        with pytest.raises(UnknownNameError):
            attack_circuit(EncryptedCloning(3), "S4")
