"""`qloak demo`: every source of the state, the documented JSON, and every refusal."""

from __future__ import annotations

import io
import math
import os
import pickle

import numpy as np
import pytest

from tests.oracles import random_state
from tests.unit.cli.commands import Ran, qloak, refused, refused_in_json

GHZ = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[3] q;\nh q[0];\ncx q[0], q[1];\ncx q[1], q[2];\n'


def story(ran: Ran) -> dict[str, dict]:
    """The document with its steps by name."""
    assert (ran.code, ran.err) == (0, "")
    document = ran.json()
    assert document["schema"] == "qloak.demo/1"
    return document | {step["step"]: step for step in document["steps"]}


class TestSources:
    def test_a_random_qubit_from_a_seed(self):
        found = story(qloak("demo", "--seed", 7, "--json"))
        assert (found["seed"], found["clones"], found["emulated"]) == (7, 6, True)
        assert abs(found["redeem"]["fidelity"] - 1) < 1e-12
        assert qloak("demo", "--seed", 7, "--json").out == qloak("demo", "--seed", 7, "--json").out

    def test_without_a_seed_one_is_drawn_and_told(self):
        one, two = (story(qloak("demo", "--clones", 2, "--json")) for _ in range(2))
        assert one["seed"] != two["seed"]  # equal with probability 2^-32
        again = story(qloak("demo", "--clones", 2, "--seed", one["seed"], "--json"))
        assert again["prepare"] == one["prepare"]

    @pytest.mark.parametrize("angles", ["1.05,0.5", " 1.05 , 0.5 ", "-1,400", "0,0"])
    def test_bloch_angles(self, angles):
        theta, phi = map(float, angles.split(","))
        found = story(qloak("demo", "--bloch", angles, "--json"))
        expected = [math.sin(theta) * math.cos(phi), math.sin(theta) * math.sin(phi), math.cos(theta)]
        assert found["prepare"]["bloch"] == [pytest.approx(expected, abs=1e-12)]
        assert found["redeem"]["bloch"] == [pytest.approx(expected, abs=1e-12)]

    @pytest.mark.parametrize("method", ["unitary", "measured"])
    def test_an_entangled_register_from_a_qasm_file(self, tmp_path, method):
        path = tmp_path / "ghz.qasm"
        path.write_text(GHZ)
        found = story(qloak("demo", "--qasm", path, "--method", method, "--json"))
        assert (found["num_stored"], found["redeem"]["fidelity"]) == (3, 1.0)
        assert "ghz.qasm" in found["prepare"]["source"]

    def test_amplitudes_from_a_numpy_file(self, tmp_path):
        path = tmp_path / "state.npy"
        np.save(path, random_state(2, 1).astype(np.complex64))
        found = story(qloak("demo", "--statevector", path, "--json"))
        assert found["num_stored"] == 2
        assert abs(found["redeem"]["fidelity"] - 1) < 1e-12

    @pytest.mark.parametrize("method", ["unitary", "measured"])
    def test_one_half_of_a_bell_pair(self, method):
        found = story(qloak("demo", "--bell", "--method", method, "--json"))
        assert (found["num_stored"], found["num_kept"]) == (1, 1)
        assert found["redeem"]["chsh"] == pytest.approx(2 * math.sqrt(2), abs=1e-12)


class TestStory:
    def test_providers_and_survivor(self):
        found = story(qloak("demo", "--clones", 3, "--providers", "x, y,z", "--survivor", "z", "--json"))
        assert [view["party"] for view in found["look"]["providers"]] == ["x", "y", "z"]
        assert found["lose"] | {"lost": ["x", "y"], "survivor": "z", "surviving_clones": 1} == found["lose"]
        assert found["redeem"]["clone"] == "S3"

    def test_even_n_hides_and_odd_n_shows_y(self):
        assert "collude" not in story(qloak("demo", "--clones", 4, "--bloch", "1,1", "--json"))
        found = story(qloak("demo", "--clones", 5, "--bloch", "1,1", "--json"))["collude"]
        assert found["component"] == "Y"
        assert found["means"] == [pytest.approx(math.sin(1) ** 2, abs=1e-12)]  # (-1)^((5-1)/2) = 1

    def test_views_refusal_and_damaged_key(self):
        found = story(qloak("demo", "--json"))
        assert all(view["bloch"] == [[0.0, 0.0, 0.0]] for view in found["look"]["providers"])
        refused = found["redeem-again"]
        assert (refused["refused"], refused["exit_code"], refused["http_status"]) == (True, 12, 409)
        assert found["missing-key"]["depends_on_input"] is False

    def test_text(self):
        ran = qloak("demo", "--clones", 3, "--seed", 1)
        assert (ran.code, ran.err) == (0, "")
        for words in (
            "on a vault in a temporary folder; qubits emulated exactly; seed 1",
            "What each provider sees, computed on the side",
            "state fidelity 1.000000000000",
            "largest Bloch component at any provider: 0",
            "2 of 3 providers are gone, with their disks",
            "refused, key-consumed (exit code 12, HTTP 409)",
            "does not depend on the state",
            "n is odd: all providers together measure Y on each of S1 to S3",
            "reads a part: Y",
        ):
            assert words in " ".join(ran.out.split()), words
        assert "\x1b" not in ran.out

    def test_text_with_more_providers_than_lines(self):
        out = qloak("demo", "--clones", 100, "--seed", 1).out
        assert "88 more" in out
        assert "on the library" in out

    def test_text_of_several_qubits_and_of_a_bell_half(self, tmp_path):
        path = tmp_path / "ghz.qasm"
        path.write_text(GHZ.replace("qubit[3]", "qubit[5]"))
        assert "5 qubits" in qloak("demo", "--qasm", path).out
        assert "CHSH value with the kept half: 2.828427" in qloak("demo", "--bell").out

    def test_names_are_text_and_not_markup(self):
        out = qloak("demo", "--clones", 2, "--providers", "[red]x[/red],[/]").out
        assert "[red]x[/red]" in out

    def test_progress_goes_to_a_terminal_only_and_never_into_the_data(self, monkeypatch):
        monkeypatch.setenv("FORCE_COLOR", "1")
        ran = qloak("demo", "--clones", 2, "--seed", 1, "--json")
        assert ran.err
        assert ran.json()["seed"] == 1
        assert "\x1b" in qloak("demo", "--clones", 2, "--seed", 1).out

    def test_a_report(self, tmp_path):
        folder = tmp_path / "new" / "report"
        document = qloak("demo", "--clones", 3, "--out", folder, "--json").json()
        assert str(folder) in document["report"]
        assert any(folder.iterdir())
        assert "Report:" in qloak("demo", "--clones", 3, "--out", folder).out


