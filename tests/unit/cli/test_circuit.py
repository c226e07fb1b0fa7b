"""`qloak circuit` and `qloak convert`: files that others can read, and every refusal."""

from __future__ import annotations

import io
import stat
import sys
import xml.etree.ElementTree as ET

import pytest
import stim

from qloak.circuits import decryption, encryption_circuit, roundtrip_circuit
from qloak.cli.circuit import emit
from qloak.core import EncryptedCloning, IteratedCloning
from qloak.errors import UsageError
from tests.flows import carries, carries_in_frame
from tests.unit.cli.commands import qloak, refused, refused_in_json

METHODS = ("unitary", "measured")


def written(ran) -> stim.Circuit:
    assert (ran.code, ran.err) == (0, "")
    return stim.Circuit(ran.out)


class TestStim:
    @pytest.mark.parametrize("method", METHODS)
    def test_every_stage(self, method):
        scheme = EncryptedCloning(4)
        options = ("--clones", 4, "--clone", "S3", "--method", method)
        assert written(qloak("circuit", *options, "--stage", "encrypt")) == encryption_circuit(scheme)
        plan = decryption(scheme, "S3", method=method)
        assert written(qloak("circuit", *options, "--stage", "decrypt")) == plan.circuit
        assert written(qloak("circuit", *options)) == roundtrip_circuit(scheme, "S3", method=method)

    @pytest.mark.parametrize("method", METHODS)
    def test_through_a_file_the_state_still_comes_back(self, tmp_path, method):
        path = tmp_path / "round.stim"
        assert qloak("circuit", "--clones", 7, "--clone", "S5", "--method", method, "-o", path).out == ""
        assert carries(stim.Circuit(path.read_text()), 0, 5)

    def test_a_tree(self):
        circuit = written(qloak("circuit", "--clones", 2, "--levels", 1, "--clone", "S1.S2", "--method", "measured"))
        assert carries(circuit, 0, IteratedCloning(2, 1).clone_index("S1.S2"))

    def test_the_source_as_the_clone(self):
        assert carries(written(qloak("circuit", "--clones", 4, "--clone", "A")), 0, 0)

    def test_the_documented_numbers_of_the_qubits(self):
        """A = 0, S_i = i, N_i = n + i: the pairs are prepared on (S_i, N_i)."""
        circuit = written(qloak("circuit", "--clones", 3, "--stage", "encrypt"))
        assert [[t.value for t in group] for group in circuit[1].target_groups()][:3] == [[1, 4], [2, 5], [3, 6]]


def test_json_says_what_the_file_holds(tmp_path):
    path = tmp_path / "decrypt.stim"
    options = ("--clones", 6, "--stage", "roundtrip", "--method", "measured", "--frame", "recorded")
    document = qloak("circuit", *options, "-o", path, "--json").json()
    assert {key: document[key] for key in ("schema", "clones", "stage", "clone", "method", "frame")} == {
        "schema": "qloak.circuit/1",
        "clones": 6,
        "stage": "roundtrip",
        "clone": "S1",
        "method": "measured",
        "frame": "recorded",
    }
    assert (document["two_qubit_gates"], document["measurements"], document["num_qubits"]) == (5 * 6 + 3, 6, 13)
    assert (document["output_qubit"], document["output"]) == (1, str(path))
    plan = decryption(EncryptedCloning(6), "S1", method="measured", frame="recorded")
    assert document["x_records"] == plan.frame.x_records.tolist()
    assert document["z_records"] == plan.frame.z_records.tolist()
    assert carries_in_frame(stim.Circuit(path.read_text()), plan.frame, 0, 1)


