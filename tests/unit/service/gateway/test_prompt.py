"""Answers of other threads that come into the loop, and the two routes that wait for them there."""

from __future__ import annotations

import asyncio
import threading

import pytest

from qloak.errors import ConflictError
from qloak.service.gateway.prompt import Mailbox
from tests.gateways import BLOCH


class CountingLoop:
    """A loop that counts how often other threads call it."""

    def __init__(self, loop):
        self.loop, self.calls = loop, 0

    def create_future(self):
        return self.loop.create_future()

    def call_soon_threadsafe(self, call):
        self.calls += 1
        self.loop.call_soon_threadsafe(call)


def asked(mailbox: Mailbox, number: int):
    """Questions that wait for their outcomes, and where to tell those."""
    tells = []
    return [asyncio.ensure_future(mailbox.answer(tells.append)) for _ in range(number)], tells


def test_many_answers_come_by_one_call():
    async def run() -> tuple[list[object], int]:
        loop = CountingLoop(asyncio.get_running_loop())
        waiting, tells = asked(Mailbox(loop), 20)
        await asyncio.sleep(0)
        for number, tell in enumerate(tells):
            tell(number)
        return await asyncio.gather(*waiting), loop.calls

    assert asyncio.run(run()) == (list(range(20)), 1)


def test_answers_of_another_thread_all_come():
    async def run() -> list[int]:
        waiting, tells = asked(Mailbox(asyncio.get_running_loop()), 500)
        await asyncio.sleep(0)
        thread = threading.Thread(target=lambda: [tell(number) for number, tell in enumerate(tells)])
        thread.start()
        answers = await asyncio.wait_for(asyncio.gather(*waiting), 30)
        thread.join()
        return answers

    assert asyncio.run(run()) == list(range(500))


def test_an_error_is_raised_where_it_is_waited_for():
    async def run() -> None:
        with pytest.raises(ConflictError, match="no"):
            await Mailbox(asyncio.get_running_loop()).answer(lambda tell: tell(ConflictError("no")))

    asyncio.run(run())


def test_who_has_stopped_waiting_disturbs_nobody():
    async def run() -> int:
        waiting, tells = asked(Mailbox(asyncio.get_running_loop()), 2)
        await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.sleep(0)
        for number, tell in enumerate(tells):
            tell(number)
        return await waiting[1]

    assert asyncio.run(run()) == 1


@pytest.mark.parametrize("source", [BLOCH, {"ghz": 3}, {"bell": True}, {"random": 2, "seed": 1, "keep": 1}], ids=str)
def test_every_source_can_be_put_and_redeemed(alice, source):
    stored = alice.put(source)
    redeemed = alice.done("POST", f"/v1/objects/{stored['id']}/redeem")
    assert redeemed["num_qubits"] == stored["num_qubits"]
    assert len(redeemed["clones_used"]) == 1


def test_an_object_is_redeemed_by_its_name(alice):
    stored = alice.put(name="by its name")
    assert alice.done("POST", "/v1/objects/by%20its%20name/redeem", {"method": "unitary"})["object"] == stored["id"]


def test_who_may_not_write_does_not_learn_what_there_is(gateway, alice):
    alice.put(name="secret")
    reader = gateway.caller("alice", ["read"])
    for name in ("secret", "nothing"):
        assert reader("POST", f"/v1/objects/{name}/redeem").status == 403
    assert reader("POST", "/v1/objects", {"source": BLOCH}).status == 403


def test_a_revoked_token_ends_at_once(gateway):
    token = gateway.vault.ledger.tokens.create("alice", ["read"])
    caller = gateway.stranger(token[0])
    assert [caller("GET", "/v1/objects").status for _ in range(2)] == [200, 200]
    gateway.vault.ledger.tokens.revoke(token[1].token_id)
    assert caller("GET", "/v1/objects").status == 401


def test_a_receipt_is_the_same_whenever_it_is_asked_for(alice):
    stored = [alice.put() for _ in range(3)]
    first = [alice.done("POST", f"/v1/objects/{each['id']}/redeem", key=f"k{i}") for i, each in enumerate(stored)]
    again = [alice.done("POST", f"/v1/objects/{each['id']}/redeem", key=f"k{i}") for i, each in enumerate(stored)]
    assert again == first
    assert len({receipt["handle"] for receipt in first}) == 3
