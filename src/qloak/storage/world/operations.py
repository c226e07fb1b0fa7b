"""What holders can ask of nature: every operation of the world, as a value.

An operation names who acts (`holder`) and itself (`op_id`). The world refuses it on a qubit that the holder
does not hold, and answers a repeated `op_id` with the logged result: nothing is sampled twice. The op_id of a
repeated operation is enough; what else it says is not looked at again, so that a caller who crashed between
asking and hearing can ask once more with what it now knows.

Names of things are chosen by the caller, so that an intent can be written down before the world is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

__all__ = [
    "Advance",
    "Applied",
    "Apply",
    "Cancel",
    "Check",
    "Discard",
    "Encrypt",
    "Give",
    "Measure",
    "Operation",
    "Prepare",
    "Recover",
    "Refresh",
    "Refused",
    "Result",
    "Ruin",
    "Ship",
    "Strike",
    "Void",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One act of one holder.

    Attributes:
        op_id: unique for ever, at most 64 characters.
        holder: who acts.
    """

    kind: ClassVar[str] = ""

    op_id: str
    holder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepare(Operation):
    """The holder makes a register out of nothing.

    Attributes:
        handle: name of the register from now on.
        state: the state as `codec.encode_register` writes it.

    Result: {"num_qubits": int}.
    """

    kind: ClassVar[str] = "prepare"

    handle: str
    state: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Encrypt(Operation):
    """Encrypt qubits of a plain register, each with its own fresh copy of the canonical scheme.

    The handle is void afterwards; qubits that are not encrypted go on under `kept`. The holder has all
    qubits of all blocks; without `keep_source` qubit A of every block is discarded at once.

    Attributes:
        handle: a register of the holder.
        positions: which of its qubits are stored, in this order; empty for all.
        stored: name of the encrypted register from now on.
        num_clones: n of the scheme, at least 2.
        keep_source: whether A is kept.
        kept: name for the rest of the register; needed where `positions` leaves a rest.

    Result: {"num_blocks": int}.
    """

    kind: ClassVar[str] = "encrypt"

    handle: str
    stored: str
    num_clones: int
    positions: tuple[int, ...] = ()
    keep_source: bool = False
    kept: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ship(Operation):
    """Move qubits, the same of every block, to other holders, with the noise and heralded loss of the way.

    Attributes:
        stored: the encrypted register.
        parcels: (qubit numbers of the scheme, to whom), A = 0, S_i = i, N_i = n + i. A parcel arrives whole
            or is lost whole.

    Result: {"lost": [qubit numbers of parcels that did not arrive]}.
    """

    kind: ClassVar[str] = "ship"

    stored: str
    parcels: tuple[tuple[tuple[int, ...], str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Operation):
    """Measure, without spending anything, every stabilizer of the code that lives on the given qubits.

    Attributes:
        stored: the encrypted register.
        qubits: held by the holder.

    Result: {"flagged": [block numbers with an outcome -1], "corrections": [null or {"qubit": int,
    "pauli": "X"} for each block: the one-qubit error on `suspects` that explains the outcomes, null without one],
    "num_checks": int, the checks of one block}.
    """

    kind: ClassVar[str] = "check"

    stored: str
    qubits: tuple[int, ...]
    suspects: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recover(Operation):
    """Recover the register from an authorized set: the commit point of a redemption.

    Every qubit of the encrypted register that the holder does not use is junk afterwards.

    Attributes:
        stored: the encrypted register.
        qubits: the set, the same for every block; all held by the holder.
        handle: name of the recovered register.
        method: how the key is used where the set is a clone with its key.

    Result: {"num_qubits": int}. Refused with `not-authorized-set` if the set is none, and with `key-consumed`
    if the register was recovered or discarded before.
    """

    kind: ClassVar[str] = "recover"

    stored: str
    qubits: tuple[int, ...]
    handle: str
    method: Literal["unitary", "measured"] = "measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh(Operation):
    """`Recover` and `Encrypt` in one: no readable copy exists in between or afterwards.

    Attributes:
        stored: the old encrypted register.
        qubits: an authorized set of it.
        fresh: name of the new encrypted register.
        num_clones: its n.
        keep_source: as for `Encrypt`.

    Result: {"num_blocks": int}.
    """

    kind: ClassVar[str] = "refresh"

    stored: str
    qubits: tuple[int, ...]
    fresh: str
    num_clones: int
    keep_source: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Discard(Operation):
    """Reset qubits of an encrypted register that the holder holds (empty: all that it holds), for ever.

    Attributes:
        stored: the encrypted register.

    Result: {"discarded": [qubit numbers]}.
    """

    kind: ClassVar[str] = "discard"

    stored: str
    qubits: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike(Operation):
    """Apply a Pauli to qubits, the same on every block (or on one): tampering, or a correction.

    Attributes:
        stored: the encrypted register.
        letters: qubit number -> X, Y or Z.
        block: which block, None for all.

    Result: {}.
    """

    kind: ClassVar[str] = "strike"

    stored: str
    letters: Mapping[int, str] = field(default_factory=dict)
    block: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Operation):
    """Measure a Pauli observable on encrypted qubits of every block, or on plain qubits of a register.

    Attributes:
        target: an encrypted register or a handle.
        letters: qubit number -> X, Y or Z.

    Result: {"outcomes": [0 or 1 for each block, 1 for -1]}; one outcome for a handle.
    """

    kind: ClassVar[str] = "measure"

    target: str
    letters: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply(Operation):
    """Run gates on a plain register.

    Attributes:
        handle: a register of the holder.
        program: OpenQASM 2 or 3, unitary, on at most as many qubits as the register has.

    Result: {}.
    """

    kind: ClassVar[str] = "apply"

    handle: str
    program: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Give(Operation):
    """Hand qubits of a plain register to a holder; the old handle is void.

    Attributes:
        handle: a register of the holder.
        to: the new holder (the holder itself to split a register).
        positions: which qubits go, empty for all.
        given: name for what goes.
        kept: name for the rest.

    Result: {}.
    """

    kind: ClassVar[str] = "give"

    handle: str
    to: str
    given: str
    positions: tuple[int, ...] = ()
    kept: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Void(Operation):
    """Reset all qubits of a plain register, for ever.

    Result: {}.
    """

    kind: ClassVar[str] = "void"

    handle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruin(Operation):
    """The holder's site burns down: every qubit it holds is lost. It can hold new ones afterwards.

    Result: {}.
    """

    kind: ClassVar[str] = "ruin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance(Operation):
    """Let time pass at once (a rehearsal; needs an accelerated or manual clock).

    Result: {"now": seconds}.
    """

    kind: ClassVar[str] = "advance"

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Operation):
    """See to it that another operation never happens, if it has not happened yet.

    Attributes:
        target: the op_id of that operation, of the same holder.

    Result: {"happened": bool}. If not, that op_id is refused from now on as `conflict`.
    """

    kind: ClassVar[str] = "cancel"

    target: str


@dataclass(frozen=True, slots=True)
class Applied:
    """The operation happened, now or before.

    Attributes:
        value: the result, as the operation's class describes it; JSON.
        repeated: whether this is the logged result of an earlier time.
    """

    value: Mapping[str, object]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing happened.

    Attributes:
        code: stable code of the error, as in `errors`.
        message: the sentence.
    """

    code: str
    message: str


Result = Applied | Refused
