"""Pure mathematics of the schemes: no input or output, no randomness, exact signs.

    types       array aliases
    gf2         bit-packed linear algebra over GF(2)
    paulis      tables of signed Pauli strings
    qubits      named qubits and holdings
    scheme      a scheme is a stabilizer code with named parties
    cloning     encrypted cloning: the unit U_enc and the canonical scheme
    iterated    the tree in which every clone is encrypted again
    custody     which party holds which qubit
    access      what a set of qubits reveals
    supported   the operators of any code that live on some qubits
    canonical   closed forms of the canonical scheme for any set of qubits
    logicals    the operators by which a set of qubits reveals it
    recovery    the minimal sets that recover the state
    coalitions  what coalitions of parties can read

Conventions, here and everywhere: qubit 0 is the least significant bit of a state-vector index
(little-endian) and the first letter of a Pauli string; Y is the Hermitian Y = i X Z; the canonical
scheme numbers its qubits A = 0, S_i = i, N_i = n + i.
"""

from .access import Access, AccessClass, AccessCounts, classify, count_access
from .cloning import CloningScheme, CloningUnit, EncryptedCloning, Step
from .coalitions import Coalition, CoalitionTable, coalition_table
from .custody import OWNER, Custody, CustodyPolicy
from .iterated import IteratedCloning
from .logicals import VisibleLogical, representative, visible_logicals
from .paulis import PauliTable
from .qubits import CanonicalQubits, NamedQubits, Qubits, Role, parse_holding
from .recovery import RecoverySets, minimal_set, recovery_sets
from .scheme import CodeScheme, Scheme, StabilizerCode

__all__ = [
    "OWNER",
    "Access",
    "AccessClass",
    "AccessCounts",
    "CanonicalQubits",
    "CloningScheme",
    "CloningUnit",
    "Coalition",
    "CoalitionTable",
    "CodeScheme",
    "Custody",
    "CustodyPolicy",
    "EncryptedCloning",
    "IteratedCloning",
    "NamedQubits",
    "PauliTable",
    "Qubits",
    "RecoverySets",
    "Role",
    "Scheme",
    "StabilizerCode",
    "Step",
    "VisibleLogical",
    "classify",
    "coalition_table",
    "count_access",
    "minimal_set",
    "parse_holding",
    "recovery_sets",
    "representative",
    "visible_logicals",
]
