"""What every provider promises, whatever it is made of: a class of tests, and settings to run them in."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import pytest

from qloak.errors import CapacityError, ConflictError, LostError, UnavailableError, UnknownNameError, UsageError
from qloak.simulators import Register
from qloak.storage.provider import Deposit, DepositState, Fault, Provider, SiteConfig
from qloak.storage.world import HolderInfo, decode_register
from qloak.storage.world import operations as ops
from tests.oracles import random_state
from tests.storage_worlds import OWNER, Play

__all__ = ["CAPACITY", "NAME", "ProviderSuite", "Setting", "config"]

NAME = "aurora"
CAPACITY = 2000
CLONES = 2


def config() -> SiteConfig:
    """The site under test."""
    return SiteConfig(NAME, capacity=CAPACITY)


class Setting:
    """A world and a provider in it. Subclasses say how the provider is made."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.play = Play(folder, providers=0)
        self.provider: Provider = self.start()

    def start(self) -> Provider:
        """Open the provider on its disk."""
        raise NotImplementedError

    def stop(self) -> None:
        """End its process; the disk stays."""
        raise NotImplementedError

    def restart(self) -> Provider:
        """The provider after a restart."""
        self.stop()
        self.provider = self.start()
        return self.provider

    def wipe(self) -> None:
        """Lose its disk while it is stopped."""
        for path in self.folder.glob("provider.db*"):
            path.unlink()

    def close(self) -> None:
        """End everything."""
        self.stop()
        self.play.world.close()

    def send(self, name: str, *, seed: int = 5) -> Register:
        """Store a qubit and deposit its first clone, with the deposit's name as the register's."""
        register = Register.dense(random_state(1, seed))
        self.play.store(register, num_clones=CLONES, stored=name)
        assert self.provider.accept([Deposit(name, name, (1,), 1)]) == [None]
        self.play.do(ops.Ship, stored=name, parcels=(((1,), self.provider.info().holder),))
        return register

    def home(self, name: str) -> set[int]:
        """Qubits of a register that the vault has."""
        return set(self.play.world.custody([name], holder=OWNER)[name])


def kinds(errors) -> list[type | None]:
    return [None if error is None else type(error) for error in errors]


