"""What each step of the story showed, as plain values that terminal, report and JSON share."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Self

from ..errors import QloakError

__all__ = [
    "CoalitionView",
    "CollusionStep",
    "EncryptStep",
    "LoseStep",
    "MissingKeyStep",
    "PartyView",
    "RedeemStep",
    "RefusedStep",
    "Story",
]

Bloch = tuple[float, float, float]
"""(<X>, <Y>, <Z>)."""


@dataclass(frozen=True, slots=True)
class EncryptStep:
    """Cost of the encryption: all qubits, and two-qubit gates with the Bell pairs."""

    qubits: int
    two_qubit_gates: int


@dataclass(frozen=True, slots=True)
class PartyView:
    """What one provider sees of its own qubits.

    Attributes:
        party: name of the provider.
        qubit: the scheme's qubit it holds, of every stored qubit.
        bloch: exact Bloch vector for each stored qubit.
        access: class of its holding.
    """

    party: str
    qubit: str
    bloch: tuple[Bloch, ...]
    access: str


@dataclass(frozen=True, slots=True)
class CoalitionView:
    """What some parties together can learn.

    Attributes:
        label: who they are.
        access: authorized, partial or uninformative.
        leaks: logical Paulis they can measure on each stored qubit.
        information_bits: mutual information with a reference, for each stored qubit.
    """

    label: str
    access: str
    leaks: tuple[str, ...]
    information_bits: float


@dataclass(frozen=True, slots=True)
class CollusionStep:
    """What all providers together really measure where n is odd: one Pauli component of the state.

    Attributes:
        operator: the operator on the signal qubits that they measure.
        means: its exact mean value for each stored qubit; plus or minus the component.
        component: the letter of the Bloch component that it gives away.
        inputs: that component of each stored qubit before encryption.
    """

    operator: str
    means: tuple[float, ...]
    component: str
    inputs: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LoseStep:
    """The providers that are gone, and the one that is left.

    Attributes:
        lost: names of the providers that were destroyed.
        survivor: name of the one that was not.
        surviving_clones: how many encrypted clones are left.
    """

    lost: tuple[str, ...]
    survivor: str
    surviving_clones: int


@dataclass(frozen=True, slots=True)
class RedeemStep:
    """The recovered register.

    Attributes:
        clone: the clone that was decrypted.
        fidelity: state fidelity |<in|out>|^2 of the whole register, kept qubits included, as a look into the
            emulator's memory shows it.
        bloch: Bloch vectors of the recovered qubits.
        key_measurements: outcomes that the decryption reads from the key.
        chsh: CHSH value with the kept half, where a two-qubit register was half kept.
    """

    clone: str
    fidelity: float
    bloch: tuple[Bloch, ...]
    key_measurements: int
    chsh: float | None


@dataclass(frozen=True, slots=True)
class RefusedStep:
    """How the second redemption was refused.

    Attributes:
        code: of the error.
        message: in words.
        exit_code: of the command line.
        http_status: over HTTP.
    """

    code: str
    message: str
    exit_code: int
    http_status: int

    @classmethod
    def of(cls, error: QloakError, message: str) -> Self:
        """The step for an error, told in these words."""
        return cls(error.code, message, error.exit_code, error.http_status)


@dataclass(frozen=True, slots=True)
class MissingKeyStep:
    """The attempt without one key qubit.

    Attributes:
        missing: the key qubit, of every stored qubit; a fresh |0> took its place.
        access: class of what was left of clone and key.
        depends_on_input: whether any observable of a recovered qubit depends on the stored state.
        bloch: Bloch vectors of the outputs.
        register_recovered: whether the outputs hold the register after all.
        fidelity: state fidelity <in|out|in> of the whole register, None where it is too large to write out.
    """

    missing: str
    access: str
    depends_on_input: bool
    bloch: tuple[Bloch, ...]
    register_recovered: bool
    fidelity: float | None


@dataclass(frozen=True, slots=True)
class Story:
    """The whole story, from the state to the failed attempt.

    Attributes:
        source: where the state came from.
        on_vault: whether it was put, lost and redeemed on a vault; if not, on the library as all the rest.
        num_clones: n.
        seed: of all randomness.
        method: how the key was used.
        num_stored: qubits that were put.
        num_kept: further qubits of the same register, which the user kept.
        bloch_in: Bloch vectors of the stored qubits before.
        encrypt, views, coalitions, collusion, lose, redeem, refused, missing_key: the steps.
    """

    source: str
    on_vault: bool
    num_clones: int
    seed: int
    method: str
    num_stored: int
    num_kept: int
    bloch_in: tuple[Bloch, ...]
    encrypt: EncryptStep
    views: tuple[PartyView, ...]
    coalitions: tuple[CoalitionView, ...]
    collusion: CollusionStep | None
    lose: LoseStep
    redeem: RedeemStep
    refused: RefusedStep
    missing_key: MissingKeyStep

    def to_json(self) -> dict[str, object]:
        """The machine-readable story, schema qloak.demo/1.

        `where` says of a step whether it was done on the vault or computed on the side, from the same state: a
        vault has no call that shows encrypted qubits or tries a key that is not whole.
        """
        acts, side = {"where": "vault" if self.on_vault else "side"}, {"where": "side"}
        header = {
            "schema": "qloak.demo/1",
            "emulated": True,
            "clones": self.num_clones,
            "seed": self.seed,
            "method": str(self.method),
            "num_stored": self.num_stored,
            "num_kept": self.num_kept,
        }
        steps: list[dict[str, object]] = [
            {"step": "prepare", "source": self.source, "bloch": self.bloch_in},
            {"step": "encrypt", **acts, **asdict(self.encrypt)},
            {"step": "look", **side, "providers": [asdict(v) for v in self.views]},
            {"step": "who-can-read", **side, "coalitions": [asdict(c) for c in self.coalitions]},
            *([{"step": "collude", **side, **asdict(self.collusion)}] if self.collusion else []),
            {"step": "lose", **acts, **asdict(self.lose)},
            {"step": "redeem", **acts, **asdict(self.redeem)},
            {"step": "redeem-again", **acts, "refused": True, **asdict(self.refused)},
            {"step": "missing-key", **side, **asdict(self.missing_key)},
        ]
        return {**header, "steps": steps}
