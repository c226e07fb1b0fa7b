"""The world's rules: who may do what, once, and what survives."""

from __future__ import annotations

import json
import math
import sqlite3

import numpy as np
import pytest
import stim

from qloak.errors import ConflictError, FencedError, IntegrityError, UnknownNameError, UsageError
from qloak.simulators import Register
from qloak.storage.clock import WorldClock
from qloak.storage.world import Custodian, EmulatedWorld, HolderInfo, decode_register, encode_register
from qloak.storage.world import operations as ops
from qloak.storage.world.operations import Applied, Refused
from qloak.storage.world.session import Session
from tests.oracles import random_state
from tests.storage_worlds import OWNER, Play, key


@pytest.fixture
def play(tmp_path):
    played = Play(tmp_path)
    yield played
    played.world.close()


def qubit(seed: int = 3) -> Register:
    return Register.dense(random_state(1, seed))


def fidelity(play: Play, register: Register, *handles: str) -> float:
    found = play.state(*handles)
    assert found is not None
    return found.state_fidelity(register)


class TestStory:
    def test_one_clone_and_the_key_give_the_state_back_once(self, play):
        play.store(qubit())
        play.deal()
        play.fetch(3)
        recovered = play.op(ops.Recover, stored="s", qubits=(3, *key(6)), handle="out")
        assert play.world.apply([recovered]) == [Applied({"num_qubits": 1})]
        assert play.world.apply([recovered]) == [Applied({"num_qubits": 1}, repeated=True)]
        assert decode_register(play.world.peek("out")).state_fidelity(qubit()) == pytest.approx(1)
        assert play.refuse(ops.Recover, stored="s", qubits=(3, *key(6)), handle="again") == "key-consumed"

    @pytest.mark.parametrize("method", ("unitary", "measured"))
    def test_an_entangled_register_and_its_kept_half(self, play, method):
        register = Register.dense(random_state(4, 2))
        play.store(register, num_clones=4, positions=(3, 1), kept="rest")
        play.deal(4)
        play.fetch(2)
        play.do(ops.Recover, stored="s", qubits=(2, *key(4)), handle="out", method=method)
        with pytest.raises(ConflictError, match="entangled"):
            play.world.peek("out")
        with play.world._changing() as (session, _):
            out, rest = session.find_handle("out").wires, session.find_handle("rest").wires
            found = session.joint.extract([rest[0], out[1], rest[1], out[0]])
        assert found.state_fidelity(register) == pytest.approx(1)

    def test_the_survivors_of_pairs(self, play):
        play.store(qubit(), num_clones=5, keep_source=True)
        play.deal(5, pairs=True)
        for i in (1, 2, 3, 5):
            play.do(ops.Ruin, f"p{i}")
        play.do(ops.Ship, "p4", stored="s", parcels=(((4, 9), OWNER),))
        play.do(ops.Recover, stored="s", qubits=(0, 4, 9), handle="out")
        assert fidelity(play, qubit(), "out") == pytest.approx(1)

    def test_all_signals_and_the_source_need_no_key(self, play):
        play.store(qubit(), num_clones=3, keep_source=True)
        play.do(ops.Recover, stored="s", qubits=(0, 1, 2, 3), handle="out")
        assert fidelity(play, qubit(), "out") == pytest.approx(1)

    def test_a_thousand_logical_qubits(self, play):
        circuit = stim.Circuit("H 0")
        for i in range(999):
            circuit.append("CX", [i, i + 1])
        ghz = Register.stabilizer(circuit)
        play.store(ghz, num_clones=2)
        play.deal(2)
        play.fetch(1)
        play.do(ops.Strike, stored="s", letters={1: "X"}, block=500)
        assert play.do(ops.Recover, stored="s", qubits=(1, 3, 4), handle="out") == {"num_qubits": 1000}
        assert play.do(ops.Measure, target="out", letters={0: "Z", 999: "Z"}) == {"outcomes": [0]}
        # X on the clone of an even number becomes Z on the output.
        assert play.do(ops.Measure, target="out", letters=dict.fromkeys(range(1000), "X")) == {"outcomes": [1]}

    def test_a_thousand_clones(self, play):
        play.store(qubit(), num_clones=1000)
        play.do(ops.Recover, stored="s", qubits=(777, *key(1000)), handle="out")
        assert fidelity(play, qubit(), "out") == pytest.approx(1)

    def test_refreshing_leaves_no_readable_copy_behind(self, play):
        play.store(qubit(), num_clones=4)
        play.deal(4)
        play.fetch(2)
        refresh = play.op(ops.Refresh, stored="s", qubits=(2, *key(4)), fresh="s2", num_clones=6)
        assert play.world.apply([refresh]) == [Applied({"num_blocks": 1})]
        assert play.refuse(ops.Recover, stored="s", qubits=(2, *key(4)), handle="out") == "key-consumed"
        play.do(ops.Recover, stored="s2", qubits=(5, *key(6)), handle="out")
        assert fidelity(play, qubit(), "out") == pytest.approx(1)
        assert [line["kind"] for line in play.world.history("s2")] == ["refresh", "recover"]
        play.world.verify("s2")

    def test_halves_of_a_pair_stored_by_two_holders(self, play):
        play.world.register_holder(HolderInfo("other"))
        bell = Register.stabilizer(stim.Circuit("H 0\nCX 0 1"))
        play.do(ops.Prepare, handle="pair", state=encode_register(bell))
        play.do(ops.Give, handle="pair", to="other", positions=(1,), given="theirs", kept="ours")
        play.do(ops.Encrypt, handle="ours", stored="a", num_clones=2)
        play.do(ops.Encrypt, "other", handle="theirs", stored="b", num_clones=4)
        play.do(ops.Recover, "other", stored="b", qubits=(3, *key(4)), handle="b-out")
        play.do(ops.Recover, stored="a", qubits=(1, *key(2)), handle="a-out")
        assert fidelity(play, bell, "a-out", "b-out") == pytest.approx(1)


