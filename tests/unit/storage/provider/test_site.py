"""A site's disk: interrupted beginnings and ends, other memories, and failures chosen by name."""

from __future__ import annotations

import math
import threading

import httpx2
import numpy as np
import pytest

from qloak.errors import CapacityError, ConflictError, QloakError, UnavailableError, UsageError
from qloak.simulators import Register
from qloak.storage.http import HttpCaller
from qloak.storage.provider import (
    Deposit,
    DepositState,
    Fault,
    Faulty,
    Fleet,
    HttpProvider,
    ProviderInfo,
    Retrying,
    SiteConfig,
    open_embedded,
)
from qloak.storage.provider import site as site_module
from qloak.storage.provider.incarnation import begin_incarnation
from qloak.storage.provider.rehearsal import misdeeds
from qloak.storage.world import HolderInfo
from qloak.storage.world import operations as ops
from tests.oracles import random_state
from tests.storage_worlds import Play


@pytest.fixture
def play(tmp_path):
    played = Play(tmp_path, providers=0)
    yield played
    played.world.close()


@pytest.fixture
def opened(play, tmp_path):
    sites = []

    def open_site(*configs, world=play.world):
        sites.extend(open_embedded(tmp_path / "providers.db", world, configs or [SiteConfig("a")]))
        return sites[-1]

    yield open_site
    for site in sites:
        site.close()


def interrupted(*_):
    raise KeyboardInterrupt


class TestConfig:
    @pytest.mark.parametrize("name", ["", "x" * 49, "a#1", "a\nb"])
    def test_names(self, name):
        with pytest.raises(UsageError, match="name"):
            SiteConfig(name)

    def test_capacity(self):
        with pytest.raises(UsageError, match="capacity"):
            SiteConfig("a", capacity=-1)

    def test_the_world_checks_the_rest(self, opened):
        with pytest.raises(UsageError):
            opened(SiteConfig("a", t1_seconds=1.0, t2_seconds=3.0))
        assert opened(SiteConfig("a")).info().holder == "a#1"


