"""The planner: what it recommends, what it rejects and why, and what it says of the impossible."""

from __future__ import annotations

import math
import re

import pytest

from qloak.analysis.cloning_arrangements import CloningArrangement, IteratedArrangement
from qloak.analysis.conditions import Conditions, Memory
from qloak.analysis.plan import describe, plan
from qloak.analysis.requirements import Requirements
from qloak.analysis.survival import outlook
from qloak.core import AccessClass, CustodyPolicy
from qloak.errors import QloakError, UsageError

DAY = 86_400.0
YEARLY = Conditions(365 * DAY)
LEAKY = Conditions(
    365 * DAY,
    provider_memory=Memory(3000 * DAY, 2000 * DAY),
    owner_memory=Memory(3000 * DAY, 2000 * DAY, 1e-5 / DAY),
)


def sizes(found) -> dict[str, int | None]:
    """Custody -> n of the canonical scheme's options."""
    return {
        option.arrangement.custody: option.arrangement.num_clones
        for option in found.options
        if option.arrangement.scheme_name == "encrypted cloning"
    }


def test_smallest_even_number_of_clones_that_is_enough():
    failing = -math.expm1(-30 / 365)
    assert failing**4 < 1e-4 < failing**2
    found = plan(Requirements(30 * DAY, unavailability=1e-4), YEARLY)
    assert sizes(found)["clones"] == 4
    assert sizes(found)["pairs"] == 4


def test_every_option_meets_everything_and_no_smaller_one_does():
    requirements = Requirements(30 * DAY, unavailability=1e-3, entanglement_fidelity=0.96)
    found = plan(requirements, LEAKY)
    moment = LEAKY.at(30 * DAY)
    for option in found.options:
        assert not option.shortfalls
        assert option.outlook == outlook(option.arrangement, moment)
        assert option.outlook.chance.failure <= 1e-3
        assert option.outlook.expected_entanglement_fidelity >= 0.96
        assert option.arrangement.readers.provider is AccessClass.UNINFORMATIVE
    for custody, n in sizes(found).items():
        for smaller in range(2, n, 2):
            result = outlook(CloningArrangement(smaller, CustodyPolicy(custody)), moment)
            assert result.chance.failure > 1e-3 or result.expected_entanglement_fidelity < 0.96


def test_ranked_by_qubits_then_fidelity():
    found = plan(Requirements(30 * DAY, unavailability=1e-2), LEAKY)
    keys = [(o.arrangement.num_qubits, -o.outlook.expected_entanglement_fidelity) for o in found.options]
    assert keys == sorted(keys)
    assert len(found.options) + len(found.rejected) == 11


def test_the_same_question_has_the_same_answer():
    requirements = Requirements(30 * DAY, unavailability=1e-3)
    assert plan(requirements, LEAKY) == plan(requirements, LEAKY)


def test_rejections_say_why():
    found = plan(Requirements(30 * DAY, unavailability=1e-4, max_qubits=20, max_providers=6), YEARLY)
    reasons = {describe(option.arrangement): [s.reason for s in option.shortfalls] for option in found.rejected}
    assert reasons["single copy, one provider"] == [
        "unavailability 0.0789 is above 0.0001",
        "any one provider reads the state",
    ]
    assert reasons["iterated cloning, n = 2, 1 more level, clones"] == ["9 providers are more than 6"]
    assert reasons["iterated cloning, n = 2, 2 more levels, clones"] == [
        "53 qubits are more than 20",
        "27 providers are more than 6",
    ]


def test_a_rejected_family_is_shown_at_its_best():
    found = plan(Requirements(30 * DAY, entanglement_fidelity=0.97), LEAKY)
    (clones,) = [
        o for o in found.rejected if describe(o.arrangement).endswith("clones") and o.arrangement.levels is None
    ]
    # Dephasing of the key makes every further clone worse.
    assert clones.arrangement.num_clones == 2


