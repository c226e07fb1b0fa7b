"""Pure mathematics of the schemes: no input or output, no randomness, exact signs.

    types     array aliases
    gf2       bit-packed linear algebra over GF(2)
    paulis    tables of signed Pauli strings
    qubits    named qubits and holdings
    scheme    a scheme is a stabilizer code with named parties
    cloning   encrypted cloning: the unit U_enc and the canonical scheme
    iterated  the tree in which every clone is encrypted again
    custody   which party holds which qubit
    access    what a set of qubits reveals

Conventions, here and everywhere: qubit 0 is the least significant bit of a state-vector index
(little-endian) and the first letter of a Pauli string; Y is the Hermitian Y = i X Z; the canonical
scheme numbers its qubits A = 0, S_i = i, N_i = n + i.
"""

from .access import Access, AccessClass, AccessCounts, classify, count_access
from .cloning import CloningScheme, CloningUnit, EncryptedCloning, Step
from .custody import OWNER, Custody, CustodyPolicy
from .iterated import IteratedCloning
from .paulis import PauliTable
from .qubits import CanonicalQubits, NamedQubits, Qubits, Role, parse_holding
from .scheme import CodeScheme, Scheme, StabilizerCode

__all__ = [
    "OWNER",
    "Access",
    "AccessClass",
    "AccessCounts",
    "CanonicalQubits",
    "CloningScheme",
    "CloningUnit",
    "CodeScheme",
    "Custody",
    "CustodyPolicy",
    "EncryptedCloning",
    "IteratedCloning",
    "NamedQubits",
    "PauliTable",
    "Qubits",
    "Role",
    "Scheme",
    "StabilizerCode",
    "Step",
    "classify",
    "count_access",
    "parse_holding",
]