class ProviderSuite:
    """Tests of `protocol.Provider`; a subclass has a fixture `setting`."""

    def test_a_deposit_goes_there_and_comes_back_as_it_was(self, setting):
        register, provider = setting.send("d"), setting.provider
        assert provider.states(["d"]) == [DepositState.ACCEPTED]
        assert 1 not in setting.home("d")
        assert provider.release(["d"], to=OWNER) == [None]
        assert provider.states(["d"]) == [DepositState.RELEASED]
        assert 1 in setting.home("d")
        setting.play.do(ops.Recover, stored="d", qubits=(1, CLONES + 1, CLONES + 2), handle="out")
        found = decode_register(setting.play.world.peek("out"))
        assert found.state_fidelity(register) == pytest.approx(1, abs=1e-12)

    def test_its_account_of_itself(self, setting):
        info = setting.provider.info()
        assert (info.name, info.holder, info.capacity, info.used) == (NAME, f"{NAME}#1", CAPACITY, 0)
        assert (info.t1_seconds, info.t2_seconds, dict(info.faults)) == (math.inf, math.inf, {})
        assert setting.provider.name == NAME

    def test_every_call_can_be_repeated(self, setting):
        setting.send("d")
        provider = setting.provider
        assert provider.accept([Deposit("d", "d", (1,), 1)] * 2) == [None, None]
        assert provider.info().used == 1
        for _ in range(2):
            assert provider.release(["d"], to=OWNER) == [None]
        for _ in range(2):
            assert provider.discard(["d", "d"]) == [None, None]
        assert provider.info().used == 0
        assert 1 in setting.home("d")

    def test_answers_are_in_the_order_of_the_questions(self, setting):
        setting.send("d")
        provider = setting.provider
        assert provider.states(["x", "d", "y"]) == [
            DepositState.UNKNOWN,
            DepositState.ACCEPTED,
            DepositState.UNKNOWN,
        ]
        assert kinds(provider.release(["x", "d", "y"], to=OWNER)) == [UnknownNameError, None, UnknownNameError]
        assert provider.discard(["x", "d"]) == [None, None]

    def test_nothing_to_do_is_done(self, setting):
        provider = setting.provider
        assert (
            provider.accept([]) == provider.release([], to=OWNER) == provider.discard([]) == provider.states([]) == []
        )

    @pytest.mark.parametrize("other", [("e", (1,), 1), ("d", (2,), 1), ("d", (1,), 2)], ids=str)
    def test_a_name_stands_for_one_deposit(self, setting, other):
        provider = setting.provider
        assert provider.accept([Deposit("d", "d", (1,), 1)]) == [None]
        assert kinds(provider.accept([Deposit("d", *other)])) == [ConflictError]
        assert provider.info().used == 1

    def test_room_is_promised_once(self, setting):
        provider = setting.provider
        big, small = Deposit("big", "r", (1, 2), CAPACITY // 2 - 1), Deposit("small", "r", (1, 2), 2)
        assert kinds(provider.accept([big, small, Deposit("fits", "r", (1,), 2)])) == [None, CapacityError, None]
        assert provider.info().used == CAPACITY
        assert provider.discard(["big"]) == [None]
        assert provider.accept([small]) == [None]
        assert provider.info().used == 6

    def test_what_went_to_one_holder_does_not_go_to_another(self, setting):
        setting.send("d")
        setting.play.world.register_holder(HolderInfo("other"))
        assert setting.provider.release(["d"], to=OWNER) == [None]
        assert kinds(setting.provider.release(["d"], to="other")) == [ConflictError]

    def test_nothing_is_lost_by_an_unknown_address(self, setting):
        setting.send("d")
        assert kinds(setting.provider.release(["d"], to="nobody")) == [ConflictError]
        assert setting.provider.states(["d"]) == [DepositState.ACCEPTED]
        assert setting.provider.release(["d"], to=OWNER) == [None]
        assert 1 in setting.home("d")

    def test_what_never_arrived_is_lost(self, setting):
        setting.play.store(Register.dense(random_state(1, 1)), num_clones=CLONES, stored="d")
        assert setting.provider.accept([Deposit("d", "d", (1,), 1)]) == [None]
        assert kinds(setting.provider.release(["d"], to=OWNER)) == [LostError]

    def test_what_is_discarded_is_gone_and_forgotten(self, setting):
        setting.send("d")
        assert setting.provider.discard(["d"]) == [None]
        assert setting.provider.states(["d"]) == [DepositState.UNKNOWN]
        assert kinds(setting.provider.release(["d"], to=OWNER)) == [UnknownNameError]
        assert setting.play.world.custody(["d"], holder=f"{NAME}#1") == {"d": {}}

    def test_long_lists_are_answered_whole(self, setting):
        names = [f"d{i}" for i in range(1203)]
        deposits = [Deposit(name, "r", (1,), 1) for name in names]
        assert setting.provider.accept(deposits) == [None] * 1203
        assert setting.provider.info().used == 1203
        assert set(setting.provider.states(names)) == {DepositState.ACCEPTED}
        assert setting.provider.discard(names) == [None] * 1203
        assert setting.provider.info().used == 0

    def test_callers_at_the_same_time_share_the_room(self, setting):
        batches = [[Deposit(f"d{100 * k + i}", "r", (1,), 1) for i in range(500)] for k in range(0, 20, 3)]
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(setting.provider.accept, batches))
        outcomes = [pair for said in zip(batches, answers, strict=True) for pair in zip(*said, strict=True)]
        taken = {deposit.deposit for deposit, error in outcomes if error is None}
        assert setting.provider.info().used == len(taken) == CAPACITY
        assert {type(error) for _, error in outcomes if error is not None} == {CapacityError}

    # --- failures --------------------------------------------------------------------------------------------

    def test_a_restart_forgets_nothing(self, setting):
        setting.send("d")
        setting.provider.rehearse(Fault.SLOW, 0.001)
        before = setting.provider.info()
        assert setting.restart().info() == before
        assert setting.provider.release(["d"], to=OWNER) == [None]

    def test_offline_is_silent_until_it_is_over(self, setting):
        setting.send("d")
        provider = setting.provider
        provider.rehearse(Fault.OFFLINE, 1)
        for call in (
            provider.info,
            lambda: provider.accept([Deposit("e", "e", (1,), 1)]),
            lambda: provider.release(["d"], to=OWNER),
            lambda: provider.discard(["d"]),
            lambda: provider.states(["d"]),
        ):
            with pytest.raises(UnavailableError):
                call()
        provider.rehearse(Fault.OFFLINE, 0)
        assert provider.states(["d", "e"]) == [DepositState.ACCEPTED, DepositState.UNKNOWN]
        assert provider.release(["d"], to=OWNER) == [None]

    def test_a_lossy_one_loses(self, setting):
        setting.send("d")
        setting.provider.rehearse(Fault.LOSSY, 1)
        assert dict(setting.provider.info().faults) == {Fault.LOSSY: 1}
        for _ in range(2):
            assert kinds(setting.provider.release(["d"], to=OWNER)) == [LostError]
        assert 1 not in setting.home("d")

    @pytest.mark.parametrize(("fault", "act"), [(Fault.MEASURING, "measure"), (Fault.TAMPERING, "strike")])
    def test_an_insider_acts_once(self, setting, fault, act):
        setting.send("d")
        setting.provider.rehearse(fault, 1)
        for _ in range(2):
            assert setting.provider.release(["d"], to=OWNER) == [None]
        seen = [entry for entry in setting.play.world.history("d") if entry["kind"] == act]
        assert [entry["holder"] for entry in seen] == [f"{NAME}#1"]

    @pytest.mark.parametrize(
        ("fault", "strength"), [(Fault.LOSSY, 1.5), (Fault.LOSSY, -0.1), (Fault.SLOW, 61.0)], ids=str
    )
    def test_a_strength_has_limits(self, setting, fault, strength):
        with pytest.raises(UsageError, match="strength"):
            setting.provider.rehearse(fault, strength)
        assert dict(setting.provider.info().faults) == {}

    def test_a_destroyed_site_has_lost_everything(self, setting):
        setting.send("d")
        provider = setting.provider
        provider.destroy()
        with pytest.raises(UnavailableError):
            provider.info()
        provider.rehearse(Fault.OFFLINE, 0)
        info = provider.info()
        assert (info.holder, info.used, dict(info.faults)) == (f"{NAME}#2", 0, {})
        assert kinds(provider.release(["d"], to=OWNER)) == [UnknownNameError]
        assert setting.play.world.custody(["d"], holder=f"{NAME}#1") == {"d": {}}
        setting.send("e")
        assert provider.release(["e"], to=OWNER) == [None]

    def test_a_new_disk_knows_nothing(self, setting):
        setting.send("d")
        setting.stop()
        setting.wipe()
        setting.provider = setting.start()
        assert setting.provider.info().holder == f"{NAME}#2"
        assert setting.provider.states(["d"]) == [DepositState.UNKNOWN]
        assert setting.play.world.custody(["d"], holder=f"{NAME}#1") == {"d": {}}
