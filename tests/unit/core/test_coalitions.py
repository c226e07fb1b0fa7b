"""Who can read what: coalitions under the standard custodies against the written table."""

from __future__ import annotations

import pytest

from qloak.core import OWNER, Custody, CustodyPolicy, EncryptedCloning
from qloak.core.coalitions import coalition_table
from qloak.core.qubits import Role
from qloak.errors import LimitError, UsageError
from tests.codes import FIVE

CLONES, WITH_SOURCE, DEPOSITED, PAIRS = CustodyPolicy


def bits(n: int, policy: CustodyPolicy) -> dict[frozenset[str], float]:
    table = coalition_table(Custody.arrange(EncryptedCloning(n), policy))
    assert table.complete
    assert len(table) == 2 ** (n + 1 + (policy is DEPOSITED)) - 1
    return {frozenset(row.parties): row.access.information_bits for row in table}


def providers(n: int) -> list[str]:
    return [f"provider-{i}" for i in range(1, n + 1)]


@pytest.mark.parametrize("n", (2, 3, 4, 5))
class TestStandardCustodies:
    def test_clones(self, n):
        """The owner with any provider reads; providers alone learn nothing, or Y where all n (odd) collude."""
        for parties, shown in bits(n, CLONES).items():
            if OWNER in parties:
                assert shown == (2 if len(parties) > 1 else 0)
            else:
                assert shown == (1 if len(parties) == n and n % 2 else 0)

    def test_clones_with_source(self, n):
        """The owner alone reads for even n and learns Y for odd n."""
        found = bits(n, WITH_SOURCE)
        assert found[frozenset([OWNER])] == (1 if n % 2 else 2)
        assert found[frozenset(providers(n))] == (1 if n % 2 else 0)
        assert all(shown == 2 for parties, shown in found.items() if OWNER in parties and len(parties) > 1)

    def test_pairs(self, n):
        """The owner's one qubit and any provider; all providers together, but not all but one."""
        for parties, shown in bits(n, PAIRS).items():
            alone = OWNER not in parties
            assert shown == (2 if (len(parties) == n if alone else len(parties) > 1) else 0)


@pytest.mark.parametrize("n", (2, 4))
def test_source_deposited(n):
    """A with one more provider: all of them together read everything, all but one nothing."""
    found = bits(n, DEPOSITED)
    everyone = providers(n + 1)
    assert found[frozenset(everyone)] == 2
    for i in range(n + 1):
        assert found[frozenset(everyone[:i] + everyone[i + 1 :])] == 0
        assert found[frozenset([OWNER, everyone[i]])] == 2


def test_many_parties_are_summarised():
    n = 21
    custody = Custody.arrange(EncryptedCloning(n), CLONES)
    table = coalition_table(custody)
    assert not table.complete
    rows = {row.parties: row.access for row in table}
    assert len(rows) == len(table) == 4 * n + 3
    assert rows[tuple(providers(n))].leaks == ("Y",)
    assert rows[(OWNER,)].information_bits == 0
    assert rows[(OWNER, "provider-7")].authorized
    assert [len(row.parties) for row in table] == sorted(len(row.parties) for row in table)


def test_without_an_owner():
    custody = Custody(FIVE, {name: FIVE.qubits.of_role(Role.SIGNAL)[[i]] for i, name in enumerate("abcde")})
    table = coalition_table(custody)
    assert all(row.access.authorized == (len(row.parties) >= 3) for row in table)
    summary = coalition_table(custody, max_coalitions=20)
    assert not summary.complete
    assert len(summary) == 11


def test_limits():
    custody = Custody.arrange(EncryptedCloning(5000), CLONES)
    with pytest.raises(LimitError, match="at least 20004 for 5001 parties"):
        coalition_table(custody)
    with pytest.raises(UsageError):
        coalition_table(custody, max_coalitions=0)
