"""`qloak access`: the documented JSON, the text, every way to name qubits, every refusal."""

from __future__ import annotations

import pytest
import stim

from qloak.circuits import encryption_circuit
from qloak.core import EncryptedCloning
from tests.flows import flow, from_zeros
from tests.unit.cli.commands import qloak, refused, refused_in_json

COUNTS = {2: (16, 0, 16), 3: (60, 8, 60), 4: (256, 0, 256), 5: (1008, 32, 1008)}


def test_the_documented_example():
    found = qloak("access", "--clones", 3, "--holding", "S1,N2,N3", "--json").json()
    assert found | {"method": "auto"} == found
    assert {key: found[key] for key in ("schema", "clones", "holding", "class", "leaks", "information_bits")} == {
        "schema": "qloak.access/1",
        "clones": 3,
        "holding": ["S1", "N2", "N3"],
        "class": "partial",
        "leaks": ["Y"],
        "information_bits": 1.0,
    }


@pytest.mark.parametrize("method", ["auto", "rule", "rank"])
@pytest.mark.parametrize("n", COUNTS)
def test_counts_of_all_subsets(n, method):
    found = qloak("access", "--clones", n, "--all", "--method", method, "--json").json()
    uninformative, partial, authorized = COUNTS[n]
    assert (found["schema"], found["clones"]) == ("qloak.access/1", n)
    assert found["counts"] == {"authorized": authorized, "partial": partial, "uninformative": uninformative}


@pytest.mark.parametrize(
    ("n", "holding", "kind", "bits"),
    [
        (4, "S1,N*", "authorized", 2.0),
        (4, "S*", "uninformative", 0.0),
        (5, "S*", "partial", 1.0),
        (4, "A S1 N1", "authorized", 2.0),
        (4, "", "uninformative", 0.0),
    ],
)
@pytest.mark.parametrize("method", ["rule", "rank"])
def test_classes(n, holding, kind, bits, method):
    found = qloak("access", "--clones", n, "--holding", holding, "--method", method, "--json").json()
    assert (found["class"], found["information_bits"]) == (kind, bits)


def test_a_tree():
    found = qloak("access", "--clones", 2, "--levels", 1, "--holding", "S1.S2,N1,N2,S1.N1,S1.N2", "--json").json()
    assert found["class"] == "authorized"
    assert found["holding"] == ["N1", "N2", "S1.S2", "S1.N1", "S1.N2"]


def test_a_holding_from_a_file(tmp_path):
    path = tmp_path / "holding.txt"
    path.write_text("S1\nN1 N2\n")
    assert qloak("access", "--clones", 2, "--holding-file", path, "--json").json()["class"] == "authorized"


def test_a_holding_too_long_to_repeat():
    found = qloak("access", "--clones", 100_000, "--holding", "S*", "--json").json()
    assert found["holding_size"] == 100_000
    assert found["holding_truncated"] is True
    assert len(found["holding"]) < 100_000
    assert qloak("access", "--clones", 3, "--holding", "S*", "--json").json()["holding_truncated"] is False


class TestAttack:
    def test_the_file_reads_the_leaking_component_with_its_sign(self, tmp_path):
        path = tmp_path / "attack.stim"
        ran = qloak("access", "--clones", 5, "--holding", "S*", "--attack", path)
        assert (ran.code, ran.err) == (0, "")
        circuit = from_zeros(encryption_circuit(EncryptedCloning(5)) + stim.Circuit(path.read_text()), 0)
        assert circuit.has_flow(flow({0: "Y"}, {}, [0]))

    def test_there_is_none_where_nothing_leaks(self, tmp_path):
        path = tmp_path / "attack.stim"
        refused(qloak("access", "--clones", 4, "--holding", "S*", "--attack", path), "uninformative", code=13)
        assert not path.exists()

    def test_is_on_one_holding(self):
        refused(qloak("access", "--clones", 3, "--all", "--attack", "f"), "--attack", "--all")


