"""The key-untouched mode from end to end, and what its check refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qloak.analysis import pauli_channel
from qloak.compile.decoders import roundtrips
from qloak.compile.encoder import Encoder, PauliGate
from qloak.compile.graph_sources import graph_from_edges, grid, line, load_graph
from qloak.compile.noisy import noisy_roundtrip
from qloak.compile.untouched import compile_untouched
from qloak.compile.untouched_check import check_key_untouched, data_dependent, strict_layers
from qloak.compile.untouched_search import UntouchedSettings
from qloak.compile.verify import verify_encoder
from qloak.compile.verify_circuit import verify_decoders
from qloak.errors import IntegrityError, UsageError

QUICK = UntouchedSettings(draws=30, moves=30)
# Layers without and with a barrier, and the gates of the encoder: reference, four for each pump, two for each coupler.
SIZES = {2: (5, 5, 7), 3: (6, 7, 9), 5: (7, 8, 17), 8: (9, 10, 33)}


def star():
    """N1-S1-A-S2-N2 with R on A, the gates in the order of layers."""
    gates = ["40X41X", "36X21X", "42X43X", "41Z42X", "41Y36X", "41X42Z", "41Y36Z"]
    parsed = tuple(PauliGate(int(each[:2]), int(each[3:5]), each[2] + each[5]) for each in gates)
    return Encoder(40, 41, parsed, (41, 42), (21, 43))


@pytest.mark.parametrize("num_clones", SIZES)
def test_compiled_encoders(num_clones):
    graph = load_graph("kingston")
    seen = []
    result = compile_untouched(graph, num_clones, settings=QUICK, progress=seen.append)
    causal, strict, gates = SIZES[num_clones]
    encoder = result.encoder
    assert (result.causal_layers, result.strict_layers) == (causal, strict)
    assert len(encoder.gates) == gates <= result.num_gates <= gates + 4
    assert len(encoder.clones) >= num_clones == result.num_clones
    verify_encoder(encoder, graph)
    verify_decoders(encoder, graph)
    check_key_untouched(encoder)
    fidelities = list(result.fidelities.values())
    assert fidelities == sorted(fidelities, reverse=True)
    assert tuple(result.fidelities) == encoder.clones
    assert result.worst_fidelity == fidelities[num_clones - 1]
    assert result.mean_fidelity == pytest.approx(sum(fidelities[:num_clones]) / num_clones)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1)
    assert not result.timed_out


def test_fifteen_clones_meet_the_promised_figures():
    graph = load_graph("kingston")
    result = compile_untouched(graph, 15, settings=UntouchedSettings(draws=100, moves=100))
    verify_decoders(result.encoder, graph)
    assert (result.causal_layers, result.strict_layers) == (12, 13)
    assert result.num_gates <= 60
    assert result.mean_fidelity >= 0.84
    assert result.worst_fidelity >= 0.79


def test_depths_count_the_decryption_of_every_clone():
    graph = load_graph("kingston")
    result = compile_untouched(graph, 5, settings=QUICK)
    trips = roundtrips(result.encoder, graph).values()
    layers = []
    for trip in trips:
        busy: dict[int, int] = {}
        for operation in trip.operations:
            if operation.name == "CZ":
                busy[operation.qubit] = busy[operation.other] = 1 + max(
                    busy.get(operation.qubit, 0), busy.get(operation.other, 0)
                )
        layers.append(max(busy.values()))
    assert max(layers) == result.causal_layers
    gates = [sum(operation.name == "CZ" for operation in trip.operations) for trip in trips]
    assert max(gates) == result.num_gates


def test_fidelities_are_those_of_the_exact_channel():
    graph = load_graph("kingston")
    result = compile_untouched(graph, 3, settings=QUICK)
    for clone, trip in roundtrips(result.encoder, graph).items():
        exact = pauli_channel(noisy_roundtrip(trip, graph.device)).entanglement_fidelity
        assert result.fidelities[clone] == pytest.approx(exact, abs=1e-9)


def test_same_seed_same_encoder():
    graph = load_graph("kingston")
    first, again = (compile_untouched(graph, 5, seed=4, settings=QUICK) for _ in range(2))
    assert first.encoder.gates == again.encoder.gates
    assert first.encoder.clones == again.encoder.clones


@pytest.mark.parametrize("over", ["mean", "worst", "best"])
def test_what_is_optimised(over):
    result = compile_untouched(grid(5, 6), 4, settings=replace(QUICK, over=over))
    assert result.causal_layers == 7


def test_a_time_budget_ends_the_search_with_a_result():
    patient = UntouchedSettings(draws=10**6, moves=10**6, seconds=0.2)
    result = compile_untouched(load_graph("kingston"), 3, settings=patient)
    assert result.timed_out
    assert result.causal_layers == 6


def test_normal_settings_grow_with_the_number_of_clones():
    small, large = (UntouchedSettings.normal(number, seconds=2.0, over="worst") for number in (2, 15))
    assert small.draws < large.draws
    assert small.moves < large.moves
    assert large.seconds == 2.0
    assert large.over == "worst"


@pytest.mark.parametrize("changes", [{"draws": 0}, {"moves": -1}, {"seconds": 0.0}, {"over": "all"}])
def test_impossible_settings(changes):
    with pytest.raises(UsageError, match=next(iter(changes))):
        replace(QUICK, **changes)


@pytest.mark.parametrize(
    ("graph", "num_clones", "message"),
    [
        (line(4), 3, "at least 6 connected qubits"),
        (line(20), 7, "3 clones would fit"),
        (graph_from_edges([(0, i) for i in range(1, 8)]), 2, "Not even 2 clones would fit"),
        (line(20), 1, "2 clones or more"),
    ],
)
def test_what_does_not_fit(graph, num_clones, message):
    with pytest.raises(UsageError, match=message):
        compile_untouched(graph, num_clones, settings=QUICK)


def test_the_star_by_hand():
    encoder = star()
    verify_encoder(encoder, load_graph("kingston"))
    check_key_untouched(encoder)
    assert encoder.two_qubit_layers == strict_layers(encoder) == 5
    assert data_dependent(encoder) == (True, False, False, True, True, True, True)


def test_strict_layers_wait_for_the_whole_key():
    encoder = Encoder(0, 1, tuple(PauliGate(a, b, "XX") for a, b in [(0, 1), (2, 3), (3, 4), (1, 5)]), (1,), (3, 4))
    assert encoder.two_qubit_layers == 2
    assert strict_layers(encoder) == 3


def test_a_key_that_meets_the_input_is_refused():
    encoder = star()
    for late in (PauliGate(42, 43, "ZZ"), PauliGate(21, 36, "XY")):
        with pytest.raises(IntegrityError, match="in touch with the input"):
            check_key_untouched(replace(encoder, gates=(*encoder.gates, late)))


def test_a_key_gate_before_the_input_arrives_is_not():
    encoder = star()
    early = (encoder.gates[0], PauliGate(42, 43, "ZY"), *encoder.gates[1:])
    check_key_untouched(replace(encoder, gates=early))


def test_a_key_that_takes_too_long_is_refused():
    gates = (PauliGate(0, 1, "XX"), *(PauliGate(2, 3, letters) for letters in ("XX", "YY", "XZ", "ZX")))
    with pytest.raises(IntegrityError, match="layer 4"):
        check_key_untouched(Encoder(0, 1, gates, (1, 2), (3,)))
