"""Recovery and leak operators of random stabilizer codes and random sets of qubits, in the stabilizer world."""

from __future__ import annotations

import numpy as np
import pytest
import stim
from hypothesis import given, settings
from hypothesis import strategies as st

from qloak.circuits import encryption_circuit
from qloak.circuits.attack import attack_circuit
from qloak.circuits.recover import recovery_circuit
from qloak.core import EncryptedCloning, classify
from qloak.core.logicals import representative, visible_logicals
from qloak.core.recovery import minimal_set, recovery_sets
from qloak.errors import NotAuthorizedSetError
from qloak.simulators import Register, StabilizerWorld
from tests.codes import random_clifford, scheme_of_circuit


@st.composite
def stored(draw):
    """A random code of 1 to 3 logical qubits in up to 8, a random state in it, and a random set of its qubits."""
    k = draw(st.integers(1, 3))
    m = draw(st.integers(k + 1, 8))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    circuit = random_clifford(m, rng)
    register = Register.random(k, rng)
    world = StabilizerWorld(register, rng=rng, num_ancillas=m - k)
    world.run(circuit)
    held = np.array(sorted(draw(st.sets(st.integers(0, m - 1)))), dtype=np.int64)
    return scheme_of_circuit(circuit, k), register, world, held


def logical_part(world: StabilizerWorld, operator: stim.PauliString) -> stim.PauliString:
    """What an operator is on the register, sign included."""
    found = world.logical_operator({q: "_XYZ"[operator[q]] for q in operator.pauli_indices()})
    return operator.sign * found


@given(stored(), st.sampled_from(["unitary", "measured"]))
@settings(max_examples=150)
def test_authorized_sets_give_the_state_back_and_others_are_refused(drawn, method):
    scheme, register, world, held = drawn
    access = classify(scheme, held)
    if not access.authorized:
        with pytest.raises(NotAuthorizedSetError, match=access.access_class):
            recovery_circuit(scheme, held)
        return
    plan = recovery_circuit(scheme, held, method=method if register.num_qubits == 1 else "unitary")
    world.run(plan.circuit)
    taken = world.take(plan.outputs)
    assert taken is not None
    assert register.state_fidelity(taken) == pytest.approx(1, abs=1e-12)


@given(stored())
@settings(max_examples=100)
def test_visible_operators_are_the_logical_paulis_that_they_claim_to_be(drawn):
    scheme, _, world, held = drawn
    visible = visible_logicals(scheme, held)
    assert len(visible) == classify(scheme, held).information_bits
    for item in visible:
        assert set(item.qubits.tolist()) <= set(held.tolist())
        assert logical_part(world, item.operator) == stim.PauliString(item.logical)
    if visible:
        combined = stim.PauliString(visible[0].logical) * stim.PauliString(visible[-1].logical)
        if combined.weight:
            text = str(combined).lstrip("+-i").replace("_", "I")
            operator = representative(scheme, held, text)
            assert logical_part(world, operator) == stim.PauliString(text)


@given(stored())
@settings(max_examples=60)
def test_minimal_sets_equal_brute_force(drawn):
    scheme, _, _, held = drawn
    subsets = {mask: held[mask >> np.arange(len(held)) & 1 == 1] for mask in range(2 ** len(held))}
    authorized = {mask for mask, members in subsets.items() if classify(scheme, members).authorized}
    minimal = {mask for mask in authorized if not any(mask & ~(1 << bit) in authorized - {mask} for bit in range(8))}
    found = [tuple(members.tolist()) for members in recovery_sets(scheme, held)]
    assert sorted(found) == sorted(tuple(subsets[mask].tolist()) for mask in minimal)
    if found:
        assert tuple(minimal_set(scheme, held).tolist()) in found


@given(st.integers(2, 40), st.data())
@settings(max_examples=60)
def test_canonical_scheme_at_any_size(n, data):
    """Random sets in which each pair is half or full: recovered, or attacked, or neither, in the world."""
    scheme = EncryptedCloning(n)
    kinds = data.draw(st.lists(st.sampled_from(["S", "N", "SN"] if n < 8 else ["S", "N"]), min_size=n, max_size=n))
    held = [f"{letter}{i}" for i, kind in enumerate(kinds, start=1) for letter in kind]
    held += ["A"] if data.draw(st.booleans()) else []
    rng = np.random.default_rng(n)
    register = Register.random(1, rng)
    world = StabilizerWorld(register, rng=rng, num_ancillas=2 * n)
    world.run(encryption_circuit(scheme))
    access = classify(scheme, held)
    if access.authorized:
        plan = recovery_circuit(scheme, held, method=data.draw(st.sampled_from(["unitary", "measured"])))
        world.run(plan.circuit)
        assert register.state_fidelity(world.take([plan.output])) == pytest.approx(1, abs=1e-12)
    elif access.leaks:
        attack = attack_circuit(scheme, held)
        assert logical_part(world, attack.reads.operator) == stim.PauliString("Y")
    else:
        with pytest.raises(NotAuthorizedSetError):
            attack_circuit(scheme, held)
