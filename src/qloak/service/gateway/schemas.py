"""Bodies of requests. What they mean is checked by the vault; here only shapes and sizes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...storage.vault.client import PutOptions

__all__ = [
    "ApplyBody",
    "GiveBody",
    "MeasureBody",
    "PeekBody",
    "PlanBody",
    "PrepareBody",
    "ProviderBody",
    "PutBody",
    "QuotaBody",
    "RedeemBody",
    "RehearseBody",
    "SplitBody",
    "TenantBody",
    "TokenBody",
]

Names = Annotated[list[Annotated[str, Field(min_length=1, max_length=64)]], Field(max_length=1000)]
Clones = Annotated[int, Field(ge=2, le=1000)]
Limit = Annotated[int, Field(ge=0, le=2**53)]
Custody = Literal["clones", "clones+source", "pairs"]
Source = Annotated[
    dict[str, Any],
    Field(
        description="One of bloch, qasm, statevector, random (with seed), ghz, bell, handle (with positions); "
        "with keep, the last qubits that stay in the workbench.",
        examples=[{"bloch": [1.05, 0.5]}, {"ghz": 3}, {"handle": "r01…", "positions": [0]}],
    ),
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PutBody(_Strict):
    """A state and how it is stored."""

    source: Source
    name: Annotated[str, Field(max_length=200)] = ""
    clones: Clones | None = None
    providers: Names = []
    custody: Custody = "clones"
    min_clones: Annotated[int, Field(ge=1, le=1000)] | None = None

    def options(self) -> PutOptions:
        """As the vault's clients say it."""
        return PutOptions(self.name, self.clones, tuple(self.providers), self.custody, self.min_clones)


class RedeemBody(_Strict):
    """How an object is recovered."""

    verify: Annotated[int, Field(ge=1, le=16)] = 1
    clone: Annotated[str, Field(max_length=16)] | None = None
    method: Literal["measured", "unitary"] = "measured"


class PlanBody(_Strict):
    """A put that is only thought of."""

    num_qubits: Annotated[int, Field(ge=1, le=1000)] = 1
    source: Source | None = None
    clones: Clones | None = None
    custody: Custody = "clones"
    providers: Names = []


class PrepareBody(_Strict):
    """A new register."""

    source: Source


class ApplyBody(_Strict):
    """Gates."""

    program: Annotated[str, Field(max_length=1_000_000)]


class MeasureBody(_Strict):
    """A Pauli observable: qubit number -> X, Y or Z."""

    letters: Annotated[dict[Annotated[int, Field(ge=0, le=1_000_000)], Literal["X", "Y", "Z"]], Field(max_length=1000)]


class SplitBody(_Strict):
    """Which qubits go."""

    positions: Annotated[list[Annotated[int, Field(ge=0, le=1_000_000)]], Field(max_length=1000)]


class GiveBody(_Strict):
    """To whom."""

    tenant: Annotated[str, Field(max_length=64)]


class PeekBody(_Strict):
    """A state to compare with."""

    expected: Source | None = None


class ProviderBody(_Strict):
    """A provider to add; embedded without a URL."""

    name: Annotated[str, Field(min_length=1, max_length=48)]
    url: Annotated[str, Field(max_length=500)] = ""
    token: Annotated[str, Field(max_length=200)] = ""
    capacity: Annotated[int, Field(ge=0, le=10**12)] | None = None
    t1_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    t2_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    link_error: Annotated[float, Field(ge=0, le=1)] | None = None
    link_loss: Annotated[float, Field(ge=0, le=1)] | None = None

    def options(self) -> dict[str, Any]:
        """What an embedded provider is built with."""
        return self.model_dump(exclude={"name", "url", "token"}, exclude_none=True)


class RehearseBody(_Strict):
    """A fault: seconds for slow, else a probability; 0 for off."""

    fault: Literal["offline", "slow", "lossy", "measuring", "tampering"]
    strength: Annotated[float, Field(ge=0, le=60)] = 1.0


class TokenBody(_Strict):
    """A token to make."""

    scopes: Annotated[
        list[Literal["read", "write", "admin", "emulator", "metrics", "rehearse"]], Field(min_length=1, max_length=6)
    ]
    name: Annotated[str, Field(max_length=200)] = ""
    expires_seconds: Annotated[float, Field(gt=0, le=10**9)] | None = None
    tenant: Annotated[str, Field(max_length=64)] | None = None


class QuotaBody(_Strict):
    """How much a tenant may have stored at a time; without a limit any number."""

    max_objects: Limit | None = None
    max_qubits: Limit | None = None


class TenantBody(_Strict):
    """A tenant to make; without limits it may store any number."""

    name: Annotated[str, Field(max_length=64)]
    max_objects: Limit | None = None
    max_qubits: Limit | None = None