class TestBeginnings:
    def test_sites_of_one_file_are_apart(self, opened):
        opened(SiteConfig("a", capacity=1), SiteConfig("b", capacity=1))
        a, b = opened(SiteConfig("a", capacity=1)), opened(SiteConfig("b", capacity=1))
        assert a.accept([Deposit("d", "r", (1,), 1)]) == [None]
        assert b.states(["d"]) == [DepositState.UNKNOWN]
        assert b.accept([Deposit("d", "other", (2,), 1)]) == [None]
        a.discard(["d"])
        assert (a.info().used, b.info().used) == (0, 1)

    def test_a_site_takes_the_memory_that_it_is_given_now(self, opened, play):
        opened(SiteConfig("a", capacity=5))
        site = opened(SiteConfig("a", capacity=7, t1_seconds=10.0, t2_seconds=8.0, link_error=0.1, link_loss=0.2))
        info = site.info()
        assert (info.capacity, info.t1_seconds, info.t2_seconds) == (7, 10.0, 8.0)
        assert HolderInfo("a#1", 10.0, 8.0, 0.1, 0.2) in play.world.holders()

    def test_a_smaller_capacity_throws_nothing_away(self, opened):
        opened(SiteConfig("a", capacity=5)).accept([Deposit("d", "r", (1, 2), 2)])
        site = opened(SiteConfig("a", capacity=1))
        assert site.info().used == 4
        assert isinstance(site.accept([Deposit("e", "r", (1,), 1)])[0], CapacityError)
        assert site.states(["d"]) == [DepositState.ACCEPTED]

    def test_interrupted_before_the_disk_knew(self, opened, play, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setattr(site_module, "insert", interrupted)
            with pytest.raises(KeyboardInterrupt):
                opened()
        site = opened()
        assert site.info().holder == "a#2"
        assert {holder.name for holder in play.world.holders()} >= {"a#1", "a#2"}

    def test_a_destruction_that_was_interrupted_is_done_the_next_time(self, opened, play, monkeypatch):
        site = opened()

        def lose(name):
            play.store(Register.dense(random_state(1, 2)), num_clones=2, stored=name)
            site.accept([Deposit(name, name, (1,), 1)])
            play.do(ops.Ship, stored=name, parcels=(((1,), site.info().holder),))

        lose("first")
        with monkeypatch.context() as patch:
            patch.setattr(site_module, "delete", interrupted)
            with pytest.raises(KeyboardInterrupt):
                site.destroy()
        # The qubits are gone, the disk does not know it yet, and goes on.
        assert [type(e).__name__ for e in site.release(["first"], to="vault")] == ["LostError"]
        lose("second")
        site.destroy()
        site.rehearse(Fault.OFFLINE, 0)
        assert site.info().holder == "a#3"
        for name in ("first", "second"):
            assert play.world.custody([name], holder="a#1") == {name: {}}

    def test_holders_of_other_names_are_left_alone(self, play):
        for name in ("a#1", "ab#7", "a#x", "a"):
            play.world.register_holder(HolderInfo(name))
        assert begin_incarnation(play.world, HolderInfo("a")) == 2
        assert begin_incarnation(play.world, HolderInfo("a")) == 3


DEPOSITS = tuple(Deposit(f"deposit-{i}", "r", (3, 8), 1) for i in range(4000))


class TestMisdeeds:
    def info(self, **faults):
        return ProviderInfo("a", "a#1", 1, 0, math.inf, math.inf, {Fault(k): v for k, v in faults.items()})

    def test_an_honest_site_does_nothing(self):
        assert not any(misdeeds(self.info(slow=1.0), d) for d in DEPOSITS[:100])

    @pytest.mark.parametrize(
        ("fault", "kind"), [("measuring", ops.Measure), ("tampering", ops.Strike), ("lossy", ops.Discard)]
    )
    def test_its_share_of_deposits_suffers(self, fault, kind):
        # A binomial of 4000 at 0.3: 7 standard deviations (29 each) are left with less than 1e-11. The names are fixed.
        acts = [misdeeds(self.info(**{fault: 0.3}), d) for d in DEPOSITS]
        assert abs(sum(map(bool, acts)) - 1200) < 7 * math.sqrt(4000 * 0.3 * 0.7)
        assert {type(act) for each in acts for act in each} == {kind}
        assert acts == [misdeeds(self.info(**{fault: 0.3}), d) for d in DEPOSITS]

    def test_all_three_letters_are_used(self):
        letters = [misdeeds(self.info(tampering=1.0), d)[0].letters for d in DEPOSITS]
        counts = np.array([sum(each == {3: letter} for each in letters) for letter in "XYZ"])
        assert counts.sum() == 4000
        assert np.all(abs(counts - 4000 / 3) < 7 * math.sqrt(4000 * 2 / 9))

    def test_kinds_of_failure_are_independent(self):
        lossy = {d.deposit for d in DEPOSITS if misdeeds(self.info(lossy=0.5), d)}
        measured = {d.deposit for d in DEPOSITS if misdeeds(self.info(measuring=0.5), d)}
        assert abs(len(lossy & measured) - 1000) < 7 * math.sqrt(4000 * 0.25 * 0.75)


class Scripted:
    """Does as it is told, and counts."""

    name = "scripted"
    is_remote = False

    def __init__(self, *answers):
        self.answers, self.calls = list(answers), 0

    def close(self):
        pass

    def info(self):
        self.calls += 1
        answer = self.answers.pop(0) if self.answers else "well"
        if isinstance(answer, Exception):
            raise answer
        return answer

    destroy = info


class TestRetrying:
    def test_it_asks_again_a_little_later_each_time(self):
        pauses = []
        provider = Scripted(UnavailableError("x"), UnavailableError("y"))
        assert Retrying(provider, attempts=3, pause_seconds=1.0, sleep=pauses.append).info() == "well"
        assert len(pauses) == 2
        assert 0.5 <= pauses[0] <= 1.5
        assert 1 <= pauses[1] <= 3

    @pytest.mark.parametrize("attempts", [1, 4])
    def test_it_gives_up(self, attempts):
        provider = Scripted(*[UnavailableError("x")] * 9)
        with pytest.raises(UnavailableError):
            Retrying(provider, attempts=attempts, sleep=lambda _: None).info()
        assert provider.calls == attempts

    @pytest.mark.parametrize("error", [ConflictError("x"), CapacityError("x")])
    def test_an_answer_is_an_answer(self, error):
        provider = Scripted(error)
        with pytest.raises(type(error)):
            Retrying(provider, sleep=lambda _: None).info()
        assert provider.calls == 1

    def test_a_site_is_destroyed_once(self):
        provider = Scripted(UnavailableError("x"))
        with pytest.raises(UnavailableError):
            Retrying(provider, sleep=lambda _: None).destroy()
        assert provider.calls == 1

    def test_no_attempts(self):
        with pytest.raises(UsageError, match="attempts"):
            Retrying(Scripted(), attempts=0)


class TestFaulty:
    @pytest.mark.parametrize(
        ("chances", "calls", "fails"),
        [({}, 1, False), ({"before": 1}, 0, True), ({"after": 1}, 1, True), ({"twice": 1}, 2, False)],
        ids=str,
    )
    def test_when_a_call_has_its_effect(self, chances, calls, fails):
        provider = Scripted()
        faulty = Faulty(provider, np.random.default_rng(0), **chances)
        if fails:
            with pytest.raises(UnavailableError):
                faulty.info()
        else:
            assert faulty.info() == "well"
        assert provider.calls == calls

    @pytest.mark.parametrize("chance", [-0.1, 1.1, math.nan])
    def test_chances(self, chance):
        with pytest.raises(UsageError, match="after"):
            Faulty(Scripted(), np.random.default_rng(0), after=chance)


class TestFleet:
    def test_each_answers_for_itself(self):
        error = UnavailableError("down")
        with Fleet({"a": Scripted("fine"), "b": Scripted(error)}) as fleet:
            assert fleet.ask({name: lambda p: p.info() for name in ("b", "a")}) == {"b": error, "a": "fine"}
            missing = fleet.ask({"c": lambda p: p.info()})["c"]
        assert isinstance(missing, QloakError)
        assert "provider" in str(missing)

    @pytest.mark.parametrize(
        "wrapped",
        [lambda p: p, Retrying, lambda p: Retrying(Faulty(p, np.random.default_rng(0)), attempts=2)],
        ids=["bare", "retrying", "retrying faulty"],
    )
    def test_servers_are_asked_at_the_same_time(self, wrapped):
        # Each answers only when all have been asked; one after the other they would wait until the barrier breaks.
        barrier = threading.Barrier(3, timeout=20)

        def answer(_):
            barrier.wait()
            return httpx2.Response(200, json={"states": ["accepted"]})

        def caller():
            return HttpCaller("http://p", "t" * 20, client=httpx2.Client(transport=httpx2.MockTransport(answer)))

        heard = []
        with Fleet({name: wrapped(HttpProvider(name, caller())) for name in "abc"}) as fleet:
            jobs = {name: lambda p: p.states(["d"]) for name in "cab"}
            found = fleet.ask(jobs, heard=lambda name, answer: heard.append((name, tuple(answer))))
        assert found == {name: [DepositState.ACCEPTED] for name in "cab"}
        assert list(found) == ["c", "a", "b"]
        assert sorted(heard) == [(name, (DepositState.ACCEPTED,)) for name in "abc"]

    def test_answers_are_heard_as_they_come(self):
        error, asked = UnavailableError("down"), []
        a, b = Scripted("fine"), Scripted(error)
        with Fleet({"a": a, "b": b}) as fleet:
            fleet.ask(
                {name: lambda p: p.info() for name in "ab"},
                heard=lambda name, answer: asked.append((name, answer, a.calls + b.calls)),
            )
        assert asked == [("a", "fine", 1), ("b", error, 2)]

    def test_who_watches_hears_of_those_that_go_and_come(self):
        turns, down = [], UnavailableError("down")
        fleet = Fleet({"a": Scripted("here", down, down, "back"), "b": Scripted()})
        fleet.watch(lambda name, answer: turns.append((name, answer)))
        for _ in range(4):
            fleet.health(fresh=True)
        assert turns == [("a", down), ("a", "back")]

    def test_health_is_remembered_for_a_moment(self):
        a = Scripted()
        fleet = Fleet({"a": a})
        assert [fleet.health(), fleet.health(), fleet.health(fresh=True)] == [{"a": "well"}] * 3
        assert a.calls == 2
        fleet.add("a", Scripted("new"))
        assert fleet.health() == {"a": "new"}
