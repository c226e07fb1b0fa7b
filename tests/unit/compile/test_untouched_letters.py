"""Gates of key and data: ebits, images, and which blocks of the key can be read."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from random import Random

import pytest
import stim

from qloak.compile.encoder import layers_of
from qloak.compile.operators import clone_operators
from qloak.compile.untouched_arms import PREPARATION_LAYERS, Arms
from qloak.compile.untouched_letters import AXES, conflicts, data_gates, key_gates
from qloak.compile.untouched_plan import UntouchedPlan
from qloak.compile.untouched_schedule import Schedules
from qloak.errors import UsageError
from tests.ranks import assert_clones, assert_full_weight_pair, entropy, generators

SHAPES = [(1, 1), (2, 0), (0, 2), (3, 1), (2, 2), (4, 2)]


def stim_circuit(gates, num_qubits):
    circuit = stim.Circuit()
    for gate in gates:
        circuit.append(gate.stim_name, gate.qubits)
    circuit.append("I", range(num_qubits))
    return circuit


def plans(lengths, number):
    arms = Arms(*lengths)
    schedules = Schedules.shallowest(arms.ready(), arms.source)
    random = Random(3)
    return [UntouchedPlan.draw(arms, schedules, random) for _ in range(number)]


@pytest.mark.parametrize("axes", AXES)
def test_every_pump_gives_two_ebits(axes):
    arms = Arms(2, 0)
    table = generators(stim_circuit(key_gates(arms, [axes]), arms.num_qubits), arms.num_qubits)
    assert entropy(table, arms.key) == entropy(table, arms.arms[0]) == 2
    assert entropy(table, [*arms.key, *arms.arms[0]]) == 0


def test_no_other_axes_do():
    arms = Arms(2, 0)
    pairs = ["".join(pair) for pair in product("XYZ", repeat=2)]
    others = set(product(pairs, repeat=2)) - set(AXES)
    assert len(others) == 81 - 36
    for axes in others:
        table = generators(stim_circuit(key_gates(arms, [axes]), arms.num_qubits), arms.num_qubits)
        assert entropy(table, arms.key) < 2


@pytest.mark.parametrize("lengths", SHAPES)
def test_key_gates_end_in_time_and_each_block_has_its_own_key(lengths):
    arms = Arms(*lengths)
    gates = key_gates(arms, [AXES[7]] * len(arms.pumps))
    layers = layers_of(gates)
    assert list(layers) == sorted(layers)
    assert max(layers) == (PREPARATION_LAYERS if arms.pumps else 1)
    for site, free in enumerate(arms.ready()):
        if site != arms.source:
            assert free == 1 + max(layer for gate, layer in zip(gates, layers, strict=True) if site in gate.qubits)
    table = generators(stim_circuit(gates, arms.num_qubits), arms.num_qubits)
    keys = [(pump.key, pump.end) for pump in arms.pumps] + [(key,) for _, key in arms.singles]
    for block, own in zip(arms.blocks, keys, strict=True):
        assert entropy(table, block) == len(block)
        assert entropy(table, [*block, *own]) == 0


@pytest.mark.parametrize("lengths", SHAPES)
def test_numbers_of_a_shape_are_each_used_once(lengths):
    arms = Arms(*lengths)
    named = [arms.source, arms.reference, *arms.arms[0], *arms.arms[1], *arms.key]
    assert sorted(named) == list(range(arms.num_qubits))
    grown = [arms.growth(side) for side in (0, 1)]
    assert sorted(child for steps in grown for _, child in steps) == sorted({*named} - {arms.source, arms.reference})
    coupled = {frozenset(step) for steps in grown for step in steps} | {frozenset((arms.source, arms.reference))}
    gates = plans(lengths, 1)[0].to_encoder().gates
    assert {frozenset(gate.qubits) for gate in gates} == coupled


@pytest.mark.parametrize("lengths", SHAPES)
def test_data_gates_spread_both_images_everywhere(lengths):
    for plan in plans(lengths, 5):
        circuit = stim_circuit(data_gates(plan.uses, plan.arms, plan.sides), plan.arms.num_sites)
        for_x, for_z = stim.PauliString(plan.arms.num_sites), stim.PauliString(plan.arms.num_sites)
        for_x[plan.arms.source], for_z[plan.arms.source] = "X", "Z"
        x, z = for_x.after(circuit), for_z.after(circuit)
        assert all(x[site] and z[site] and x[site] != z[site] for site in range(plan.arms.num_sites))


@pytest.mark.parametrize("lengths", SHAPES)
def test_encoders_clone(lengths):
    for plan in plans(lengths, 3):
        arms, encoder = plan.arms, plan.to_encoder()
        table = generators(stim_circuit(encoder.gates, arms.num_qubits), arms.num_qubits)
        sites = list(range(arms.num_sites))
        assert_clones(table, reference=arms.reference, clones=sites, key=arms.key)
        assert_full_weight_pair(table, [*sites, arms.reference])


@pytest.mark.parametrize("lengths", [*SHAPES, (4, 4)])
def test_conflicts_are_those_of_the_operators(lengths):
    seen = set()
    for plan in plans(lengths, 12):
        arms, encoder = plan.arms, plan.to_encoder()
        operators = clone_operators(replace(encoder, clones=tuple(range(arms.num_sites))))
        keys = [(pump.key, pump.end) for pump in arms.pumps] + [(key,) for _, key in arms.singles]
        found = conflicts(data_gates(plan.uses, arms, plan.sides), arms)
        for site, blocks in enumerate(found):
            # Two operators do not commute on a block if they differ on an odd number of its key qubits.
            odd = [sum(q in operators[site].conflicts for q in own) % 2 for own in keys]
            assert list(blocks) == [i for i, each in enumerate(odd) if each]
            seen.add(bool(blocks))
        assert set(encoder.clones) == {site for site, blocks in enumerate(found) if not blocks}
    assert seen == ({True, False} if lengths in ((1, 1), (3, 1), (4, 2), (4, 4)) else {False})


def test_changes_keep_the_schedule():
    plan = plans((4, 2), 1)[0]
    random = Random(0)
    for _ in range(30):
        other = plan.changed(random)
        assert other.uses == plan.uses
        different = sum(a != b for a, b in zip(plan.sides, other.sides, strict=True))
        different += sum(a != b for a, b in zip(plan.pumps, other.pumps, strict=True))
        assert different <= 1


@pytest.mark.parametrize("lengths", [(0, 0), (1, 0), (-2, 4), (2, 3)])
def test_impossible_shapes(lengths):
    with pytest.raises(UsageError, match="even sum"):
        Arms(*lengths)


@pytest.mark.parametrize("num_clones", range(2, 16))
def test_shape_for_a_number_of_clones(num_clones):
    arms = Arms.for_clones(num_clones)
    assert arms.num_sites == num_clones + (num_clones + 1) % 2
    assert len(arms.key) == arms.num_sites - 1
    assert (not arms.pumps) == (num_clones == 2)


def test_one_clone_needs_no_compiler():
    with pytest.raises(UsageError, match="2 clones or more"):
        Arms.for_clones(1)
