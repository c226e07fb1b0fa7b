"""The world's bytes: states, frames, custody and wires in a database, operations as JSON.

Every piece of bytes ends with its CRC-32, so that a damaged row is found and named and nothing is computed from it.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

import numpy as np
import stim
from numpy.typing import NDArray

from ...core.types import BitArray
from ...errors import IntegrityError, LimitError, StateError, UsageError
from ...simulators import Register
from ...simulators.dense import DenseState
from ...simulators.register import MAX_DENSE_REGISTER
from ...simulators.stabilizer_state import StabilizerState
from . import operations as ops

__all__ = [
    "MAX_REGISTER",
    "Wire",
    "decode_frames",
    "decode_operation",
    "decode_register",
    "decode_wires",
    "dump",
    "encode_frames",
    "encode_operation",
    "encode_register",
    "encode_wires",
    "load",
    "num_qubits_of",
    "seal",
    "stored_register",
    "unseal",
]

MAX_REGISTER: Final = 1000
"""Logical qubits of a register that is prepared at once; entangling several may make a larger one."""

_MAX_JOINT: Final = 20_000
_HEAD: Final = struct.Struct("<2sBI")
_MAGIC: Final = b"QR"
_DENSE, _STABILIZER = 0, 1
_CRC: Final = struct.Struct("<I")

# One for all: json.dumps makes a new one for every call.
_ENCODER: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False)

Wire = tuple[int, int]
"""(number of the joint register that it was born in, number of the qubit there)."""


def seal(data: bytes) -> bytes:
    """The bytes with their CRC-32 behind them."""
    return data + _CRC.pack(zlib.crc32(data))


def unseal(data: bytes, what: str) -> bytes:
    """The bytes in front of a CRC-32.

    Raises:
        IntegrityError: if it does not fit.
    """
    body = bytes(data[:-4])
    if len(data) < _CRC.size or _CRC.pack(zlib.crc32(body)) != bytes(data[-4:]):
        raise IntegrityError(f"{what}: the stored bytes are damaged (their checksum does not fit).")
    return body


def encode_register(register: Register) -> bytes:
    """A register as bytes.

    "QR", the form, the number of qubits, then amplitudes (complex128, little-endian) or the tableau of the inverse
    preparation, compressed, and a CRC-32.
    """
    state = register.state
    if isinstance(state, DenseState):
        return seal(_HEAD.pack(_MAGIC, _DENSE, state.num_qubits) + state.vector.astype("<c16").tobytes())
    x2x, x2z, z2x, z2z, x_signs, z_signs = state.inverse.to_numpy(bit_packed=True)
    packed = b"".join(part.tobytes() for part in (x2x, x2z, z2x, z2z, x_signs, z_signs))
    return seal(_HEAD.pack(_MAGIC, _STABILIZER, state.num_qubits) + zlib.compress(packed, 1))


def decode_register(data: bytes, *, max_qubits: int = MAX_REGISTER) -> Register:
    """The inverse of `encode_register`; trusts nothing.

    Raises:
        StateError: for bytes that are no register.
        LimitError: for more than `max_qubits` qubits.
    """
    try:
        body = unseal(data, "state")
    except IntegrityError as error:
        raise StateError(str(error)) from None
    if len(body) < _HEAD.size:
        raise StateError("state: the bytes are cut short.")
    magic, form, num_qubits = _HEAD.unpack_from(body)
    if magic != _MAGIC or form not in (_DENSE, _STABILIZER) or num_qubits == 0:
        raise StateError("state: the bytes are no register as Qloak writes them.")
    limit = min(max_qubits, MAX_DENSE_REGISTER) if form == _DENSE else max_qubits
    if num_qubits > limit:
        raise LimitError.of("state", f"{num_qubits} qubits", f"at most {limit}")
    payload = body[_HEAD.size :]
    if form == _DENSE:
        if len(payload) != 16 << num_qubits:
            raise StateError.of("state", f"{len(payload)} bytes", f"{16 << num_qubits}")
        return Register(DenseState(np.frombuffer(payload, dtype="<c16").astype(np.complex128)))
    return Register(StabilizerState(_tableau(payload, num_qubits)))


def _tableau(payload: bytes, num_qubits: int) -> stim.Tableau:
    row = (num_qubits + 7) // 8
    sizes = [num_qubits * row] * 4 + [row] * 2
    inflate = zlib.decompressobj()
    try:
        packed = inflate.decompress(payload, sum(sizes) + 1)
        if len(packed) != sum(sizes):
            raise StateError("state: the tableau has the wrong size.")
        parts: list[NDArray[np.uint8]] = []
        start = 0
        for size in sizes:
            part = np.frombuffer(packed, dtype=np.uint8, count=size, offset=start)
            parts.append(part.reshape(num_qubits, row) if size == num_qubits * row and len(parts) < 4 else part)
            start += size
        x2x, x2z, z2x, z2z, x_signs, z_signs = parts
        return stim.Tableau.from_numpy(x2x=x2x, x2z=x2z, z2x=z2x, z2z=z2z, x_signs=x_signs, z_signs=z_signs)
    except (zlib.error, ValueError) as error:
        raise StateError("state: the bytes are no stabilizer state.") from error


def stored_register(data: bytes, what: str) -> Register:
    """A register that the world itself wrote.

    Raises:
        IntegrityError: if it is not what was written.
    """
    try:
        return decode_register(data, max_qubits=_MAX_JOINT)
    except UsageError as error:
        raise IntegrityError(f"{what}: {error}") from error


def num_qubits_of(data: bytes, what: str) -> int:
    """How many qubits a register's bytes speak of, without looking at the rest.

    Raises:
        IntegrityError: if these are no such bytes.
    """
    if len(data) < _HEAD.size or bytes(data[:2]) != _MAGIC:
        raise IntegrityError(f"{what}: the stored bytes are damaged.")
    num_qubits: int = _HEAD.unpack_from(data)[2]
    return num_qubits


def encode_wires(wires: Sequence[Wire]) -> bytes:
    """Wires as pairs of 64-bit numbers."""
    return seal(struct.pack(f"<{2 * len(wires)}q", *[number for wire in wires for number in wire]))


def decode_wires(data: bytes, what: str) -> list[Wire]:
    """The inverse of `encode_wires`.

    Raises:
        IntegrityError: for damaged bytes.
    """
    body = unseal(data, what)
    if len(body) % 16:
        raise IntegrityError(f"{what}: the stored bytes are damaged (their length does not fit).")
    numbers = struct.unpack(f"<{len(body) // 8}q", body)
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def encode_frames(frames: BitArray) -> bytes:
    """Pauli frames, shape (blocks, 2, qubits)."""
    packed = np.packbits(frames, bitorder="little").tobytes()
    return seal(zlib.compress(packed, 1) if len(packed) > 256 else packed)


def decode_frames(data: bytes, shape: tuple[int, int, int], what: str) -> BitArray:
    """The inverse of `encode_frames`.

    Raises:
        IntegrityError: for damaged bytes.
    """
    body = unseal(data, what)
    count = shape[0] * shape[1] * shape[2]
    size = (count + 7) // 8
    try:
        packed = zlib.decompress(body) if size > 256 else body
    except zlib.error as error:
        raise IntegrityError(f"{what}: the stored frames are damaged.") from error
    if len(packed) != size:
        raise IntegrityError(f"{what}: the stored frames are damaged (their length does not fit).")
    bits = np.unpackbits(np.frombuffer(packed, dtype=np.uint8), count=count, bitorder="little")
    return bits.astype(np.bool_).reshape(shape)


_KINDS: Final[Mapping[str, type[ops.Operation]]] = {
    kind.kind: kind
    for kind in (
        ops.Prepare,
        ops.Encrypt,
        ops.Ship,
        ops.Check,
        ops.Recover,
        ops.Refresh,
        ops.Discard,
        ops.Strike,
        ops.Measure,
        ops.Apply,
        ops.Give,
        ops.Void,
        ops.Ruin,
        ops.Advance,
        ops.Cancel,
    )
}

_FIELDS: Final = {kind: tuple(field.name for field in fields(cls)) for kind, cls in _KINDS.items()}


_NUMBERS: Final = frozenset({"positions", "qubits", "suspects"})
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "num_clones": (int,),
    "seconds": (int, float),
    "block": (int, type(None)),
    "keep_source": (bool,),
    "kept": (str, type(None)),
}
"""Of the fields that are written as they are and are not text."""


def encode_operation(operation: ops.Operation) -> dict[str, Any]:
    """An operation as JSON, complete; states in hexadecimal."""
    out: dict[str, Any] = {"kind": operation.kind}
    for name in _FIELDS[operation.kind]:
        value = getattr(operation, name)
        if isinstance(value, bytes):
            value = value.hex()
        elif name == "letters":
            value = {str(qubit): letter for qubit, letter in value.items()}
        elif name == "parcels":
            value = [[list(qubits), to] for qubits, to in value]
        elif name in _NUMBERS:
            value = list(value)
        out[name] = value
    return out


def decode_operation(data: Mapping[str, Any]) -> ops.Operation:
    """The inverse of `encode_operation`.

    Raises:
        UsageError: for anything else.
    """
    try:
        kind = _KINDS[data["kind"]]
        given = {name: _decoded(name, data[name]) for name in _FIELDS[kind.kind] if name in data}
        return kind(**given)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError.of("operation", dict(data), "an operation of the world as JSON") from error


def _decoded(name: str, value: Any) -> Any:  # noqa: ANN401, JSON has any shape
    if name == "state":
        return bytes.fromhex(value)
    if name == "letters":
        return {int(qubit): str(letter) for qubit, letter in value.items()}
    if name == "parcels":
        return tuple((tuple(int(qubit) for qubit in qubits), str(to)) for qubits, to in value)
    if name in _NUMBERS:
        return tuple(int(number) for number in value)
    if not isinstance(value, _TYPES.get(name, (str,))):
        raise TypeError(name)
    return value


def dump(value: object) -> str:
    """Compact JSON."""
    return _ENCODER.encode(value)


def load(text: str, what: str) -> Any:  # noqa: ANN401, JSON has any shape
    """JSON that the world itself wrote.

    Raises:
        IntegrityError: if it is none.
    """
    try:
        return json.loads(text)
    except ValueError as error:
        raise IntegrityError(f"{what}: the stored text is damaged.") from error