class TestClones:
    @pytest.mark.parametrize("command", ["demo", "circuit", "access"])
    @pytest.mark.parametrize(
        "value", ["0", "-3", "1000000000", "1e9", "five", "", "2.0", "True", "9" * 30, "٣", "0x10"]
    )
    def test_refused(self, command, value):
        arguments = [command, "--clones", value, *(["--all"] if command == "access" else [])]
        refused(qloak(*arguments), "--clones", "whole number", value[:20])

    @pytest.mark.parametrize("command", ["demo", "circuit", "access"])
    def test_one_is_refused_with_the_reason(self, command):
        arguments = [command, "--clones", "1", *(["--all"] if command == "access" else [])]
        refused(qloak(*arguments), "--clones: got 1", "Y component")

    def test_more_than_the_story_has_room_for(self):
        refused(qloak("demo", "--clones", "1001"), "clones", "1001", "at most 1000")


REFUSALS = [
    *[pytest.param(["--bloch", text], ["--bloch", "two"], id=f"bloch {text}")
      for text in ("", "1", "1,2,3", "a,b", "1;2", ",", "nan,0", "0,inf", "1e400,0", "1,1j", "[1,2]")],
    pytest.param(["--seed", "x"], ["--seed", "'x'", "whole number"], id="seed in letters"),
    pytest.param(["--seed", "-1"], ["--seed", "-1", "at least 0"], id="negative seed"),
    pytest.param(["--method", "guess"], ["--method", "'guess'", "unitary, measured"], id="method"),
    pytest.param(["--survivor", "eve"], ["survivor", "'eve'", "aurora, borealis"], id="unknown survivor"),
    pytest.param(["--survivor", ""], ["survivor", "''"], id="empty survivor"),
    pytest.param(["--providers", "x"], ["providers", "['x']", "6 names"], id="too few providers"),
    pytest.param(["--clones", 2, "--providers", "x,x"], ["providers", "all differ"], id="equal providers"),
    pytest.param(["--clones", 2, "--providers", "x,owner"], ["providers", "'owner'"], id="a provider called owner"),
    pytest.param(["--clones", 2, "--providers", "x,"], ["--providers", "''", "printable"], id="a nameless provider"),
    pytest.param(["--clones", 2, "--providers", "x,\x1b[31mred"], ["--providers", "printable"], id="escape sequences"),
    pytest.param(["--bloch", "1,1", "--bell"], ["--bloch and --bell", "one source"], id="two sources"),
    pytest.param(["--statevector", "no.npy"], ["--statevector", "'no.npy'", "No such file"], id="no state file"),
    pytest.param(["--statevector", "."], ["--statevector", "'.'"], id="a directory as state file"),
    pytest.param(["--qasm", "no.qasm"], ["--qasm", "'no.qasm'", "a file that exists"], id="no program"),
    pytest.param(["--qasm", "."], ["--qasm", "'.'", "directory"], id="a directory as program"),
    pytest.param(["--qasm", "/dev/null"], ["--qasm", "/dev/null", "a regular file"], id="a device as program"),
    pytest.param(["extra"], ["extra"], id="an extra argument"),
    pytest.param(["--nonsense"], ["--nonsense", "qloak --help"], id="an unknown option"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "words"), REFUSALS)
def test_refusals(arguments, words):
    refused(qloak("demo", *arguments), *words)
    refused_in_json(qloak("demo", *arguments, "--json"), *words)