class TestRules:
    def test_nobody_touches_what_another_holds(self, play):
        play.store(qubit())
        play.deal()
        for kind, holder, fields in (
            (ops.Ship, OWNER, {"stored": "s", "parcels": (((1,), "p2"),)}),
            (ops.Ship, "p2", {"stored": "s", "parcels": (((1,), "p2"),)}),
            (ops.Strike, "p2", {"stored": "s", "letters": {1: "X"}}),
            (ops.Measure, "p2", {"target": "s", "letters": {1: "X", 2: "X"}}),
            (ops.Discard, "p2", {"stored": "s", "qubits": (1,)}),
            (ops.Check, OWNER, {"stored": "s", "qubits": (1, *key(6))}),
            (ops.Recover, OWNER, {"stored": "s", "qubits": (1, *key(6)), "handle": "out"}),
            (ops.Refresh, OWNER, {"stored": "s", "qubits": (1, *key(6)), "fresh": "f", "num_clones": 2}),
        ):
            assert play.refuse(kind, holder, **fields) == "forbidden"
        play.do(ops.Prepare, handle="h", state=encode_register(qubit()))
        for kind, fields in (
            (ops.Encrypt, {"handle": "h", "stored": "t", "num_clones": 2}),
            (ops.Give, {"handle": "h", "to": "p1", "given": "g"}),
            (ops.Void, {"handle": "h"}),
            (ops.Measure, {"target": "h", "letters": {0: "Z"}}),
            (ops.Apply, {"handle": "h", "program": "OPENQASM 3.0; qubit q; "}),
        ):
            assert play.refuse(kind, "p1", **fields) == "forbidden"

    def test_a_refused_operation_leaves_the_others_alone(self, play):
        results = play.world.apply(
            [
                play.op(ops.Prepare, handle="a", state=encode_register(qubit())),
                play.op(ops.Prepare, handle="a", state=encode_register(qubit())),
                play.op(ops.Encrypt, handle="a", stored="s", num_clones=2),
            ]
        )
        assert [type(result) for result in results] == [Applied, Refused, Applied]
        assert results[1].code == "conflict"

    @pytest.mark.parametrize(
        ("kind", "fields", "code"),
        [
            (ops.Prepare, {"handle": "x", "state": b"nonsense"}, "bad-state"),
            (ops.Prepare, {"handle": "", "state": encode_register(qubit())}, "bad-argument"),
            (ops.Prepare, {"handle": "x" * 65, "state": encode_register(qubit())}, "bad-argument"),
            (ops.Prepare, {"handle": "s", "state": encode_register(qubit())}, "conflict"),
            (ops.Encrypt, {"handle": "none", "stored": "t", "num_clones": 2}, "unknown-name"),
            (ops.Encrypt, {"handle": "h", "stored": "t", "num_clones": 1}, "bad-argument"),
            (ops.Encrypt, {"handle": "h", "stored": "t", "num_clones": 1001}, "over-limit"),
            (ops.Encrypt, {"handle": "h", "stored": "s", "num_clones": 2}, "conflict"),
            (ops.Encrypt, {"handle": "h", "stored": "t", "num_clones": 2, "positions": (0,)}, "bad-argument"),
            (ops.Encrypt, {"handle": "h", "stored": "t", "num_clones": 2, "positions": (2,)}, "bad-argument"),
            (ops.Encrypt, {"handle": "h", "stored": "t", "num_clones": 2, "positions": (0, 0)}, "bad-argument"),
            (
                ops.Encrypt,
                {"handle": "h", "stored": "t", "num_clones": 2, "positions": (0,), "kept": "t"},
                "bad-argument",
            ),
            (ops.Ship, {"stored": "s", "parcels": (((99,), "p1"),)}, "unknown-name"),
            (ops.Ship, {"stored": "s", "parcels": (((1,), "nobody"),)}, "unknown-name"),
            (ops.Ship, {"stored": "s", "parcels": (((1,), "p1"), ((1,), "p2"))}, "bad-argument"),
            (ops.Ship, {"stored": "none", "parcels": ()}, "unknown-name"),
            (ops.Check, {"stored": "s", "qubits": (1, 2), "suspects": (3,)}, "bad-argument"),
            (ops.Recover, {"stored": "s", "qubits": (1, 2, 7), "handle": "x"}, "not-authorized-set"),
            (ops.Recover, {"stored": "s", "qubits": (1, *key(6)), "handle": "h"}, "conflict"),
            (ops.Recover, {"stored": "s", "qubits": (1, *key(6)), "handle": "x", "method": "magic"}, "bad-argument"),
            (ops.Refresh, {"stored": "s", "qubits": (1, *key(6)), "fresh": "s", "num_clones": 2}, "conflict"),
            (ops.Strike, {"stored": "s", "letters": {1: "Q"}}, "bad-argument"),
            (ops.Strike, {"stored": "s", "letters": {}}, "bad-argument"),
            (ops.Strike, {"stored": "s", "letters": {1: "X"}, "block": 1}, "bad-argument"),
            (ops.Measure, {"target": "s", "letters": {1: "I"}}, "bad-argument"),
            (ops.Measure, {"target": "h", "letters": {2: "X"}}, "bad-argument"),
            (ops.Measure, {"target": "none", "letters": {2: "X"}}, "unknown-name"),
            (ops.Apply, {"handle": "h", "program": "hello"}, "bad-program"),
            (ops.Apply, {"handle": "h", "program": "OPENQASM 3.0; qubit[3] q;"}, "over-limit"),
            (ops.Apply, {"handle": "h", "program": "OPENQASM 3.0; qubit q; bit b; b = measure q;"}, "bad-program"),
            (ops.Give, {"handle": "h", "to": "nobody", "given": "x"}, "unknown-name"),
            (ops.Give, {"handle": "h", "to": "p1", "given": "x", "positions": (0,)}, "bad-argument"),
            (ops.Void, {"handle": "none"}, "unknown-name"),
            (ops.Cancel, {"target": "x" * 65}, "bad-argument"),
            (ops.Advance, {"seconds": -1.0}, "bad-argument"),
            (ops.Operation, {}, "bad-argument"),
        ],
    )
    def test_bad_input(self, play, kind, fields, code):
        play.store(qubit())
        play.do(ops.Prepare, handle="h", state=encode_register(Register.dense(random_state(2, 1))))
        assert play.refuse(kind, **fields) == code
        assert play.refuse(kind, "nobody", **fields) in (code, "unknown-name", "forbidden")
        # Nothing happened to either.
        assert fidelity(play, Register.dense(random_state(2, 1)), "h") == pytest.approx(1)
        play.do(ops.Recover, stored="s", qubits=(1, *key(6)), handle="out")
        assert fidelity(play, qubit(), "out") == pytest.approx(1)

    @pytest.mark.parametrize("op_id", ("", "x" * 65))
    def test_op_ids_that_cannot_be(self, play, op_id):
        assert play.refuse(ops.Ruin, op_id=op_id) == "bad-argument"

    def test_a_ruined_site_loses_what_it_had_and_can_begin_again(self, play):
        play.store(qubit())
        play.deal()
        play.do(ops.Ruin, "p1")
        assert play.refuse(ops.Ship, "p1", stored="s", parcels=(((1,), OWNER),)) == "forbidden"
        assert play.world.custody(["s"], holder="p1") == {"s": {}}
        play.fetch(2)
        play.do(ops.Ship, stored="s", parcels=(((2,), "p1"),))
        play.do(ops.Ship, "p1", stored="s", parcels=(((2,), OWNER),))
        play.do(ops.Recover, stored="s", qubits=(2, *key(6)), handle="out")
        assert fidelity(play, qubit(), "out") == pytest.approx(1)

    def test_custody_shows_only_the_asker(self, play):
        play.do(ops.Advance, seconds=5.0)
        play.store(qubit())
        play.do(ops.Ship, stored="s", parcels=(((1,), "p1"),))
        assert play.world.custody(["s", "none"], holder="p1") == {"s": {1: Custodian("p1", 5.0)}}
        assert set(play.world.custody(["s"], holder=OWNER)["s"]) == {2, 3, 4, 5, 6, *key(6)}
        with pytest.raises(UnknownNameError):
            play.world.custody(["s"], holder="nobody")

    def test_an_older_epoch_is_fenced(self, play):
        assert play.world.open_epoch(OWNER) == 1
        assert play.world.open_epoch(OWNER) == 2
        state = encode_register(qubit())
        with pytest.raises(FencedError):
            play.world.apply([play.op(ops.Prepare, handle="h", state=state)], epoch=1)
        play.world.apply([play.op(ops.Prepare, handle="h", state=state)], epoch=2)
        play.do(ops.Prepare, "p1", handle="theirs", state=state)
        assert play.reopened().open_epoch(OWNER) == 3
        with pytest.raises(UnknownNameError):
            play.world.open_epoch("nobody")

    @pytest.mark.parametrize(
        "info",
        [
            HolderInfo(""),
            HolderInfo("x" * 65),
            HolderInfo("x", t1_seconds=0.0),
            HolderInfo("x", t1_seconds=1.0, t2_seconds=3.0),
            HolderInfo("x", t1_seconds=math.nan),
            HolderInfo("x", link_error=0.9),
            HolderInfo("x", link_loss=-0.1),
            HolderInfo("x", link_loss=math.nan),
        ],
    )
    def test_holders_that_cannot_be(self, play, info):
        with pytest.raises(UsageError):
            play.world.register_holder(info)
        assert info.name not in [holder.name for holder in play.world.holders()]

    def test_holders_are_listed_as_they_were_made(self, play):
        info = HolderInfo("a", t1_seconds=3.0, t2_seconds=4.0, link_error=0.1, link_loss=0.2)
        play.world.register_holder(info)
        play.world.register_holder(info)
        assert play.world.holders()[0] == info
        assert play.reopened().holders()[0] == info


