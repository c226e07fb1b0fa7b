"""Laws of survival for any losses, any noise and any size."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from qloak.analysis.arrangement import SingleCopy
from qloak.analysis.cloning_arrangements import CloningArrangement, IteratedArrangement
from qloak.analysis.code_arrangement import CodeArrangement, five_qubit_code, steane_code
from qloak.analysis.conditions import Conditions, Memory, Moment
from qloak.analysis.survival import outlook, recoverability
from qloak.core import CustodyPolicy

LOSSES = ("provider_lost", "stored_qubit_lost", "owner_lost", "key_qubit_lost", "all_providers_lost")
probabilities = st.floats(0, 1) | st.floats(0, 1e-9) | st.floats(-30, 0).map(lambda exponent: 10**exponent)


@st.composite
def arrangements(draw):
    n = draw(st.integers(2, 60) | st.integers(2, 10_000))
    policy = draw(st.sampled_from(CustodyPolicy))
    if policy is CustodyPolicy.CLONES_SOURCE_DEPOSITED:
        n += n % 2
    return draw(
        st.sampled_from(
            [
                CloningArrangement(n, policy),
                CloningArrangement(n, policy),
                IteratedArrangement(2 + n % 11, 1 + n % 4),
                SingleCopy(at_owner=True),
                SingleCopy(at_owner=False),
                CodeArrangement(five_qubit_code()),
                CodeArrangement(steane_code()),
            ]
        )
    )


losses = st.fixed_dictionaries(dict.fromkeys(LOSSES, probabilities))


@st.composite
def walsh_factors(draw):
    """Of a random Pauli channel."""
    weights = [draw(st.floats(0, 1)) for _ in range(4)]
    total = sum(weights)
    i, x, y, z = (w / total for w in weights) if total > 1e-3 else (1, 0, 0, 0)
    return {"I": 1.0, "X": i + x - y - z, "Y": i - x + y - z, "Z": i - x - y + z}


@given(arrangements(), losses, walsh_factors(), walsh_factors())
def test_numbers_are_probabilities_and_fidelities(arrangement, lost, stored, key):
    result = outlook(arrangement, Moment(**lost, stored_walsh=stored, key_walsh=key))
    chance = result.chance
    assert abs(chance.success + chance.failure - 1) < 1e-9
    assert -1e-9 <= result.expected_entanglement_fidelity <= 1 + 1e-9
    assert result.expected_entanglement_fidelity <= 1 / 4 + 3 / 4 * chance.success + 1e-9
    if result.recovered_entanglement_fidelity is not None:
        assert math.isfinite(result.recovered_entanglement_fidelity)


@given(arrangements(), losses)
def test_without_noise_what_is_recovered_is_perfect(arrangement, lost):
    result = outlook(arrangement, Moment(**lost))
    assert abs(result.expected_entanglement_fidelity - (1 / 4 + 3 / 4 * result.chance.success)) < 1e-9


@given(arrangements(), losses, st.sampled_from(LOSSES), st.floats(0, 1))
def test_more_losses_never_help(arrangement, lost, which, part):
    worse = lost | {which: lost[which] + part * (1 - lost[which])}
    before, after = (recoverability(arrangement, Moment(**each)) for each in (lost, worse))
    assert after.success <= before.success * (1 + 1e-9)
    assert after.failure >= before.failure * (1 - 1e-9)


@given(st.integers(1, 200), st.sampled_from(CustodyPolicy), losses)
def test_two_more_providers_never_hurt_where_the_key_is_safe(half, policy, lost):
    moment = Moment(**(lost | {"owner_lost": 0.0, "key_qubit_lost": 0.0, "stored_qubit_lost": 0.0}))
    smaller, larger = (recoverability(CloningArrangement(n, policy), moment) for n in (2 * half, 2 * half + 2))
    assert larger.failure <= smaller.failure * (1 + 1e-9)


@given(arrangements(), st.floats(0.01, 1e3), st.floats(0.01, 1e3), st.floats(0, 100), st.floats(0, 100))
def test_time_only_makes_it_worse(arrangement, mtbf, t1, earlier, wait):
    memory = Memory(t1, t1, 1 / mtbf)
    conditions = Conditions(mtbf, 10 * mtbf, 10 * mtbf, provider_memory=memory, owner_memory=memory)
    before, after = (outlook(arrangement, conditions.at(time)) for time in (earlier, earlier + wait))
    assert after.chance.failure >= before.chance.failure * (1 - 1e-9)
    assert after.expected_entanglement_fidelity <= before.expected_entanglement_fidelity + 1e-9
