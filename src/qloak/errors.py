"""Every error a user can meet, as one tree.

    QloakError                      exit 1   HTTP 500  failed
    ├── UsageError                  exit 2   HTTP 422  bad-argument
    │   ├── UnknownNameError        exit 2   HTTP 404  unknown-name
    │   ├── StateError              exit 2   HTTP 422  bad-state
    │   ├── ProgramError            exit 2   HTTP 422  bad-program
    │   └── LimitError              exit 2   HTTP 413  over-limit
    ├── MissingExtraError           exit 1   HTTP 501  missing-extra
    ├── KeyConsumedError            exit 12  HTTP 409  key-consumed
    ├── NotAuthorizedSetError       exit 13  HTTP 403  not-authorized-set
    ├── IntegrityError              exit 14  HTTP 500  integrity
    │   └── VerificationError       exit 14  HTTP 409  verification-failed
    ├── VaultMissingError           exit 10  HTTP 503  vault-missing
    ├── LockedError                 exit 11  HTTP 503  locked
    ├── ConflictError               exit 1   HTTP 409  conflict
    │   ├── RedeemInProgressError   exit 1   HTTP 409  redeem-in-progress
    │   ├── IdempotencyError        exit 1   HTTP 409  idempotency-key-reused
    │   └── FencedError             exit 1   HTTP 409  fenced
    ├── LostError                   exit 13  HTTP 410  lost
    ├── UnavailableError            exit 1   HTTP 503  unavailable
    │   └── CapacityError           exit 1   HTTP 507  no-capacity
    ├── UnauthenticatedError        exit 1   HTTP 401  unauthenticated
    ├── ForbiddenError              exit 1   HTTP 403  forbidden
    └── RateLimitError              exit 1   HTTP 429  rate-limited

Each class owns its exit code, HTTP status and a stable `code`. A message names the argument, what it
was, what was expected and, where there is one, the next step; `UsageError.of` writes it in that order.
"""

from __future__ import annotations

from typing import ClassVar, Self

__all__ = [
    "CapacityError",
    "ConflictError",
    "FencedError",
    "ForbiddenError",
    "IdempotencyError",
    "IntegrityError",
    "KeyConsumedError",
    "LimitError",
    "LockedError",
    "LostError",
    "MissingExtraError",
    "NotAuthorizedSetError",
    "ProgramError",
    "QloakError",
    "RateLimitError",
    "RedeemInProgressError",
    "StateError",
    "UnauthenticatedError",
    "UnavailableError",
    "UnknownNameError",
    "UsageError",
    "VaultMissingError",
    "VerificationError",
]

_SHOWN_CHARACTERS = 80


def shorten(value: object) -> str:
    """`value` as shown in a message: its repr on one line, at most 80 characters.

    Long strings are cut before their repr is taken, so a hostile megabyte costs nothing.
    """
    if isinstance(value, str) and len(value) > _SHOWN_CHARACTERS:
        value = value[:_SHOWN_CHARACTERS] + "…"
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS + 3 else text[:_SHOWN_CHARACTERS] + "…"


def shorten_path(path: object) -> str:
    """A path as shown in a message: its last 80 characters, for the file's name is at the end."""
    text = str(path)
    return text if len(text) <= _SHOWN_CHARACTERS else "…" + text[1 - _SHOWN_CHARACTERS :]


class QloakError(Exception):
    """Anything that went wrong and that Qloak can name."""

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500
    code: ClassVar[str] = "failed"

    def to_json(self) -> dict[str, object]:
        """The one JSON shape of an error, on the command line and over HTTP."""
        return {"schema": "qloak.error/1", "code": self.code, "message": str(self), "exit_code": self.exit_code}


class UsageError(QloakError):
    """An argument that cannot be used."""

    exit_code = 2
    http_status = 422
    code = "bad-argument"

    @classmethod
    def of(cls, argument: str, got: object, expected: str, hint: str = "") -> Self:
        """The error for one argument.

        Args:
            argument: the name of the argument as the user knows it, such as `num_clones`.
            got: the offending value; shown shortened.
            expected: what would have been accepted, completing "expected …".
            hint: the next step, one sentence, or nothing.
        """
        message = f"{argument}: got {shorten(got)}, expected {expected}."
        return cls(f"{message} {hint}".rstrip())


class UnknownNameError(UsageError):
    """A qubit, clone, provider or party that does not exist."""

    http_status = 404
    code = "unknown-name"


class StateError(UsageError):
    """A quantum state that is not a state: wrong length, not normalised, not finite."""

    code = "bad-state"


class ProgramError(UsageError):
    """A circuit file that cannot be read or that holds what Qloak does not accept."""

    code = "bad-program"


class LimitError(UsageError):
    """Well formed, but larger than Qloak accepts."""

    http_status = 413
    code = "over-limit"


class MissingExtraError(QloakError):
    """An optional dependency is not installed."""

    http_status = 501
    code = "missing-extra"

    @classmethod
    def of(cls, module: str, extra: str) -> Self:
        """The error for `module`, which comes with the extra `extra`."""
        return cls(f"{module} is not installed, and this needs it. Install it: pip install 'qloak[{extra}]'.")


class KeyConsumedError(QloakError):
    """The decryption key of this object has been spent; it opens once."""

    exit_code = 12
    http_status = 409
    code = "key-consumed"


class NotAuthorizedSetError(QloakError):
    """The qubits at hand do not determine the state."""

    exit_code = 13
    http_status = 403
    code = "not-authorized-set"


class IntegrityError(QloakError):
    """Something stored contradicts itself."""

    exit_code = 14
    code = "integrity"


class VerificationError(IntegrityError):
    """The clones at hand contradict each other: one of them was disturbed. Nothing has been spent."""

    http_status = 409
    code = "verification-failed"


class VaultMissingError(QloakError):
    """There is no vault at this place."""

    exit_code = 10
    http_status = 503
    code = "vault-missing"


class LockedError(QloakError):
    """Another process has the vault open, or a database stayed locked."""

    exit_code = 11
    http_status = 503
    code = "locked"


class ConflictError(QloakError):
    """What was asked does not fit the present state; nothing has changed."""

    http_status = 409
    code = "conflict"


class RedeemInProgressError(ConflictError):
    """Somebody else is redeeming this object just now."""

    code = "redeem-in-progress"


class IdempotencyError(ConflictError):
    """This idempotency key has been used for another request."""

    code = "idempotency-key-reused"


class FencedError(ConflictError):
    """A newer epoch of this vault has begun, and this process belongs to an older one."""

    code = "fenced"


class LostError(QloakError):
    """Too many qubits of this object are lost: nobody can recover its state."""

    exit_code = 13
    http_status = 410
    code = "lost"


class UnavailableError(QloakError):
    """Something that is needed does not answer at present; nothing has been spent."""

    http_status = 503
    code = "unavailable"


class CapacityError(UnavailableError):
    """The providers have no room for this."""

    http_status = 507
    code = "no-capacity"


class UnauthenticatedError(QloakError):
    """No valid token."""

    http_status = 401
    code = "unauthenticated"


class ForbiddenError(QloakError):
    """The token is valid, but not for this; or a qubit is held by somebody else."""

    http_status = 403
    code = "forbidden"


class RateLimitError(QloakError):
    """Too many requests in too short a time."""

    http_status = 429
    code = "rate-limited"
