"""States as options."""

from __future__ import annotations

import numpy as np
import pytest

from qloak.cli.state_source import StateOptions
from qloak.errors import StateError, UsageError


def test_nothing_is_nothing():
    assert StateOptions().read() is None


@pytest.mark.parametrize(
    ("options", "source"),
    [
        ({"bloch": "1.5,-0.5"}, {"bloch": [1.5, -0.5]}),
        ({"random": True}, {"random": 1}),
        ({"random": True, "qubits": "3", "seed": "7"}, {"random": 3, "seed": 7}),
        ({"ghz": "4", "keep": "1"}, {"ghz": 4, "keep": 1}),
        ({"bell": True}, {"bell": True}),
        ({"handle": "r1"}, {"handle": "r1"}),
        ({"handle": "r1", "positions": "0,2"}, {"handle": "r1", "positions": [0, 2]}),
    ],
)
def test_as_the_clients_say_it(options, source):
    assert StateOptions(**options).read() == source


def test_files(tmp_path):
    program = tmp_path / "p.qasm"
    program.write_text("OPENQASM 3.0; qubit q; x q;")
    assert StateOptions(qasm=program).read() == {"qasm": program.read_text()}
    np.save(tmp_path / "v.npy", np.array([0.6, 0.8j]))
    assert StateOptions(statevector=tmp_path / "v.npy").read() == {"statevector": [[0.6, 0.0], [0.0, 0.8]]}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bloch": "1,2", "bell": True}, "--bloch and --bell"),
        ({"qubits": "2"}, "--qubits: it goes with --random"),
        ({"ghz": "3", "seed": "1"}, "--seed: it goes with --random"),
        ({"positions": "1"}, "--positions: it goes with --handle"),
        ({"keep": "1"}, "--keep"),
        ({"ghz": "many"}, "--ghz"),
        ({"random": True, "qubits": "x"}, "--qubits"),
        ({"handle": "r", "positions": "0,x"}, "--positions"),
        ({"bloch": "1,2", "ghz": "2", "prefix": "--expect-"}, "--expect-bloch and --expect-ghz"),
    ],
)
def test_what_does_not_go_together(options, message):
    with pytest.raises(UsageError, match=message):
        StateOptions(**options).read()


@pytest.mark.parametrize("text", ["1", "1,2,3", "a,b", "nan,1", "1,inf", ""])
def test_angles_that_are_none(text):
    with pytest.raises(StateError, match="--bloch"):
        StateOptions(bloch=text).read()


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(UsageError, match="--qasm"):
        StateOptions(qasm=tmp_path / "none.qasm").read()
    with pytest.raises(StateError, match="--statevector"):
        StateOptions(statevector=tmp_path / "none.npy").read()