class TestOnce:
    def test_a_cancelled_operation_never_happens(self, play):
        state = encode_register(qubit())
        assert play.do(ops.Cancel, target="later") == {"happened": False}
        assert play.refuse(ops.Prepare, op_id="later", handle="h", state=state) == "conflict"
        assert play.do(ops.Cancel, target="later") == {"happened": False}
        play.do(ops.Prepare, op_id="done", handle="h", state=state)
        assert play.do(ops.Cancel, target="done") == {"happened": True}
        assert play.world.results(["later", "done", "never"]) == {"done": Applied({"num_qubits": 1}, repeated=True)}

    def test_op_ids_belong_to_their_holder(self, play):
        play.do(ops.Prepare, op_id="mine", handle="h", state=encode_register(qubit()))
        assert play.refuse(ops.Ruin, "p1", op_id="mine") == "forbidden"
        assert play.refuse(ops.Cancel, "p1", target="mine") == "forbidden"

    def test_a_repetition_samples_nothing_again(self, play):
        play.store(qubit())
        measured = [play.op(ops.Measure, target="s", letters={1: "X"}) for _ in range(1)]
        first = play.world.apply(measured)
        for _ in range(20):
            assert play.world.apply(measured)[0].value == first[0].value
        play.reopened()
        assert play.world.apply(measured)[0] == Applied(first[0].value, repeated=True)

    def test_the_same_op_id_twice_in_one_batch(self, play):
        prepare = play.op(ops.Prepare, handle="h", state=encode_register(qubit()))
        assert play.world.apply([prepare, prepare]) == [
            Applied({"num_qubits": 1}),
            Applied({"num_qubits": 1}, repeated=True),
        ]

    def test_a_transaction_that_fails_has_not_happened(self, play, monkeypatch):
        play.store(qubit())
        ruin = play.op(ops.Ruin, "p1")
        flush = Session.flush

        def fail(self):
            flush(self)
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(Session, "flush", fail)
            with pytest.raises(KeyboardInterrupt):
                play.world.apply([ruin, play.op(ops.Recover, op_id="r", stored="s", qubits=(1, *key(6)), handle="out")])
        assert play.world.results([ruin.op_id, "r"]) == {}
        play.deal()
        play.fetch(1)
        play.do(ops.Recover, op_id="r", stored="s", qubits=(1, *key(6)), handle="out")
        assert fidelity(play, qubit(), "out") == pytest.approx(1)

    def test_time_that_did_not_happen_did_not_pass(self, play, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setattr(Session, "flush", lambda _: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                play.world.apply([play.op(ops.Advance, seconds=10.0)])
        assert play.world.now() == 0.0
        assert play.do(ops.Advance, seconds=10.0) == {"now": 10.0}
        assert play.world.now() == 10.0
        assert play.reopened().now() == 10.0


class TestDisk:
    def test_everything_is_there_after_a_restart(self, play):
        play.store(Register.dense(random_state(2, 9)), num_clones=3)
        play.deal(3)
        play.do(ops.Strike, "p2", stored="s", letters={2: "Z"}, block=1)
        play.do(ops.Measure, "p3", target="s", letters={3: "Y"})
        play.reopened()
        play.do(ops.Strike, "p2", stored="s", letters={2: "Z"}, block=1)
        play.fetch(2)
        play.do(ops.Recover, stored="s", qubits=(2, *key(3)), handle="out")
        play.reopened()
        assert fidelity(play, Register.dense(random_state(2, 9)), "out") == pytest.approx(1)

    def test_no_state_is_left_after_it_was_redeemed_or_removed(self, play):
        # The amplitudes' bytes of a state that nobody has any more.
        needle = Register.dense(random_state(1, 77)).to_statevector().tobytes()
        play.store(Register.dense(random_state(1, 77)), num_clones=2)
        play.do(ops.Discard, stored="s")
        play.store(Register.dense(random_state(1, 77)), num_clones=2, stored="t")
        play.do(ops.Recover, stored="t", qubits=(1, 3, 4), handle="out")
        play.do(ops.Void, handle="out")
        with sqlite3.connect(play.path) as connection:
            assert connection.execute("SELECT count(*) FROM registers").fetchone() == (0,)
            for table in ("operations", "encrypted", "handles"):
                for row in connection.execute(f"SELECT * FROM {table}"):
                    for value in row:
                        data = value if isinstance(value, bytes) else str(value).encode()
                        assert needle not in data
                        assert needle.hex().encode() not in data
        connection.close()

    @pytest.mark.parametrize(
        ("statement", "touch"),
        [
            ("UPDATE registers SET state = substr(state, 1, 20)", "recover"),
            ("UPDATE registers SET state = zeroblob(45)", "recover"),
            ("DELETE FROM registers", "recover"),
            ("UPDATE encrypted SET frames = x'00'", "recover"),
            ("UPDATE encrypted SET custody = substr(custody, 1, 9)", "recover"),
            ("UPDATE encrypted SET wires = x'0102'", "recover"),
            ("UPDATE encrypted SET status = 'dreaming'", "recover"),
            ("UPDATE encrypted SET projected = '{'", "recover"),
            ("UPDATE encrypted SET num_blocks = 2", "recover"),
            ("UPDATE operations SET result = '{' WHERE kind = 'strike'", "results"),
            ("UPDATE operations SET body = '[]' WHERE kind = 'ship'", "verify"),
            ('UPDATE operations SET body = \'{"letters":{"1":"Z"}}\' WHERE kind = \'strike\'', "verify"),
            ("UPDATE operations SET drawn = '{\"noise\":\"00\"}' WHERE kind = 'strike'", "verify"),
            ('UPDATE operations SET drawn = \'{"projections":[["X1","01"]]}\' WHERE kind = \'strike\'', "verify"),
            ("DELETE FROM operations WHERE kind = 'ship'", "verify"),
            ("DELETE FROM operations WHERE kind = 'encrypt'", "verify"),
            ("UPDATE handles SET wires = x'00'", "peek"),
        ],
    )
    def test_damage_is_found_and_nothing_is_computed_from_it(self, play, statement, touch):
        play.store(qubit())
        play.do(ops.Prepare, handle="h", state=encode_register(qubit()))
        play.deal()
        play.do(ops.Strike, "p1", op_id="strike", stored="s", letters={1: "X"})
        play.fetch(1)
        play.world.close()
        with sqlite3.connect(play.path) as connection:
            assert connection.execute(statement).rowcount > 0
        connection.close()
        actions = {
            "recover": lambda: play.do(ops.Recover, stored="s", qubits=(1, *key(6)), handle="out"),
            "results": lambda: play.world.results(["strike"]),
            "verify": lambda: play.world.verify("s"),
            "peek": lambda: play.world.peek("h"),
        }
        for _ in range(2):
            with pytest.raises(IntegrityError):
                actions[touch]()

    def test_tables_of_a_newer_version_are_left_alone(self, play):
        play.world.close()
        with sqlite3.connect(play.path) as connection:
            connection.execute("UPDATE nature SET version = 99")
        connection.close()
        with pytest.raises(IntegrityError, match="version 99"):
            EmulatedWorld.open(play.path)

    def test_a_world_of_four_kilobytes_an_object(self, play):
        n, count = 6, 100
        state = encode_register(qubit())
        before = play.path.stat().st_size
        for i in range(count):
            name = f"01ABCDEFGHJKMNPQRSTV{i:06d}"
            parcels = tuple(((j,), f"p{j}") for j in range(1, 7))
            play.world.apply(
                [
                    play.op(ops.Prepare, op_id=f"{name}:p", handle=f"h{name}", state=state),
                    play.op(ops.Encrypt, op_id=f"{name}:e", handle=f"h{name}", stored=name, num_clones=n),
                    play.op(ops.Ship, op_id=f"{name}:s", stored=name, parcels=parcels),
                ]
            )
        play.world.close()
        with sqlite3.connect(play.path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        assert (play.path.stat().st_size - before) / count < 2048


class TestHistory:
    def test_it_tells_everything_but_the_state(self, play):
        play.store(qubit())
        play.do(ops.Ship, stored="s", parcels=(((1,), "p1"), ((2,), "p2")))
        play.do(ops.Strike, "p1", stored="s", letters={1: "Z"})
        lines = play.world.history("s")
        assert [line["kind"] for line in lines] == ["encrypt", "ship", "strike"]
        assert lines[1]["parcels"] == [[[1], "p1"], [[2], "p2"]]
        assert lines[2]["letters"] == {"1": "Z"}
        assert json.loads(json.dumps(lines)) == lines
        with pytest.raises(UnknownNameError):
            play.world.history("none")

    def test_noise_is_in_it(self, play):
        play.world.register_holder(HolderInfo("far", link_error=0.75))
        play.store(Register.stabilizer(stim.Circuit("I 99")), num_clones=2)
        play.do(ops.Ship, stored="s", parcels=(((1,), "far"),))
        noise = play.world.history("s")[1]["noise"]
        # Each of 100 qubits is hit with probability 3/4; that none is has probability 4^-100.
        assert noise
        assert all(qubit == 1 and letter in "XYZ" and 0 <= block < 100 for block, qubit, letter in noise)


class TestNoise:
    def test_perfect_memories_draw_nothing(self, play):
        play.store(qubit())
        play.deal()
        state = play.world._rng.bit_generator.state
        play.do(ops.Advance, seconds=1e9)
        play.fetch(1)
        assert play.world._rng.bit_generator.state == state

    def test_waiting_is_the_twirled_channel_of_its_time(self, tmp_path):
        blocks, t1, t2, wait = 1000, 20.0, 15.0, 30.0
        play = Play(tmp_path, providers=0)
        play.world.register_holder(HolderInfo("p", t1_seconds=t1, t2_seconds=t2))
        play.store(Register.stabilizer(stim.Circuit("I 999")), num_clones=2)
        play.do(ops.Ship, stored="s", parcels=(((1, 2), "p"),))
        for _ in range(5):
            play.do(ops.Advance, seconds=wait / 5)
            play.do(ops.Measure, "p", target="s", letters={2: "Z"})  # touches S_2 at every step, S_1 never
        play.do(ops.Ship, "p", stored="s", parcels=(((1, 2), OWNER),))
        tally = dict.fromkeys([(q, letter) for q in (1, 2) for letter in "XYZ"], 0)
        hits = np.zeros((blocks, 3, 2), dtype=int)
        for line in play.world.history("s"):
            for block, qubit_number, letter in line["noise"]:
                hits[block, qubit_number] ^= {"X": (1, 0), "Y": (1, 1), "Z": (0, 1)}[letter]
        for number, letter in tally:
            bits = {"X": (1, 0), "Y": (1, 1), "Z": (0, 1)}[letter]
            tally[number, letter] = int((hits[:, number] == bits).all(axis=1).sum())
        x = (1 - np.exp(-wait / t1)) / 4
        expected = {"X": x, "Y": x, "Z": (1 - np.exp(-wait / t2)) / 2 - x}
        # Hoeffding for six counts: together wrong with probability below 1e-9.
        bound = np.sqrt(np.log(2 * 6 / 1e-9) / (2 * blocks))
        for (_, letter), count in tally.items():
            assert abs(count / blocks - expected[letter]) < bound
        play.world.verify("s")
        play.world.close()

    def test_parameters_count_from_their_change_on(self, play):
        places = play.world
        places.register_holder(HolderInfo("p", t1_seconds=100.0, t2_seconds=100.0))
        play.do(ops.Advance, seconds=10.0)
        places.register_holder(HolderInfo("p", t1_seconds=20.0, t2_seconds=20.0))
        play.do(ops.Advance, seconds=10.0)
        places.register_holder(HolderInfo("p"))
        play.do(ops.Advance, seconds=1000.0)
        with places._changing() as (session, _):
            place = session.places.of("p")
            chances = session.places.idle_errors(place, 0.0, session.now)
            assert session.places.idle_errors(place, 20.0, session.now) is None
        exponent = 10 / 100 + 10 / 20
        assert chances[0] == pytest.approx((1 - math.exp(-exponent)) / 4)
        assert chances[2] == pytest.approx((1 - math.exp(-exponent)) / 4)

    def test_lost_parcels_are_noticed_and_gone(self, play):
        play.world.register_holder(HolderInfo("hole", link_loss=1.0))
        play.store(qubit(), num_clones=2)
        result = play.do(ops.Ship, stored="s", parcels=(((1, 3), "hole"), ((2,), "p1")))
        assert result == {"lost": [1, 3]}
        assert play.world.custody(["s"], holder="hole") == {"s": {}}
        assert set(play.world.custody(["s"], holder=OWNER)["s"]) == {4}
        play.world.verify("s")

    def test_plain_registers_wait_and_travel_too(self, play):
        play.world.register_holder(HolderInfo("p", t1_seconds=1e-3, t2_seconds=1e-3, link_error=0.75))
        plus = Register.stabilizer(stim.Circuit("RX 0".replace("RX", "H")))
        flips = 0
        for i in range(60):
            play.do(ops.Prepare, handle=f"h{i}", state=encode_register(plus))
            play.do(ops.Give, handle=f"h{i}", to="p", given=f"g{i}")
            play.do(ops.Advance, seconds=1.0)
            flips += play.do(ops.Measure, "p", target=f"g{i}", letters={0: "X"})["outcomes"][0]
        # Completely dephased: 60 coins; none or all heads has probability 2^-59 < 1e-9.
        assert 0 < flips < 60


class TestTime:
    def test_real_time_cannot_be_advanced(self, tmp_path):
        play = Play(tmp_path, clock=WorldClock())
        assert play.refuse(ops.Advance, seconds=1.0) == "bad-argument"
        play.world.close()

    def test_it_does_not_go_back_with_the_host(self, tmp_path):
        class Host:
            now = 1000.0

            def __call__(self):
                return self.now

        host = Host()
        play = Play(tmp_path, clock=WorldClock(host=host))
        host.now = 1500.0
        play.store(qubit())
        assert play.world.now() == 500.0
        play.world.close()
        host.now = 10.0
        again = EmulatedWorld.open(play.path, clock=WorldClock(host=host))
        assert again.now() == 500.0
        again.close()
