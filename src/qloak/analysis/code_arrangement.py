"""An error-correcting code spread over servers, one qubit at each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..core import CodeScheme, classify
from ..core.types import BitArray
from .arrangement import Readers, Retrieval
from .chance import Chance
from .conditions import Situation
from .erasure import authorized_coalitions, coalition_odds, decoded_fidelity

__all__ = ["CodeArrangement", "five_qubit_code", "steane_code"]


@lru_cache(maxsize=1)
def five_qubit_code() -> CodeScheme:
    """The perfect [[5,1,3]] code: any three of its qubits give the state, any two nothing [Gottesman1998]."""
    return CodeScheme.from_strings(
        "[[5,1,3]] code",
        ["XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"],
        logical_x=["XXXXX"],
        logical_z=["ZZZZZ"],
        names=[f"Q{i}" for i in range(1, 6)],
    )


@lru_cache(maxsize=1)
def steane_code() -> CodeScheme:
    """The Steane [[7,1,3]] code: any of the seven lines of the Fano plane gives the state [Gottesman1998]."""
    lines = ["IIIPPPP", "IPPIIPP", "PIPIPIP"]
    return CodeScheme.from_strings(
        "[[7,1,3]] Steane code",
        [line.replace("P", letter) for letter in "XZ" for line in lines],
        logical_x=["XXXXXXX"],
        logical_z=["ZZZZZZZ"],
        names=[f"Q{i}" for i in range(1, 8)],
    )


@dataclass(frozen=True, slots=True)
class CodeArrangement:
    """One logical qubit on a code, each physical qubit at a server of its own, nothing with the owner.

    All that is left is brought together, lost qubits being known, all checks are measured without error and
    the likeliest error is corrected.

    Attributes:
        scheme: at most 9 qubits, one logical.
    """

    scheme: CodeScheme

    num_clones = None
    levels = None
    custody = "servers"
    num_key_qubits = 0

    @property
    def scheme_name(self) -> str:
        """Name of the code."""
        return self.scheme.name

    @property
    def num_qubits(self) -> int:
        """Qubits of the code."""
        return len(self.scheme.qubits)

    @property
    def num_providers(self) -> int:
        """One for each qubit."""
        return self.num_qubits

    @property
    def readers(self) -> Readers:
        """Who can read what: for one provider the one that can read most."""
        single = max(
            (classify(self.scheme, np.array([q])) for q in range(self.num_qubits)), key=lambda a: a.information_bits
        )
        everyone, nobody = classify(self.scheme, np.arange(self.num_qubits)), classify(self.scheme, "")
        return Readers(single.access_class, everyone.access_class, nobody.access_class)

    def retrieve(self, situation: Situation) -> Retrieval:
        """What comes back."""
        server = situation.provider & situation.stored
        patterns, authorized = _patterns(self.scheme)
        odds = coalition_odds([server] * self.num_qubits)
        with np.errstate(divide="ignore"):
            chance = Chance(float(np.log(odds[authorized].sum())), float(np.log(odds[~authorized].sum())))
        walsh = [situation.stored_walsh] * self.num_qubits
        gains = decoded_fidelity(self.scheme, patterns[authorized], walsh) - 1 / 4
        return Retrieval(chance, float(odds[authorized] @ gains))


@lru_cache(maxsize=16)
def _patterns(scheme: CodeScheme) -> tuple[BitArray, BitArray]:
    """Every pattern of kept qubits, shape (2**m, m), and which of them recover the state."""
    m = len(scheme.qubits)
    kept = np.arange(2**m)[:, None] >> np.arange(m) & 1 == 1
    return kept, authorized_coalitions(scheme, [np.array([q]) for q in range(m)])
