"""Bytes and JSON of the world: there and back, and nothing else accepted."""

from __future__ import annotations

import json

import numpy as np
import pytest
import stim
from hypothesis import given
from hypothesis import strategies as st

from qloak.errors import IntegrityError, LimitError, QloakError, StateError, UsageError
from qloak.simulators import Register
from qloak.simulators.stabilizer_state import StabilizerState
from qloak.storage.world import codec
from qloak.storage.world import operations as ops
from tests.oracles import random_state

OPERATIONS = [
    ops.Prepare(op_id="1", holder="v", handle="h", state=b"\x00\xff"),
    ops.Encrypt(op_id="2", holder="v", handle="h", stored="s", num_clones=6, positions=(2, 0), kept="k"),
    ops.Ship(op_id="3", holder="v", stored="s", parcels=(((1, 7), "p1"), ((2,), "p2"))),
    ops.Check(op_id="4", holder="v", stored="s", qubits=(1, 2, 3), suspects=(1,)),
    ops.Recover(op_id="5", holder="v", stored="s", qubits=(1, 7), handle="o", method="unitary"),
    ops.Refresh(op_id="6", holder="v", stored="s", qubits=(1, 7), fresh="f", num_clones=2, keep_source=True),
    ops.Discard(op_id="7", holder="v", stored="s", qubits=(4,)),
    ops.Strike(op_id="8", holder="v", stored="s", letters={3: "Y"}, block=0),
    ops.Measure(op_id="9", holder="v", target="s", letters={3: "Y", 1: "X"}),
    ops.Apply(op_id="10", holder="v", handle="h", program="OPENQASM 3.0;"),
    ops.Give(op_id="11", holder="v", handle="h", to="w", given="g", positions=(1,), kept="k"),
    ops.Void(op_id="12", holder="v", handle="h"),
    ops.Ruin(op_id="13", holder="v"),
    ops.Advance(op_id="14", holder="v", seconds=2.5),
    ops.Cancel(op_id="15", holder="v", target="3"),
]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.kind)
def test_operations_there_and_back(operation):
    text = json.dumps(codec.encode_operation(operation))
    assert codec.decode_operation(json.loads(text)) == operation


def test_every_kind_is_tried():
    kinds = {getattr(ops, name) for name in ops.__all__}
    kinds = {kind for kind in kinds if isinstance(kind, type) and issubclass(kind, ops.Operation)} - {ops.Operation}
    assert {type(operation) for operation in OPERATIONS} == kinds


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "dance"},
        {"kind": "ruin"},
        {"kind": "ruin", "op_id": 1, "holder": "v"},
        {"kind": "ship", "op_id": "1", "holder": "v", "stored": "s", "parcels": [1]},
        {"kind": "strike", "op_id": "1", "holder": "v", "stored": "s", "letters": {"a": "X"}},
        {"kind": "strike", "op_id": "1", "holder": "v", "stored": "s", "letters": [1]},
        {"kind": "strike", "op_id": "1", "holder": "v", "stored": "s", "letters": {}, "block": "0"},
        {"kind": "prepare", "op_id": "1", "holder": "v", "handle": "h", "state": "xyz"},
        {"kind": "advance", "op_id": "1", "holder": "v", "seconds": "1"},
    ],
)
def test_other_json_is_refused(data):
    with pytest.raises(UsageError):
        codec.decode_operation(data)


@pytest.mark.parametrize("num_qubits", (1, 2, 5))
def test_dense_registers_there_and_back(num_qubits):
    register = Register.dense(random_state(num_qubits, 1))
    again = codec.decode_register(codec.encode_register(register))
    assert again.is_dense
    assert np.array_equal(again.to_statevector(), register.to_statevector())


@pytest.mark.parametrize("num_qubits", (1, 7, 8, 9, 300))
def test_stabilizer_registers_there_and_back(num_qubits):
    register = Register(StabilizerState(stim.Tableau.random(num_qubits)))
    again = codec.decode_register(codec.encode_register(register))
    assert again.state.inverse == register.state.inverse


def test_a_damaged_byte_anywhere_is_found():
    for register in (Register.dense(random_state(2, 1)), Register.stabilizer(stim.Circuit("H 0\nCX 0 1"))):
        data = codec.encode_register(register)
        for i in range(len(data)):
            damaged = data[:i] + bytes([data[i] ^ 16]) + data[i + 1 :]
            with pytest.raises(StateError):
                codec.decode_register(damaged)


@given(st.binary(max_size=60))
def test_whatever_is_behind_a_right_checksum_is_a_register_or_refused(body):
    for data in (body, codec.seal(body), codec.seal(b"QR\x00\x01\x00\x00\x00" + body), codec.seal(b"QR\x01" + body)):
        try:
            codec.decode_register(data)
        except QloakError as error:
            assert isinstance(error, StateError | LimitError)  # noqa: PT017, either is right


def test_registers_that_are_too_large():
    big = Register.stabilizer(stim.Circuit("I 1000"))
    with pytest.raises(LimitError):
        codec.decode_register(codec.encode_register(big))
    with pytest.raises(LimitError):
        codec.decode_register(codec.seal(b"QR\x00\x15\x00\x00\x00"))


def test_a_dense_state_must_be_one():
    with pytest.raises(StateError, match="norm"):
        codec.decode_register(codec.seal(b"QR\x00\x01\x00\x00\x00" + bytes(32)))


def test_wires_there_and_back():
    wires = [(1, 0), (2**40, 19)]
    assert codec.decode_wires(codec.encode_wires(wires), "x") == wires
    with pytest.raises(IntegrityError):
        codec.decode_wires(codec.seal(b"1234567"), "x")


@pytest.mark.parametrize("shape", [(1, 2, 13), (40, 2, 13), (3, 2, 2001)])
def test_frames_there_and_back(shape, rng):
    frames = rng.random(shape) < 0.3
    data = codec.encode_frames(frames)
    assert np.array_equal(codec.decode_frames(data, shape, "x"), frames)
    with pytest.raises(IntegrityError):
        codec.decode_frames(data, (shape[0] + 8, 2, shape[2]), "x")
    with pytest.raises(IntegrityError):
        codec.decode_frames(data[:-1], shape, "x")
    with pytest.raises(IntegrityError):
        codec.decode_frames(codec.seal(b"nonsense" * 100), (40, 2, 2001), "x")
