"""Clifford circuits from OpenQASM."""

from __future__ import annotations

import pytest
import stim

from qloak.circuits.formats import from_qasm
from qloak.errors import LimitError, ProgramError

from .same import same_instrument

HEAD = 'OPENQASM 3.0;\ninclude "stdgates.inc";\n'


def test_a_teleportation_somebody_wrote():
    text = """
    OPENQASM 3.0;
    include "stdgates.inc";
    gate bell a, b { h a; cx a, b; }
    qubit psi; qubit[2] pair; bit x_due; bit z_due;
    reset pair;
    bell pair[0], pair[1];
    inv @ bell psi, pair[0];
    z_due = measure psi;
    x_due = measure pair[0];
    if (x_due == true) x pair[1];
    if (z_due) { z pair[1]; }
    """
    flows = [stim.Flow("X__ -> __X"), stim.Flow("Y__ -> __Y"), stim.Flow("Z__ -> __Z")]
    assert from_qasm(text).has_all_flows(flows)


def test_angles_that_are_clifford():
    circuit = from_qasm(HEAD + "qubit[2] q; rz(pi/2) q[0]; u3(pi/2, 0, pi) q[1]; rx(-pi) q[0]; cp(pi) q[0], q[1];")
    assert same_instrument(circuit, stim.Circuit("S 0\nH 1\nX 0\nCZ 0 1"))


def test_first_non_clifford_gate_is_named():
    with pytest.raises(ProgramError, match=r"line 5: t is not a Clifford gate"):
        from_qasm(HEAD + "qubit[2] q;\nh q;\nt q[1];\nccx q[0], q[1], q[1];\n"[:-23])


def test_limits_are_passed_on():
    with pytest.raises(LimitError):
        from_qasm(HEAD + "qubit[3] q; h q;", max_gates=2)
