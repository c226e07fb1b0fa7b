"""How many qubits of a source would be stored, without making it."""

from __future__ import annotations

import pytest

from qloak.errors import LimitError, ProgramError, UnknownNameError, UsageError
from qloak.storage.vault.sources import read_source, stored_qubits

BELL = 'OPENQASM 3.0; include "stdgates.inc"; qubit[3] q; h q[0]; cx q[0], q[1];'
SOURCES = [
    {"bloch": [1.0, 2.0]},
    {"qasm": BELL},
    {"qasm": BELL, "keep": 1},
    {"ghz": 5, "keep": 2},
    {"random": 4},
    {"random": 4, "seed": 7, "keep": 3},
    {"bell": True},
    {"statevector": [[1, 0], [0, 0], [0, 0], [0, 0]]},
]


def nowhere(handle):
    raise UnknownNameError.of("handle", handle, "a register of this tenant")


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_as_many_as_the_state_that_is_made(source):
    prepared = read_source(source)
    assert stored_qubits(source, nowhere) == prepared.register.num_qubits - prepared.keep


def test_register_in_the_workbench():
    assert stored_qubits({"handle": "r1"}, {"r1": 5}.__getitem__) == 5
    assert stored_qubits({"handle": "r1", "positions": [4, 0]}, {"r1": 5}.__getitem__) == 2
    with pytest.raises(UsageError, match="positions"):
        stored_qubits({"handle": "r1", "positions": [5]}, {"r1": 5}.__getitem__)
    with pytest.raises(UnknownNameError):
        stored_qubits({"handle": "r1"}, nowhere)


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ({"qasm": "<script>alert(1)</script>"}, ProgramError),
        ({"qasm": BELL + " bit b; b = measure q[0];"}, ProgramError),
        ({"qasm": "OPENQASM 3.0; qubit[1001] q;"}, LimitError),
        ({"random": 21}, LimitError),
        ({"random": True}, UsageError),
        ({"ghz": 3, "keep": 3}, UsageError),
        ({"ghz": 3, "seed": 1}, UsageError),
        ({"ghz": 3, "bell": True}, UsageError),
        ({}, UsageError),
    ],
    ids=str,
)
def test_refused_as_the_source_itself(source, error):
    with pytest.raises(error):
        stored_qubits(source, nowhere)
    with pytest.raises(error):
        read_source(source)