class TestOtherFormats:
    def test_qasm3_loads_in_qiskit_feed_forward_included(self):
        qasm3 = pytest.importorskip("qiskit.qasm3")
        text = qloak("circuit", "--clones", 5, "--method", "measured", "--format", "qasm3").out
        loaded = qasm3.loads(text)
        assert (loaded.num_qubits, loaded.num_clbits) == (11, 5)
        assert loaded.count_ops()["if_else"]

    def test_qasm2_loads_in_qiskit(self):
        qasm2 = pytest.importorskip("qiskit.qasm2")
        text = qloak("circuit", "--clones", 5, "--format", "qasm2").out
        assert qasm2.loads(text).num_qubits == 11

    def test_qpy_loads_in_qiskit(self, tmp_path):
        qpy = pytest.importorskip("qiskit.qpy")
        path = tmp_path / "c.qpy"
        assert qloak("circuit", "--clones", 3, "--format", "qpy", "-o", path).code == 0
        with path.open("rb") as file:
            (loaded,) = qpy.load(file)
        assert loaded.num_qubits == 7

    def test_svg_is_well_formed_and_names_the_qubits(self):
        text = qloak("circuit", "--clones", 3, "--format", "svg").out
        drawing = ET.fromstring(text)
        assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
        words = {"".join(node.itertext()) for node in drawing.iter("{http://www.w3.org/2000/svg}text")}
        assert {"A", "S1", "S2", "S3", "N1", "N2", "N3"} <= words

    @pytest.mark.parametrize(("form", "suffix"), [("qasm3", "qasm"), ("stim", "stim"), ("qpy", "qpy")])
    def test_convert_brings_it_back(self, tmp_path, form, suffix):
        """The same state comes back from the converted file, by flows."""
        path = tmp_path / f"c.{suffix}"
        assert qloak("circuit", "--clones", 4, "--clone", "S2", "--format", form, "-o", path).code == 0
        assert carries(written(qloak("convert", path)), 0, 2)

    def test_convert_into_a_file(self, tmp_path):
        source, target = tmp_path / "in.stim", tmp_path / "out.qasm"
        source.write_text("H 0\nCX 0 1\nM 0 1\n")
        assert qloak("convert", source, "--format", "qasm3", "-o", target).out == ""
        assert "OPENQASM 3" in target.read_text()


class TestFiles:
    def test_a_file_is_replaced_whole_and_keeps_no_traces(self, tmp_path):
        path = tmp_path / "c.stim"
        path.write_text("old")
        assert qloak("circuit", "--clones", 2, "-o", path).code == 0
        assert stim.Circuit(path.read_text()).num_qubits == 5
        assert [entry.name for entry in tmp_path.iterdir()] == ["c.stim"]

    def test_a_new_file_is_as_readable_as_the_umask_allows(self, tmp_path):
        path = tmp_path / "c.stim"
        qloak("circuit", "--clones", 2, "-o", path)
        plain = tmp_path / "plain"
        plain.touch()
        assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)

    def test_a_link_stays_a_link(self, tmp_path):
        real, link = tmp_path / "real.stim", tmp_path / "link.stim"
        real.write_text("old")
        link.symlink_to(real)
        assert qloak("circuit", "--clones", 2, "-o", link).code == 0
        assert link.is_symlink()
        assert stim.Circuit(real.read_text()).num_qubits == 5

    @pytest.mark.skipif(sys.platform == "win32", reason="no /dev/null")
    def test_a_device_is_written_to(self):
        assert qloak("circuit", "--clones", 2, "-o", "/dev/null").code == 0


REFUSALS = [
    pytest.param(["--stage", "x"], ["--stage", "'x'", "encrypt, decrypt, roundtrip"], id="stage"),
    pytest.param(["--format", "x"], ["--format", "'x'", "stim, qasm3, qasm2, qpy, svg"], id="format"),
    pytest.param(["--method", "x"], ["--method", "'x'", "unitary, measured"], id="method"),
    pytest.param(["--frame", "x"], ["--frame", "'x'", "feedforward, recorded"], id="frame"),
    pytest.param(["--stage", "encrypt", "--method", "x"], ["--method", "'x'"], id="method of a stage without one"),
    pytest.param(["--clone", "S4"], ["'S4'", "S1 to S3"], id="unknown clone"),
    pytest.param(["--clone", "A"], ["'A'", "odd n"], id="no clone for odd n"),
    pytest.param(["--clone", "N1"], ["clone", "'N1'", "S1 to S3"], id="a key qubit"),
    pytest.param(["--levels", "1", "--clone", "S1"], ["'S1'", "S1.S1"], id="a source of a tree"),
    pytest.param(["--levels", "-1"], ["levels", "-1"], id="levels"),
    pytest.param(["-o", "no-such/c"], ["--output", "'no-such/c'", "a directory that exists"], id="no directory"),
    pytest.param(["-o", "."], ["--output", "'.'", "is a directory"], id="a directory"),
    pytest.param(["-o", "x" * 300], ["--output", "file name too long"], id="a long name"),
    pytest.param(["-o", "a\0b"], ["--output", "null byte"], id="a null byte"),
    pytest.param(["--format", "qasm2", "--method", "measured"], ["feed-forward", "OpenQASM 3"], id="QASM 2"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "words"), REFUSALS)
