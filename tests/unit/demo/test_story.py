"""The story: every number in it against what the theory says of it."""

from __future__ import annotations

import functools
import json
import math

import numpy as np
import pytest
import stim

from qloak.circuits import Method
from qloak.demo import story as story_module
from qloak.demo.script import MAX_VAULT_PROVIDERS, MAX_VAULT_QUBITS
from qloak.demo.steps import Story
from qloak.demo.story import MAX_DEMO_CLONES, StoryOptions, default_providers, tell
from qloak.errors import LimitError, UnknownNameError, UsageError
from qloak.simulators import Register
from qloak.storage.ledger.tenants import check_tenant
from qloak.storage.vault.requests import MAX_STORED_QUBITS
from tests.oracles import random_state

BELL = Register.stabilizer(stim.Circuit("H 0\nCX 0 1"))
GHZ = Register.stabilizer(stim.Circuit("H 0\nCX 0 1 1 2"))
QUBIT = Register.dense(random_state(1, 11))


def story(register: Register = QUBIT, **options) -> Story:
    return tell(register, StoryOptions(**options), source="a test")


def steps(told: Story) -> dict[str, dict[str, object]]:
    document = told.to_json()
    return {step["step"]: step for step in document["steps"]}


@functools.cache
def one_qubit(n: int, method: Method) -> Story:
    return story(num_clones=n, method=method, seed=n)


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("n", (2, 3, 6, 7, 100))
class TestOneQubit:
    @pytest.fixture
    def told(self, n, method) -> Story:
        return one_qubit(n, method)

    def test_comes_back_exactly(self, told, n, method):
        assert abs(told.redeem.fidelity - 1) < 1e-12
        assert told.redeem.bloch[0] == pytest.approx(told.bloch_in[0], abs=1e-12)
        assert told.bloch_in[0] == pytest.approx(QUBIT.bloch_vector(), abs=1e-12)
        assert told.redeem.key_measurements == (n if method is Method.MEASURED else 0)
        assert told.redeem.chsh is None

    def test_no_provider_sees_anything(self, told, n):
        assert [view.qubit for view in told.views] == [f"S{i}" for i in range(1, n + 1)]
        assert {view.bloch for view in told.views} == {((0.0, 0.0, 0.0),)}
        assert {view.access for view in told.views} == {"uninformative"}

    def test_costs_what_the_theory_says(self, told, n):
        assert told.encrypt.qubits == 2 * n + 1
        assert told.encrypt.two_qubit_gates == 5 * n

    def test_all_but_one_provider_are_lost(self, told, n):
        assert told.lose.survivor == told.views[1].party
        assert set(told.lose.lost) | {told.lose.survivor} == {view.party for view in told.views}
        assert (len(told.lose.lost), told.lose.surviving_clones) == (n - 1, 1)
        assert told.redeem.clone == "S2"

    def test_the_second_redemption_is_refused(self, told):
        refused = told.refused
        assert (refused.code, refused.exit_code, refused.http_status) == ("key-consumed", 12, 409)
        assert "redeemed" in refused.message
        assert "once" in refused.message

    def test_without_a_key_qubit_the_output_is_independent_of_the_state(self, told, n, method):
        missing = told.missing_key
        assert missing.missing == f"N{2 % n + 1}"
        assert (missing.access, missing.depends_on_input, missing.register_recovered) == ("uninformative", False, False)
        if method is Method.UNITARY:
            assert missing.bloch == ((0.0, 0.0, 0.0),)
            assert missing.fidelity == pytest.approx(0.5, abs=1e-12)

    def test_who_can_read(self, told, n):
        found = {view.label: (view.access, view.leaks, view.information_bits) for view in told.coalitions}
        nothing, everything = ("uninformative", (), 0.0), ("authorized", ("X", "Z"), 2.0)
        assert found == {
            f"{told.lose.survivor} alone": nothing,
            "all providers but one": nothing,
            "all providers together": ("partial", ("Y",), 1.0) if n % 2 else nothing,
            "the owner's key alone": nothing,
            f"the owner with {told.lose.survivor}": everything,
            "all providers with one stolen key qubit": everything,
        }

    def test_collusion_gives_away_y_for_odd_n(self, told, n):
        if n % 2 == 0:
            assert told.collusion is None
            return
        sign = (-1) ** ((n - 1) // 2)
        r_y = QUBIT.bloch_vector()[1]
        assert told.collusion.component == "Y"
        assert told.collusion.operator == f"Y on each of S1 to S{n}"
        assert told.collusion.inputs == pytest.approx((r_y,), abs=1e-12)
        assert told.collusion.means == pytest.approx((sign * r_y,), abs=1e-12)


def test_the_failed_output_is_the_same_for_every_state(monkeypatch):
    """Same seed, other states: what comes out without the key qubit does not move, outcomes included."""
    monkeypatch.setattr(story_module, "MAX_VAULT_PROVIDERS", 0)  # quicker, and not what this is about
    for method in Method:
        told = [story(Register.dense(random_state(1, seed)), num_clones=4, method=method, seed=3) for seed in range(4)]
        assert len({t.missing_key.bloch for t in told}) == 1


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("n", (5, 6))
class TestGhz:
    def test_three_entangled_qubits_come_back_together(self, n, method):
        told = story(GHZ, num_clones=n, method=method)
        assert (told.num_stored, told.num_kept) == (3, 0)
        assert told.redeem.fidelity == 1
        assert told.encrypt.qubits == 3 * (2 * n + 1)
        assert told.encrypt.two_qubit_gates == 3 * 5 * n
        assert {view.bloch for view in told.views} == {((0.0, 0.0, 0.0),) * 3}
        assert told.bloch_in == ((0.0, 0.0, 0.0),) * 3

    def test_without_one_key_qubit_of_each_group_they_are_gone(self, n, method):
        missing = story(GHZ, num_clones=n, method=method).missing_key
        assert (missing.depends_on_input, missing.register_recovered) == (False, False)
        if method is Method.UNITARY:
            assert missing.fidelity == pytest.approx(1 / 8, abs=1e-12)


@pytest.mark.parametrize("method", list(Method))
def test_half_of_a_bell_pair(method):
    told = story(BELL, num_clones=6, method=method, num_kept=1)
    assert (told.num_stored, told.num_kept) == (1, 1)
    assert told.redeem.fidelity == 1
    assert told.redeem.chsh == pytest.approx(2 * math.sqrt(2), abs=1e-12)
    if method is Method.UNITARY:
        assert told.missing_key.fidelity == pytest.approx(1 / 4, abs=1e-12)


def test_two_stored_qubits_have_no_chsh_value():
    assert story(BELL, num_clones=2).redeem.chsh is None


def test_a_register_too_large_to_write_out():
    told = story(Register.stabilizer(stim.Circuit("H 0\nCX 0 1 0 2 0 3 0 4 0 5 0 6")), num_clones=2)
    assert told.redeem.fidelity == 1
    assert told.missing_key.fidelity is None


class TestWhere:
    """What is done on the vault, and what is computed on the side."""

    @pytest.mark.parametrize(
        ("register", "options"),
        [(QUBIT, {"num_clones": 3}), (QUBIT, {"method": Method.MEASURED}), (GHZ, {"num_clones": 2}),
         (BELL, {"num_clones": 5, "num_kept": 1}), (Register.dense(random_state(4, 3)), {"num_kept": 2})],
    )  # fmt: skip
    def test_vault_and_library_tell_the_same(self, monkeypatch, register, options):
        """Two implementations that share the physics' formulas only: tables of a database, and a tableau."""
        vault = steps(story(register, **options))
        monkeypatch.setattr(story_module, "MAX_VAULT_PROVIDERS", 0)
        side = steps(story(register, **options))
        acts = ("encrypt", "lose", "redeem", "redeem-again")
        assert [vault[act].pop("where") for act in acts] == ["vault"] * 4
        assert [side[act].pop("where") for act in acts] == ["side"] * 4
        assert vault["redeem-again"].pop("message") == "object demo: it has been redeemed, and its key opened once."
        assert "spent" in side["redeem-again"].pop("message")
        for key in ("fidelity", "bloch", "chsh"):
            found, expected = vault["redeem"].pop(key), side["redeem"].pop(key)
            assert found is expected is None or found == pytest.approx(np.array(expected), abs=1e-12)
        assert vault == side

    def test_only_looking_is_done_on_the_side(self):
        found = {name: step.get("where") for name, step in steps(story(num_clones=3)).items()}
        assert {name for name, where in found.items() if where == "side"} == {
            "look",
            "who-can-read",
            "collude",
            "missing-key",
        }

    def test_many_providers_or_qubits_are_played_on_the_library(self, monkeypatch):
        assert story(num_clones=MAX_VAULT_PROVIDERS).on_vault
        assert not story(num_clones=MAX_VAULT_PROVIDERS + 1).on_vault
        assert MAX_VAULT_QUBITS == MAX_STORED_QUBITS
        monkeypatch.setattr(story_module, "MAX_VAULT_QUBITS", 2)
        assert not story(GHZ, num_clones=2).on_vault
        assert story(GHZ, num_clones=2, num_kept=1).on_vault


class TestJson:
    def test_header_and_order_of_the_steps(self):
        document = story(num_clones=3, seed=5, method=Method.MEASURED).to_json()
        assert {key: value for key, value in document.items() if key != "steps"} == {
            "schema": "qloak.demo/1",
            "emulated": True,
            "clones": 3,
            "seed": 5,
            "method": "measured",
            "num_stored": 1,
            "num_kept": 0,
        }
        assert [step["step"] for step in document["steps"]] == [
            "prepare",
            "encrypt",
            "look",
            "who-can-read",
            "collude",
            "lose",
            "redeem",
            "redeem-again",
            "missing-key",
        ]

    def test_values_are_those_of_the_story(self):
        told = story(num_clones=6)
        found = steps(told)
        assert "collude" not in found
        assert found["prepare"]["source"] == "a test"
        assert found["redeem"]["fidelity"] == told.redeem.fidelity
        assert found["redeem-again"]["refused"] is True
        assert found["look"]["providers"][0]["party"] == "aurora"
        assert found["missing-key"]["depends_on_input"] is False

    def test_is_plain_json(self):
        document = story(GHZ, num_clones=3).to_json()
        assert json.loads(json.dumps(document, allow_nan=False)) == json.loads(json.dumps(document))

    def test_the_seed_decides_everything(self):
        def told(seed: int) -> str:
            return json.dumps(story(BELL, num_clones=4, num_kept=1, method=Method.MEASURED, seed=seed).to_json())

        assert told(1) == told(1)


class TestNames:
    @pytest.mark.parametrize("count", (0, 2, 10, 11, 1000))
    def test_default_names_all_differ(self, count):
        names = default_providers(count)
        assert len(names) == len(set(names)) == count
        assert [check_tenant(name) for name in names] == list(names)  # a vault can call its providers so

    def test_given_names_and_survivor(self):
        told = story(num_clones=3, providers=("x", "y", "z"), survivor="z")
        assert [view.party for view in told.views] == ["x", "y", "z"]
        assert (told.lose.lost, told.lose.survivor) == (("x", "y"), "z")
        assert (told.redeem.clone, told.missing_key.missing) == ("S3", "N1")

    def test_unknown_survivor(self):
        with pytest.raises(UnknownNameError, match=r"survivor: got 'eve', expected one of x, y\."):
            story(num_clones=2, providers=("x", "y"), survivor="eve")

    @pytest.mark.parametrize("providers", [("x",), ("x", "x"), ("x", "owner"), ("x", "y", "z")])
    def test_providers_that_do_not_fit(self, providers):
        with pytest.raises(UsageError, match="providers"):
            story(num_clones=2, providers=providers)


class TestRefusals:
    @pytest.mark.parametrize("n", (0, 1, -3, "five", True, 1e9))
    def test_numbers_of_clones(self, n):
        with pytest.raises(UsageError, match="num_clones"):
            story(num_clones=n)

    def test_more_clones_than_a_story_has_room_for(self):
        with pytest.raises(LimitError, match="clones: got 1001, expected at most 1000"):
            story(num_clones=MAX_DEMO_CLONES + 1)

    def test_nothing_left_to_store(self):
        with pytest.raises(UsageError, match="num_kept"):
            story(num_clones=2, num_kept=1)


def test_progress_is_told_before_each_step():
    said: list[str] = []
    tell(QUBIT, StoryOptions(num_clones=2), source="a test", progress=said.append)
    assert len(said) == len(set(said)) == 8
    assert (said[0], said[2]) == ("encrypting", "making a vault with 2 providers")


def test_vectors_are_plain_numbers():
    told = story(num_clones=2)
    assert {type(component) for component in told.bloch_in[0]} == {float}
    assert np.linalg.norm(told.bloch_in[0]) == pytest.approx(1, abs=1e-12)