@pytest.mark.parametrize(
    ("secret_from", "custodies"),
    [
        (set(), {"owner", "one provider", "servers", "clones", "clones+source", "clones,source-deposited", "pairs"}),
        ({"provider"}, {"owner", "servers", "clones", "clones+source", "clones,source-deposited", "pairs"}),
        ({"provider", "providers"}, {"owner", "clones", "clones+source"}),
        ({"owner"}, {"one provider", "servers", "clones", "clones,source-deposited", "pairs"}),
        ({"owner", "providers"}, {"clones"}),
    ],
)
def test_secrecy(secret_from, custodies):
    found = plan(Requirements(DAY, secret_from=frozenset(secret_from)), Conditions())
    assert {option.arrangement.custody for option in found.options} == custodies


class TestImpossible:
    def message(self, conditions: Conditions, **requirements) -> str:
        with pytest.raises(QloakError) as caught:
            plan(Requirements(30 * DAY, **requirements), conditions)
        assert caught.value.exit_code == 1
        assert "\n" not in str(caught.value)
        return str(caught.value)

    def test_fidelity(self):
        text = self.message(LEAKY, unavailability=1e-5, entanglement_fidelity=0.99)
        assert re.search(r"Nearest is .+: expected entanglement fidelity 0\.9\d+ is below 0\.99\.", text)
        promised = float(re.search(r"fidelity (0\.\d+) \(", text)[1])
        assert plan(Requirements(30 * DAY, unavailability=1e-5, entanglement_fidelity=promised), LEAKY).options

    def test_availability(self):
        conditions = Conditions(365 * DAY, common_mtbf_seconds=10_000 * DAY)
        text = self.message(conditions, unavailability=1e-6, secret_from=frozenset({"provider", "owner"}))
        promised = float(re.search(r"availability (0\.9\d+) \(", text)[1])
        relaxed = Requirements(30 * DAY, unavailability=1 - promised, secret_from=frozenset({"provider", "owner"}))
        assert plan(relaxed, conditions).options
        # What no arrangement escapes is the common event.
        assert 1 - promised == pytest.approx(-math.expm1(-30 / 10_000), rel=1e-2)

    def test_qubits_and_providers(self):
        text = self.message(YEARLY, unavailability=1e-4, max_qubits=7, secret_from=frozenset({"owner"}))
        assert "Any one of these would do" in text
        needed = int(re.search(r"(\d+) qubits \(", text)[1])
        assert needed == 9
        text = self.message(YEARLY, unavailability=1e-4, max_providers=3, secret_from=frozenset({"owner"}))
        assert "4 providers (encrypted cloning, n = 4, " in text

    def test_secrecy(self):
        text = self.message(YEARLY, unavailability=1e-4, max_qubits=3, secret_from=frozenset({"owner"}))
        assert "accepting that the owner's site alone reads the state (single copy, owner)" in text

    def test_more_nines_than_a_float_has(self):
        text = self.message(YEARLY, unavailability=1e-30, max_qubits=20, secret_from=frozenset({"owner"}))
        assert re.search(r"availability 0\.99999", text)
        text = self.message(YEARLY, unavailability=0, max_qubits=190, secret_from=frozenset({"owner"}))
        assert re.search(r"availability 1 - 1e-\d\d", text)

    def test_nothing_helps(self):
        text = self.message(LEAKY, unavailability=1e-12, entanglement_fidelity=0.9999, max_qubits=5)
        assert text.endswith("Relaxing one requirement alone does not help.")


def test_names():
    assert describe(IteratedArrangement(2, 1)) == "iterated cloning, n = 2, 1 more level, clones"
    assert describe(IteratedArrangement(2, 3)) == "iterated cloning, n = 2, 3 more levels, clones"
    assert describe(CloningArrangement(6, CustodyPolicy.PAIRS)) == "encrypted cloning, n = 6, pairs"


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        *(("horizon_seconds", bad) for bad in (0.0, -1.0, math.inf, math.nan)),
        *(("unavailability", bad) for bad in (-0.1, 1.1, math.nan)),
        *(("entanglement_fidelity", bad) for bad in (-0.1, 1.1, math.nan)),
        *((name, bad) for name in ("max_qubits", "max_providers") for bad in (0, -1)),
        ("secret_from", frozenset({"me"})),
    ],
)
def test_requirements_that_are_refused(name, bad):
    with pytest.raises(UsageError, match=name):
        Requirements(**({"horizon_seconds": 1.0} | {name: bad}))