def test_a_program_and_a_state_together(tmp_path):
    path = tmp_path / "ghz.qasm"
    path.write_text(GHZ)
    refused(qloak("demo", "--bloch", "1,1", "--qasm", path), "--bloch and --qasm", "one source")


class Trap:
    """What a hostile pickle runs."""

    def __reduce__(self):
        return (os.mkdir, ("trapped",))


def npy(array: np.ndarray, **options: object) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


STATE_FILES = {
    "unnormalised": (npy(np.array([1.0, 1.0])), "norm 1.41"),
    "zero": (npy(np.zeros(2)), "zero vector"),
    "not a number": (npy(np.array([np.nan, 0.0])), "NaN"),
    "infinite": (npy(np.array([np.inf, 0.0])), "infinite"),
    "three amplitudes": (npy(np.array([1.0, 0, 0])), "3 amplitudes"),
    "one amplitude": (npy(np.array([1.0])), "1 amplitudes"),
    "a matrix": (npy(np.eye(2)), "shape (2, 2)"),
    "21 qubits": (npy(np.eye(1, 2**21, dtype=np.int8)[0]), "21 qubits"),
    "objects": (npy(np.array([1, None], dtype=object), allow_pickle=True), "dtype"),
    "a pickle": (pickle.dumps(Trap()), "not a .npy file"),
    "an array of pickles": (npy(np.array([Trap(), Trap()], dtype=object), allow_pickle=True), "dtype"),
    "text": (npy(np.array(["a", "b"])), "dtype"),
    "truncated": (npy(random_state(3, 1))[:-5], "truncated"),
    "empty": (b"", "not a .npy file"),
    "rubbish": (bytes(range(256)), "not a .npy file"),
}


@pytest.mark.parametrize("case", STATE_FILES)
def test_state_files_that_are_none(tmp_path, monkeypatch, case):
    monkeypatch.chdir(tmp_path)
    content, words = STATE_FILES[case]
    path = tmp_path / "state.npy"
    path.write_bytes(content)
    refused(qloak("demo", "--statevector", "state.npy"), "--statevector", "'state.npy'", words)
    refused_in_json(qloak("demo", "--statevector", "state.npy", "--json"), "--statevector", words)
    assert [entry.name for entry in tmp_path.iterdir()] == ["state.npy"]  # nothing was run


HEAD = 'OPENQASM 3.0;\ninclude "stdgates.inc";\n'
DOUBLING = "gate g0 a { x a; x a; }\n" + "".join(f"gate g{i} a {{ g{i - 1} a; g{i - 1} a; }}\n" for i in range(1, 60))
PROGRAMS = {
    "empty": ("", "empty"),
    "no qubits": (HEAD, "no qubits"),
    "not OpenQASM": ("hello there", "OpenQASM line 1"),
    "binary": (b"\xff\xfe\x00\x01", "UTF-8"),
    "a local file": ('OPENQASM 3.0;\ninclude "/etc/passwd";\nqubit q;\n', "include"),
    "a relative file": ('OPENQASM 2.0;\ninclude "../../x.inc";\nqreg q[1];\n', "include"),
    "a loop": (HEAD + "qubit q;\nfor int i in [0:1000000000] { h q; }\n", "'for' is not accepted"),
    "gates that double": (HEAD + "qubit q;\n" + DOUBLING + "g59 q;\n", "more than 20000 operations"),
    "a thousand million qubits": (HEAD + "qubit[1000000000] q;\n", "at most 10000"),
    "21 qubits that are not Clifford": (HEAD + "qubit[21] q;\nt q[0];\n", "at most 20"),
    "a measurement": (HEAD + "qubit q;\nbit c;\nc = measure q;\n", "expected gates alone"),
    "a reset": (HEAD + "qubit q;\nreset q;\n", "expected gates alone"),
    "an unknown gate": (HEAD + "qubit q;\nfoo q;\n", "foo"),
    "oversized": ("//" + "x" * 262_144, "at most 262144 bytes"),
    "deeply nested": (HEAD + "qubit q;\nrx(" + "(" * 20_000 + "1" + ")" * 20_000 + ") q;\n", "OpenQASM"),
}


@pytest.mark.parametrize("case", PROGRAMS)
def test_programs_that_prepare_no_state(tmp_path, monkeypatch, case):
    monkeypatch.chdir(tmp_path)
    content, words = PROGRAMS[case]
    (tmp_path / "bad.qasm").write_bytes(content if isinstance(content, bytes) else content.encode())
    refused(qloak("demo", "--qasm", "bad.qasm"), "--qasm", "'bad.qasm'", words)
    refused_in_json(qloak("demo", "--qasm", "bad.qasm", "--json"), "--qasm", words)


class TestOut:
    def test_a_file_in_the_way(self, tmp_path):
        path = tmp_path / "file"
        path.touch()
        refused(qloak("demo", "--clones", 2, "--out", path), "--out", "expected a directory")

    def test_a_folder_that_cannot_be_made(self):
        refused(qloak("demo", "--clones", 2, "--out", "/proc/no/such"), "--out", "/proc/no/such")
