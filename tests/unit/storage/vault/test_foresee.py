"""How well something would come back that is not stored yet."""

from __future__ import annotations

import math

import pytest

from qloak.core import CustodyPolicy
from qloak.storage.provider import Fault
from qloak.storage.vault import DEFAULT_PROVIDERS

LIFE = 20_000.0
CUSTODIES = [CustodyPolicy.CLONES, CustodyPolicy.CLONES_AND_SOURCE, CustodyPolicy.PAIRS]


def closed_form(num_clones, custody, left):
    """F_e of one qubit after every stored qubit's Bloch vector has shrunk to `left`.

    Logical Paulis of {A, S_j, N_j} have weight 3; those of {S_j, all N} weight n + 1, but Y weight n for odd n.
    """
    if custody is not CustodyPolicy.CLONES:
        return (1 + 3 * left**3) / 4
    lightest = num_clones if num_clones % 2 else num_clones + 1
    return (1 + left**lightest + 2 * left ** (num_clones + 1)) / 4


@pytest.mark.parametrize("custody", CUSTODIES, ids=str)
@pytest.mark.parametrize("num_clones", [2, 3, 6])
def test_foreseen_in_closed_form(played, custody, num_clones):
    """T1 = T2 shrinks the whole Bloch vector by e^(-t/T), wherever a qubit waits."""
    vault = played(t1_seconds=LIFE, t2_seconds=LIFE).vault
    now, later = vault.foresee(custody, DEFAULT_PROVIDERS[:num_clones], num_qubits=2)
    assert now.entanglement_fidelity == pytest.approx(1, abs=1e-12)
    wanted = closed_form(num_clones, custody, math.exp(-3600 / LIFE)) ** 2
    assert later.entanglement_fidelity == pytest.approx(wanted, abs=1e-12)
    assert later.average_fidelity == pytest.approx((4 * wanted + 1) / 5, abs=1e-12)


def test_whoever_is_down_is_left_out(played):
    vault = played().vault
    names = DEFAULT_PROVIDERS[:2]
    vault.rehearse(names[0], Fault.OFFLINE, 1.0)
    now, _ = vault.foresee(CustodyPolicy.CLONES, names, num_qubits=1)
    assert now.entanglement_fidelity == 1
    vault.rehearse(names[1], Fault.OFFLINE, 1.0)
    assert vault.foresee(CustodyPolicy.CLONES, names, num_qubits=1) == (None, None)
    # For even n the source and the key at home read alone.
    at_home, _ = vault.foresee(CustodyPolicy.CLONES_AND_SOURCE, names, num_qubits=1)
    assert at_home.entanglement_fidelity == 1