def test_refusals(arguments, words):
    refused(qloak("circuit", "--clones", 3, *arguments), *words)
    with_file = arguments if "-o" in arguments else [*arguments, "-o", "/dev/null"]
    refused_in_json(qloak("circuit", "--clones", 3, *with_file, "--json"), *words)


def test_binary_formats_do_not_go_to_a_terminal(monkeypatch):
    pytest.importorskip("qiskit")

    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdout", Terminal(io.BytesIO()))
    with pytest.raises(UsageError, match=r"--output: got nothing, expected a file: QPY is binary"):
        emit(stim.Circuit("H 0"), "qpy", None)


def test_a_drawing_has_room_for_so_many_qubits():
    refused(qloak("circuit", "--clones", 1000, "--format", "svg"), "2001 qubits", "--format stim")


def test_json_needs_a_file_for_the_circuit():
    refused_in_json(qloak("circuit", "--clones", 3, "--json"), "--output", "expected a file")


class TestConvertRefuses:
    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            ("c.txt", b"H 0", ["FILE", "c.txt", ".stim, .qasm or .qpy"]),
            ("c.stim", b"NOT_A_GATE 0", ["FILE", "c.stim", "a stim circuit"]),
            ("c.stim", b"\xff\xfe", ["FILE", "a stim circuit"]),
            ("c.qasm", b"", ["empty"]),
            ("c.qasm", b"\xff\xfe\x00", ["UTF-8"]),
            ("c.qasm", b'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit q;\nt q;\n', ["Clifford"]),
            ("c.qasm", b'OPENQASM 3.0;\ninclude "../secrets.inc";\nqubit q;\n', ["include", "not accepted"]),
            ("c.qpy", b"QISKIT", ["QPY"]),
        ],
    )
    def test_contents(self, tmp_path, name, content, words):
        path = tmp_path / name
        path.write_bytes(content)
        if name.endswith("qpy"):
            pytest.importorskip("qiskit")
        refused(qloak("convert", path), *words)

    @pytest.mark.parametrize("name", ["no-such.stim", "no-such.qasm"])
    def test_missing_files(self, name):
        refused(qloak("convert", name), "FILE", name, "a file that exists")

    def test_oversized_programs(self, tmp_path):
        path = tmp_path / "c.qasm"
        path.write_bytes(b"//" + b"x" * 300_000)
        refused(qloak("convert", path), "FILE", "at most 262144 bytes")

    def test_formats(self):
        refused(qloak("convert", "c.stim", "--format", "x"), "--format", "'x'")


def test_convert_says_in_json_what_it_wrote(tmp_path):
    source, target = tmp_path / "in.stim", tmp_path / "out.qasm"
    source.write_text("H 0\nCX 0 1 1 2\nM 0\n")
    document = qloak("convert", source, "--format", "qasm3", "-o", target, "--json").json()
    assert (document["schema"], document["format"]) == ("qloak.convert/1", "qasm3")
    assert (document["source"], document["output"]) == (str(source), str(target))
    assert (document["num_qubits"], document["two_qubit_gates"], document["measurements"]) == (3, 2, 1)
    refused_in_json(qloak("convert", source, "--json"), "--output", "expected a file")
