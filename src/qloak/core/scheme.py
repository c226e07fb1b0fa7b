"""A scheme: a stabilizer code whose qubits have names and parts to play."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from ..errors import LimitError, UsageError
from . import gf2
from .paulis import PauliTable
from .qubits import NamedQubits, Qubits, Role
from .types import IntArray

__all__ = ["MAX_CODE_QUBITS", "CodeScheme", "Scheme", "StabilizerCode", "check_code_size"]

MAX_CODE_QUBITS = 40_000
"""Largest scheme whose generators are written out as a table: 40,000 qubits take about 400 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class StabilizerCode:
    """Generators and logical operators of an isometry from k logical qubits to m physical ones.

    Attributes:
        stabilizers: m - k independent commuting rows, each +1 on every encoded state.
        logical_x: k rows, the images of X_1 .. X_k.
        logical_z: k rows, the images of Z_1 .. Z_k.
    """

    stabilizers: PauliTable
    logical_x: PauliTable
    logical_z: PauliTable

    @property
    def num_qubits(self) -> int:
        """Number m of physical qubits."""
        return self.stabilizers.num_qubits

    @property
    def num_logical(self) -> int:
        """Number k of logical qubits."""
        return len(self.logical_x)

    def logicals(self) -> PauliTable:
        """The 2k logical rows, X_1 .. X_k then Z_1 .. Z_k."""
        return self.logical_x.stacked(self.logical_z)

    def validate(self) -> None:
        """Check counts, independence and all commutation relations.

        Raises:
            UsageError: naming the first relation that fails.
        """
        m, k = self.num_qubits, self.num_logical
        tables = (self.stabilizers, self.logical_x, self.logical_z)
        sizes = [(len(table), table.num_qubits) for table in tables]
        if k == 0 or sizes != [(m - k, m), (k, m), (k, m)]:
            shapes = f"m - k generators, k logical X and k logical Z on m = {m} qubits, k at least 1"
            raise UsageError.of("code", sizes, f"(rows, qubits) of {shapes}")
        table = self.stabilizers.stacked(self.logical_x, self.logical_z)
        if gf2.rank(table.symplectic(), 128 * table.x.shape[1]) != m + k:
            raise UsageError.of("stabilizers", table.to_strings(), "independent generators and logical operators")
        expected = np.zeros((m + k, m + k), dtype=np.bool_)
        partners = np.arange(k)
        expected[m - k + partners, m + partners] = expected[m + partners, m - k + partners] = True
        for row in range(m + k):
            wrong = np.flatnonzero(table.anticommutes_with(table[row : row + 1]) != expected[row])
            if len(wrong):
                pair = (str(table.to_stim(row)), str(table.to_stim(int(wrong[0]))))
                raise UsageError.of("stabilizers", pair, "rows that commute, except each logical X with its Z")


@runtime_checkable
class Scheme(Protocol):
    """What every analysis and the store need to know of a way to spread a state over qubits."""

    @property
    def name(self) -> str:
        """Short description, such as "encrypted cloning, n = 6"."""
        ...

    @property
    def qubits(self) -> Qubits:
        """The physical qubits."""
        ...

    @property
    def code(self) -> StabilizerCode:
        """The code, generators and signs written out.

        Raises:
            LimitError: above MAX_CODE_QUBITS qubits.
        """
        ...

    @property
    def clones(self) -> IntArray:
        """Numbers of the qubits from which, with their key, the state can be read."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class CodeScheme:
    """A scheme given by its code, such as a secret-sharing code.

    Attributes:
        name: short description.
        qubits: names and roles.
        code: generators and logical operators.
    """

    name: str
    qubits: Qubits
    code: StabilizerCode

    @classmethod
    def from_strings(
        cls, name: str, stabilizers: list[str], *, logical_x: list[str], logical_z: list[str], names: list[str]
    ) -> CodeScheme:
        """A scheme from Pauli strings such as "+XZZXI", qubit 0 first, validated.

        Args:
            name: short description.
            stabilizers: m - k generators.
            logical_x: k images of the logical X.
            logical_z: k images of the logical Z.
            names: m qubit names; all get the role of a signal qubit.

        Raises:
            UsageError: for text that is no Pauli string, a code that is none, or another number of names.
        """
        try:
            code = StabilizerCode(*(PauliTable.from_strings(rows) for rows in (stabilizers, logical_x, logical_z)))
        except ValueError as error:
            raise UsageError.of("code", str(error), "Pauli strings such as +XZZXI") from None
        code.validate()
        if len(names) != code.num_qubits:
            raise UsageError.of("names", len(names), f"{code.num_qubits} names, one for each qubit")
        return cls(name, NamedQubits(tuple(names), (Role.SIGNAL,) * len(names)), code)

    @property
    def clones(self) -> IntArray:
        """None by name: which sets read the state is a question for `classify`."""
        return np.zeros(0, dtype=np.int64)


def check_code_size(num_qubits: int) -> None:
    """Refuse to write out a code that is too large.

    Raises:
        LimitError: above MAX_CODE_QUBITS qubits.
    """
    if num_qubits > MAX_CODE_QUBITS:
        raise LimitError.of(
            "num_qubits",
            num_qubits,
            f"at most {MAX_CODE_QUBITS} qubits where the generators are written out",
            "The canonical scheme's access rule and circuits work at any size without them.",
        )
