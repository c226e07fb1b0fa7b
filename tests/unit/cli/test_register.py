"""The workbench on the command line."""

from __future__ import annotations

import pytest

from tests.unit.cli.commands import qloak, refused
from tests.unit.cli.vaults import folder, template, vault

__all__ = ["folder", "template", "vault"]


def made(*arguments: object) -> str:
    return qloak("register", "new", *arguments, "--json").json()["handle"]


def test_new_show_and_list(vault):
    handle = made("--ghz", 3)
    assert f"{handle}: 3 qubits, live" in qloak("register", "show", handle).out
    ran = qloak("register", "ls")
    assert [line.split()[:2] for line in ran.out.splitlines()[1:]] == [[handle, "3"]]
    refused(qloak("register", "new"), "--bloch")


def test_gates_and_measurements(vault, tmp_path):
    """X on |0> gives 1; both qubits of a Bell pair agree: Z0 Z1 is +1, and so is X0 X1."""
    flip = tmp_path / "x.qasm"
    flip.write_text('OPENQASM 3.0; include "stdgates.inc"; qubit q; x q;')
    handle = made("--bloch", "0,0")
    assert qloak("register", "measure", handle, "Z0").out == "0\n"
    assert "1 qubit, live" in qloak("register", "apply", handle, flip).out
    assert qloak("register", "measure", handle, "Z0", "--json").json()["outcome"] == 1
    pair = made("--ghz", 2)
    assert [qloak("register", "measure", pair, letters).out for letters in ("Z0,Z1", "X0, X1")] == ["0\n", "0\n"]


@pytest.mark.parametrize("text", ["", "Z", "Q0", "Z0,Z0", "Z0 X1", "Z-1", "Z0,", "X1234567"])
def test_observables_that_are_none(vault, text):
    refused(qloak("register", "measure", "r1", text), "OBSERVABLE")


def test_split_give_and_discard(vault):
    assert qloak("tenant", "add", "ada").code == 0
    handle = made("--ghz", 3)
    parts = qloak("register", "split", handle, "0,1", "--json").json()["registers"]
    assert [part["num_qubits"] for part in parts] == [2, 1]
    ran = qloak("register", "split", parts[0]["handle"], "0")
    assert [line.split()[-1] for line in ran.out.splitlines()[1:]] == ["1", "1"]
    assert qloak("register", "give", parts[1]["handle"], "ada").code == 0
    last = made("--random")
    assert "void" in qloak("register", "discard", last).out
    refused(qloak("register", "measure", last, "Z0"), "void", code=1)
    refused(qloak("register", "split", made("--ghz", 2), "0,x"), "POSITIONS")


def test_peek(vault, tmp_path):
    handle = made("--bloch", "0,0")
    ran = qloak("register", "peek", handle, "--expect-bloch", "0,0")
    assert "Bloch vector +0.000000000 +0.000000000 +1.000000000" in ran.out
    assert "fidelity with what you expect: 1.000000000000" in ran.out
    assert "No device can show this" in ran.out
    flip = tmp_path / "x.qasm"
    flip.write_text('OPENQASM 3.0; include "stdgates.inc"; qubit q; x q;')
    assert qloak("register", "peek", handle, "--expect-qasm", flip, "--json").json()["fidelity"] == 0


def test_unknown_handles(vault, tmp_path):
    (tmp_path / "p.qasm").write_text("OPENQASM 3.0; qubit q;")
    for words in (["show", "r0"], ["measure", "r0", "Z0"], ["apply", "r0", tmp_path / "p.qasm"], ["peek", "r0"]):
        refused(qloak("register", *words), "r0")
    refused(qloak("register", "apply", "r0", tmp_path / "none"), "FILE")