class TestText:
    def test_of_a_leak(self):
        ran = qloak("access", "--clones", 3, "--holding", "S1,N2,N3")
        assert (ran.code, ran.err) == (0, "")
        assert "holding S1, N2, N3" in ran.out
        assert "partial: learns something, but not the state" in ran.out
        assert "1 of 2 bits" in ran.out
        assert "\n  readable: Y of the state" in ran.out

    def test_of_an_authorized_set_names_no_component(self):
        ran = qloak("access", "--clones", 4, "--holding", "S1,N*")
        assert "authorized: recovers the state exactly" in ran.out
        assert "readable" not in ran.out

    def test_of_nothing_and_of_many(self):
        assert "holding no qubit" in qloak("access", "--clones", 4, "--holding", "").out
        assert "(100 qubits)" in qloak("access", "--clones", 100, "--holding", "N*").out

    def test_of_counts(self):
        out = qloak("access", "--clones", 3, "--all").out
        assert "7 qubits, 2^7 subsets" in out
        for line in ("60 authorized: ", "8 partial: ", "60 uninformative: "):
            assert line in out


REFUSALS = [
    pytest.param(["--clones", 3], ["--holding", "--all", "exactly one"], id="nothing asked"),
    pytest.param(["--clones", 3, "--holding", "A", "--all"], ["exactly one"], id="two things asked"),
    pytest.param(["--clones", 3, "--holding", "S4"], ["'S4'", "A, S1 to S3 or N1 to N3"], id="unknown qubit"),
    pytest.param(["--clones", 3, "--holding", "s1"], ["'s1'"], id="wrong case"),
    pytest.param(["--clones", 3, "--holding", "S1,S1"], ["'S1'", "at most once"], id="repeated qubit"),
    pytest.param(["--clones", 3, "--holding", "S*,S2"], ["'S2'", "at most once"], id="repeated by a wildcard"),
    pytest.param(["--clones", 3, "--holding", "A", "--method", "guess"], ["--method", "'guess'"], id="method"),
    pytest.param(["--clones", 2, "--levels", 1, "--all", "--method", "rule"], ["rule", "rank"], id="rule of a tree"),
    pytest.param(["--clones", 9, "--all", "--method", "rank"], ["19", "at most 17"], id="too many subsets"),
    pytest.param(["--clones", 7001, "--all"], ["7001", "at most 7000"], id="counts too long"),
    pytest.param(["--clones", 3, "--levels", -1, "--all"], ["levels", "-1"], id="negative levels"),
    pytest.param(["--clones", 3, "--levels", "two", "--all"], ["--levels", "'two'"], id="levels in words"),
    pytest.param(["--clones", 2, "--levels", 99, "--all"], ["levels", "99", "at most"], id="too many levels"),
    pytest.param(["--clones", 3, "--holding-file", "no-such"], ["--holding-file", "'no-such'", "exists"], id="no file"),
    pytest.param(["--clones", 3, "--holding-file", "."], ["--holding-file", "directory"], id="a directory"),
    pytest.param(["--holding", "A"], ["--clones"], id="no number of clones"),
]


@pytest.mark.parametrize(("arguments", "words"), REFUSALS)
def test_refusals(arguments, words):
    refused(qloak("access", *arguments), *words)
    refused_in_json(qloak("access", *arguments, "--json"), *words)


def test_a_holding_file_that_is_no_text(tmp_path):
    path = tmp_path / "holding"
    path.write_bytes(b"S1,\xc3\xa9")
    refused(qloak("access", "--clones", 3, "--holding-file", path), "--holding-file", "plain ASCII text")


def test_the_counts_as_a_figure(tmp_path):
    figure = tmp_path / "counts.svg"
    assert qloak("access", "--clones", 2001, "--all", "--plot", figure).code == 0
    assert figure.read_text().startswith("<?xml")
    refused(qloak("access", "--clones", 3, "--holding", "S1", "--plot", figure), "--plot", "--all")
