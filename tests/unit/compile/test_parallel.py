"""Parallel registers: placement, circuit, verification, and exact fidelities against independent computations."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import combinations

import numpy as np
import pytest
import stim

from qloak.analysis import pauli_channel
from qloak.circuits import PauliFrame
from qloak.compile import graph_from_edges, grid, load_graph
from qloak.compile.noise_table import noise_table
from qloak.compile.parallel import MAX_GROUPS, ParallelRegister, place_parallel
from qloak.compile.parallel_fidelity import ghz_fidelity, stabilizer_expectations
from qloak.compile.parallel_paper import MEASURED_GHZ
from qloak.compile.parallel_tree import Group, GroupTree
from qloak.compile.parallel_verify import verify_parallel
from qloak.errors import IntegrityError, UsageError

KINGSTON = load_graph("kingston")
LINKS = ("measured", "unitary")


@cache
def register(num_groups: int, links: str = "measured", goal: str = "fidelity") -> ParallelRegister:
    # Large registers get the whole search, so that a busy machine finds what an idle one finds.
    seconds = None if num_groups >= 5 else 4.0
    return place_parallel(KINGSTON, num_groups, links=links, goal=goal, seconds=seconds)


@pytest.mark.parametrize("links", LINKS)
@pytest.mark.parametrize("num_groups", [1, 2, 4, 7])
def test_the_ghz_state_comes_back(num_groups: int, links: str):
    """In sampled runs without noise every check is 0, though records are random: certain, not statistical."""
    found = register(num_groups, links)
    records = found.circuit.to_stim().compile_sampler(seed=2).sample(64)
    checks = found.circuit.check_records()
    measured = records.shape[1] - num_groups
    for number, rows in enumerate(checks):
        assert not np.logical_xor.reduce(records[:, [*rows, measured + number]], axis=1).any()
    assert records[:, :measured].any(axis=0).all(), "every record of key and links is random"


def test_it_stays_within_what_was_known_to_be_reachable():
    """Layers and gates that an earlier search had reached, and the depth that a register of eight should have."""
    for num_groups, layers, gates in ((1, 5, 7), (2, 6, 15), (3, 8, 24), (4, 9, 33)):
        metrics = register(num_groups, goal="depth").metrics
        assert metrics.two_qubit_layers <= layers
        assert metrics.two_qubit_gates <= gates
    assert register(8, goal="depth").metrics.two_qubit_layers <= 8
    assert register(8, goal="depth").metrics.two_qubit_gates < MEASURED_GHZ[8].gates


def test_squares_spare_gates_and_layers():
    """On a square with a tail the unit has five gates in three layers; without squares six gates are the least."""
    for goal in ("depth", "gates"):
        found = place_parallel(grid(3, 3), 1, goal=goal)
        assert (found.metrics.two_qubit_layers, found.metrics.two_qubit_gates) == (3, 5)


def test_twelve_fit():
    found = register(12)
    assert found.num_groups == 12
    assert found.metrics.two_qubit_layers <= 14
    assert len({q for group in found.tree.groups for q in group.unit.qubits}) == 60
    assert found.fidelity > MEASURED_GHZ[12].fidelity


@pytest.mark.parametrize("links", LINKS)
def test_the_expectations_are_those_of_the_written_noise(links: str):
    """All stabilizers of a register of four, two by two, against the exact channel of two observables."""
    found = register(4, links)
    table = noise_table(KINGSTON.device)
    fast = stabilizer_expectations(found.circuit, table)
    assert fast[0] == 1
    noisy = found.circuit.noisy(KINGSTON.device)
    rows = [each.targets_copy() for each in noisy if each.name == "OBSERVABLE_INCLUDE"]
    for first, second in combinations(range(1, 16, 3), 2):
        circuit = noisy[: len(noisy) - len(rows)]
        for observable, subset in enumerate((first, second)):
            for check in range(4):
                if subset >> check & 1:
                    circuit.append("OBSERVABLE_INCLUDE", rows[check], observable)
        slow = pauli_channel(circuit)
        assert fast[first] == pytest.approx(1 - 2 * (slow.p_y + slow.p_z), abs=1e-12)
        assert fast[second] == pytest.approx(1 - 2 * (slow.p_x + slow.p_y), abs=1e-12)
    assert found.fidelity == pytest.approx(fast.mean())


def test_without_noise_the_fidelity_is_one():
    quiet = noise_table(KINGSTON.device, scale=0.0)
    assert ghz_fidelity(register(4).circuit, quiet) == pytest.approx(1, abs=1e-12)


def test_under_overwhelming_noise_only_chance_is_left():
    """Of the 2^r stabilizers only the identity keeps its expectation."""
    loud = noise_table(KINGSTON.device, scale=1e6)
    assert ghz_fidelity(register(4).circuit, loud) == pytest.approx(1 / 16, abs=1e-6)


def test_measured_links_all_form_in_two_layers_or_three():
    """However long the chain of sources is: links of a source commute."""
    unit = register(1).tree.groups[0].unit
    groups = [Group(replace(unit, input=0))]
    groups += [Group(replace(unit, input=2 * i), parent=2 * i - 2, via=2 * i - 1) for i in range(1, 9)]
    measured, unitary = (GroupTree(groups, links).preparation() for links in LINKS)
    assert max(layer for layer, _ in measured) == 2
    assert len(measured) == 2 * 8
    assert max(layer for layer, _ in unitary) >= 2 * 8
    assert len(unitary) == 3 * 8


@pytest.mark.parametrize("links", LINKS)
def test_preparation_entangles_the_sources_as_a_ghz_state(links: str):
    """All sources agree in their letters and the product of the other letters is determined, up to signs."""
    tree = register(7, links).tree
    simulator = stim.TableauSimulator()
    for _, gate in tree.preparation():
        simulator.do(stim.CircuitInstruction(gate.stim_name, gate.qubits))
    if links == "measured":
        simulator.measure_many(*(group.via for group in tree.groups if group.via >= 0))
    letters = tree.letters()
    other = {"X": "Z", "Z": "X"}
    assert simulator.peek_observable_expectation(stim.PauliString({s: other[at] for s, at in letters.items()})) != 0
    for a, b in combinations(letters, 2):
        assert simulator.peek_observable_expectation(stim.PauliString({a: letters[a], b: letters[b]})) != 0


def test_the_same_seed_gives_the_same_register():
    first, second = (place_parallel(KINGSTON, 2, seed=3) for _ in range(2))
    assert first.circuit.to_stim() == second.circuit.to_stim()


def test_other_graphs_work():
    found = place_parallel(grid(5, 6), 4, goal="gates", seconds=2.0)
    assert found.metrics.two_qubit_gates <= 33
    assert found.to_json()["qubits"] == found.device_qubits


def test_verification_names_what_is_wrong():
    found = register(4)
    circuit, tree = found.circuit, found.tree
    verify_parallel(circuit, tree, KINGSTON)
    with pytest.raises(IntegrityError, match="not coupled"):
        verify_parallel(circuit, tree, grid(20, 20))
    with pytest.raises(IntegrityError, match="share a qubit"):
        verify_parallel(circuit, GroupTree((tree.groups[0],) * 4, "measured"), KINGSTON)
    with pytest.raises(IntegrityError, match="is no clone"):
        verify_parallel(replace(circuit, clones=circuit.clones[::-1]), tree, KINGSTON)
    with pytest.raises(IntegrityError, match="not always 0"):
        verify_parallel(replace(circuit, frames=(PauliFrame.empty(), *circuit.frames[1:])), tree, KINGSTON)


def test_a_qubit_left_entangled_between_sources_is_found():
    found = register(7, "unitary")
    via = next(group.via for group in found.tree.groups if group.via >= 0)
    places = [i for i, each in enumerate(found.circuit.operations) if via in (each.qubit, each.other)]
    last = max(i for i in places if found.circuit.operations[i].name == "CZ")
    broken = replace(found.circuit, operations=found.circuit.operations[:last] + found.circuit.operations[last + 1 :])
    with pytest.raises(IntegrityError):
        verify_parallel(broken, found.tree, KINGSTON)


@pytest.mark.parametrize(
    ("num_groups", "options", "named"),
    [
        (0, {}, "parallel"),
        (MAX_GROUPS + 1, {}, "parallel"),
        (2, {"links": "swapped"}, "links"),
        (2, {"goal": "speed"}, "objective"),
        (2, {"seed": -1}, "seed"),
        (2, {"seconds": 0.0}, "seconds"),
    ],
)
def test_bad_arguments_are_refused(num_groups: int, options: dict[str, object], named: str):
    with pytest.raises(UsageError, match=named):
        place_parallel(KINGSTON, num_groups, **options)


def test_a_register_that_does_not_fit_is_refused():
    with pytest.raises(UsageError, match="connected qubits"):
        place_parallel(graph_from_edges([(q, q + 1) for q in range(8)]), 2)
    with pytest.raises(UsageError, match="at most 2 had room"):
        place_parallel(graph_from_edges([(q, q + 1) for q in range(16)]), 3, seconds=1.0)
