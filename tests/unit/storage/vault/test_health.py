"""What is left, how well it would come back, and who could read it."""

from __future__ import annotations

import math

import pytest

from qloak.core import AccessClass, CustodyPolicy
from qloak.storage.provider import Fault
from qloak.storage.vault import DEFAULT_PROVIDERS
from qloak.storage.vault.health import HOUR, ParcelState, planned_readers, warnings_of
from qloak.storage.world.operations import Advance

LIFE = 20_000.0
CLONES, SOURCE, PAIRS = CustodyPolicy.CLONES, CustodyPolicy.CLONES_AND_SOURCE, CustodyPolicy.PAIRS


def expected(num_clones, custody, left):
    """Entanglement fidelity after every stored qubit's Bloch vector has shrunk to `left`, in closed form."""
    if custody is not CLONES:
        # A, S_j and N_j alone: L on each of them for every logical L.
        return (1 + 3 * left**3) / 4
    if num_clones % 2 == 0:
        return (1 + 3 * left ** (num_clones + 1)) / 4
    return (1 + left**num_clones + 2 * left ** (num_clones + 1)) / 4


def advance(play, seconds, op_id="later"):
    play.vault.world.apply([Advance(op_id=op_id, holder=play.vault.holder, seconds=seconds)])


def test_prediction_in_closed_form(played):
    """T1 = T2 shrinks the whole Bloch vector by e^(-t/T), wherever a qubit is."""
    play = played(t1_seconds=LIFE, t2_seconds=LIFE)
    for custody in (CLONES, SOURCE, PAIRS):
        for num_clones in (2, 3, 6):
            record = play.put(play.state(2), num_clones=num_clones, custody=custody)
            advance(play, 1000.0, f"{custody}{num_clones}")
            health = play.vault.health(record)
            for prediction, seconds in ((health.now, 1000.0), (health.in_one_hour, 1000.0 + HOUR)):
                one = expected(num_clones, custody, math.exp(-seconds / LIFE))
                assert prediction.entanglement_fidelity == pytest.approx(one**2, rel=1e-9)
                assert prediction.average_fidelity == pytest.approx((4 * one**2 + 1) / 5, rel=1e-9)
            receipt = play.vault.receipt(play.redeem(record))
            assert receipt.predicted == health.now


def test_prediction_of_noisy_ways(play):
    """The way to a provider depolarizes with probability p: F_e = 1 - p with an even number of clones."""
    record = None
    for name in DEFAULT_PROVIDERS:
        site = play.vault.fleet[name].info().holder
        info = next(h for h in play.vault.world.holders() if h.name == site)
        play.vault.world.register_holder(type(info)(site, link_error=0.03))
    record = play.put()
    assert play.vault.health(record).now.entanglement_fidelity == pytest.approx(0.97, abs=1e-12)


def test_a_clone_that_came_home_waits_at_home(played):
    """A provider's bad memory counts until the clone has left it."""
    play = played()
    for name in DEFAULT_PROVIDERS:
        site = play.vault.fleet[name].info().holder
        info = next(h for h in play.vault.world.holders() if h.name == site)
        play.vault.world.register_holder(type(info)(site, t1_seconds=LIFE, t2_seconds=LIFE))
    record = play.put(num_clones=2)
    advance(play, 1000.0, "away")
    play.vault.fleet.rehearse(record.placements[0].provider, Fault.OFFLINE, 1)
    with pytest.raises(Exception, match="1 of 2"):
        play.redeem(record, verify=2)
    advance(play, 5000.0, "home")
    left = math.exp(-1000.0 / LIFE)
    health = play.vault.health(play.now(record))
    assert health.now.entanglement_fidelity == pytest.approx((1 + 3 * left) / 4, rel=1e-9)
    assert [p.state for p in health.parcels] == [ParcelState.UNREACHABLE, ParcelState.HOME]


def test_health_counts_what_answers(play):
    record = play.put()
    play.vault.fleet.rehearse("aurora", Fault.OFFLINE, 1)
    play.vault.fleet.destroy("borealis")
    play.vault.fleet.rehearse("borealis", Fault.OFFLINE, 0)
    health = play.vault.health(record)
    assert (health.surviving, health.unreachable, health.needed, health.recoverable) == (4, 1, 1, True)
    assert health.now.entanglement_fidelity == 1.0
    states = {parcel.provider: parcel.state for parcel in health.parcels}
    assert states["aurora"] is ParcelState.UNREACHABLE
    assert states["borealis"] is ParcelState.LOST
    for name in DEFAULT_PROVIDERS[2:]:
        play.vault.fleet.rehearse(name, Fault.OFFLINE, 1)
    health = play.vault.health(record)
    assert (health.recoverable, health.now) == (False, None)
    assert any("No provider" in warning for warning in health.warnings)


def test_health_of_what_is_over(play):
    health = play.vault.health(play.redeem(play.put()))
    assert health.now is None
    assert health.readers == ()


@pytest.mark.parametrize(
    ("custody", "num_clones", "owner", "together"),
    [
        (CLONES, 2, "uninformative", "uninformative"),
        (CLONES, 3, "uninformative", "partial"),
        (SOURCE, 2, "authorized", "uninformative"),
        (SOURCE, 3, "partial", "partial"),
        (PAIRS, 2, "uninformative", "authorized"),
        (PAIRS, 3, "uninformative", "authorized"),
    ],
)
def test_who_can_read(custody, num_clones, owner, together):
    """The access rule, case by case: A and the even key, all clones of an odd n, all pairs."""
    names = tuple("abc"[:num_clones])
    by_parties = {reader.parties: reader for reader in planned_readers(custody, names)}
    assert by_parties["owner",].access_class == owner
    assert by_parties[names].access_class == together
    for name in names:
        assert by_parties[name,].access_class is AccessClass.UNINFORMATIVE
        assert by_parties["owner", name].access_class is AccessClass.AUTHORIZED
    assert bool(warnings_of(num_clones, custody)) == (owner != "uninformative" or together != "uninformative")


def test_odd_numbers_of_clones_are_warned_of():
    assert "Y" in warnings_of(3, CLONES)[0]
    assert warnings_of(4, CLONES) == ()
