import pytest
import stim

from qloak.compile import load_graph
from tests.unit.cli.commands import qloak, refused, refused_in_json


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


def couplers_only(circuit, graph):
    for instruction in circuit.flattened():
        if stim.gate_data(instruction.name).is_two_qubit_gate:
            for a, b in instruction.target_groups():
                assert graph.couples(a.value, b.value)


def test_the_contract_of_the_document_and_of_the_circuit(tmp_path):
    out = tmp_path / "out.stim"
    document = qloak("compile", "--clones", 3, "--device", "kingston", "--json", "-o", out).json()
    assert document["schema"] == "qloak.compile/1"
    assert document["clones"] == 3
    assert document["flows_verified"] is True
    assert set(document["layout"]["clones"]) == {"S1", "S2", "S3"}
    assert len(document["layout"]["key"]) == 2
    fidelity = document["fidelity"]
    assert 0.9 < fidelity["min"] <= fidelity["mean"] <= fidelity["max"] < 1
    circuit = stim.Circuit(out.read_text())
    couplers_only(circuit, load_graph("kingston"))
    assert circuit.num_observables == 2
    # Noiseless, the two correlators of reference and output are certain and positive.
    _, signs = circuit.reference_detector_and_observable_signs()
    assert not signs.any()
    assert not circuit.detector_error_model().num_errors
    assert document["two_qubit_gates"] <= 10
    assert document["two_qubit_layers"] <= 7


def test_the_noisy_circuit_has_the_predicted_fidelity(tmp_path):
    out = tmp_path / "noisy.stim"
    predicted = qloak("compile", "--clones", 3, "--clone", "S2", "--noisy", "--json", "-o", out).json()
    channel = qloak("channel", "--circuit", out, "--json").json()
    # The file carries six digits of each probability.
    assert channel["entanglement_fidelity"] == pytest.approx(predicted["predicted_entanglement_fidelity"], abs=1e-5)


def test_the_encoder_alone_and_the_layout(tmp_path):
    out, picture = tmp_path / "encoder.stim", tmp_path / "layout.svg"
    ran = qloak("compile", "--clones", 2, "--stage", "encrypt", "-o", out, "--layout", picture)
    assert ran.code == 0
    assert "two-qubit layers" in ran.out
    circuit = stim.Circuit(out.read_text())
    assert circuit.num_measurements == 0
    assert circuit.to_tableau() is not None
    assert picture.read_text().startswith("<svg")


def test_a_grid_and_an_edge_list(tmp_path):
    edges = tmp_path / "ring.txt"
    edges.write_text("".join(f"{q} {(q + 1) % 12}\n" for q in range(12)))
    for device in ("grid-4x4", edges):
        document = qloak("compile", "--clones", 2, "--device", device, "--json").json()
        assert 0.9 < document["fidelity"]["mean"] < 1


def test_a_table_beside_the_paper():
    document = qloak("compile", "--table", "2-3", "--json").json()
    assert [row["clones"] for row in document["rows"]] == [2, 3]
    assert document["rows"][0]["paper"]["two_qubit_layers"] == [21, 18]
    assert "0.875" in qloak("compile", "--table", "2").out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), ("--clones", "--table")),
        (("--clones", 3, "--table", "2-3"), ("--clones", "--table")),
        (("--clones", 3, "--iterated", 1), ("--clones", "--iterated")),
        (("--iterated", 9), ("--iterated", "9")),
        (("--parallel", 0), ("--parallel", "0")),
        (("--parallel", 40), ("40",)),
        (("--parallel", 2, "--links", "loose"), ("--links", "loose")),
        (("--parallel", 2, "--paper"), ("--parallel", "--paper")),
        (("--clones", 1), ("clones", "1")),
        (("--clones", "many"), ("--clones", "'many'")),
        (("--clones", 3, "--device", "atlantis"), ("atlantis", "kingston")),
        (("--clones", 3, "--device", "line-4"), ("line-4", "4")),
        (("--clones", 300, "--device", "kingston"), ("300",)),
        (("--clones", 3, "--objective", "beauty"), ("--objective", "beauty")),
        (("--clones", 3, "--clone", "S4"), ("S4",)),
        (("--clones", 3, "--budget", 0), ("--budget", "0")),
        (("--clones", 3, "--method", "magic"), ("--method", "magic")),
        (("--table", "9-2"), ("--table", "9-2")),
        (("--clones", 3, "--device", "nowhere.txt"), ("--device", "nowhere.txt")),
    ],
)
def test_bad_input(options, words):
    refused(qloak("compile", *options), *words)
    refused_in_json(qloak("compile", *options, "--json"), *words)


def test_the_key_untouched_mode_says_both_depths(tmp_path):
    out = tmp_path / "untouched.stim"
    document = qloak("compile", "--clones", 3, "--key-untouched", "--json", "-o", out).json()
    assert document["key_untouched"] is True
    assert document["encoder_layers"] <= 6
    assert document["encoder_layers_strict"] <= 7
    key = set(document["layout"]["key"])
    touched = False
    # In the written circuit no gate on the key comes after the source has met a signal in its past light cone.
    dependent = {document["layout"]["source"]}
    for instruction in stim.Circuit(out.read_text()).flattened():
        if stim.gate_data(instruction.name).is_two_qubit_gate:
            for a, b in instruction.target_groups():
                pair = {a.value, b.value}
                if pair & dependent and document["layout"]["reference"] not in pair:
                    touched |= bool(pair & key)
                    dependent |= pair
    assert not touched
    assert "never meets the data" in qloak("compile", "--clones", 3, "--key-untouched").out


def test_results_are_kept_and_damaged_ones_found_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = qloak("compile", "--clones", 2, "--json").json()
    [kept] = tmp_path.rglob("*.json")
    assert qloak("compile", "--clones", 2, "--json").json() == first
    kept.write_text("{")
    again = qloak("compile", "--clones", 2, "--json")
    assert again.json() == first
    assert "cache" in again.err
    assert qloak("compile", "--clones", 2, "--json").err == ""


def test_iterated_cloning_counts_its_clones():
    assert qloak("compile", "--iterated", 1, "--json").json()["clones"] == 9


def test_a_parallel_register(tmp_path):
    out = tmp_path / "ghz.stim"
    document = qloak("compile", "--parallel", 2, "--budget", 2, "--json", "-o", out).json()
    assert document["schema"] == "qloak.compile-parallel/1"
    assert document["parallel"] == 2
    circuit = stim.Circuit(out.read_text())
    couplers_only(circuit, load_graph("kingston"))
    _, signs = circuit.reference_detector_and_observable_signs()
    assert len(signs) >= 2
    assert not signs.any()
    assert "GHZ" in qloak("compile", "--parallel", 1, "--budget", 1).out


def test_the_paper_mode_takes_no_other_mode():
    refused(qloak("compile", "--clones", 2, "--paper", "--key-untouched"), "--paper", "--key-untouched")
    refused(qloak("compile", "--clones", 2, "--paper", "--seeds", 0), "--seeds", "0")
