"""Decoding by measurement."""

from __future__ import annotations

import numpy as np
import pytest

from qloak.compile.decoders import roundtrips
from qloak.compile.readout import read_clone, read_clones
from qloak.compile.verify_circuit import verify_decoders
from qloak.errors import UsageError
from tests.encoders import ENCODERS, KINGSTON, LAYERS


@pytest.mark.parametrize("name", ENCODERS)
def test_every_clone_comes_back_by_measuring_its_key(name: str):
    verify_decoders(ENCODERS[name], KINGSTON)


@pytest.mark.parametrize("name", ENCODERS)
def test_only_the_key_is_touched_and_only_where_needed(name: str):
    encoder = ENCODERS[name]
    for readout in read_clones(encoder, KINGSTON).values():
        assert {qubit for qubit, _ in readout.measurements} == set(readout.operators.key_qubits) <= set(encoder.key)
        paired = [qubit for gate in readout.gates for qubit in gate.qubits]
        assert sorted(paired) == list(readout.operators.conflicts)
        assert all(KINGSTON.couples(*gate.qubits) for gate in readout.gates)


@pytest.mark.parametrize("name", LAYERS)
def test_decoding_takes_as_few_layers_as_the_search_found(name: str):
    encoder = ENCODERS[name]
    layers = []
    for readout in read_clones(encoder, KINGSTON).values():
        free = {q: layer for gate, layer in zip(encoder.gates, encoder.layers, strict=True) for q in gate.qubits}
        layers.append(max([encoder.two_qubit_layers, *(max(map(free.get, gate.qubits)) + 1 for gate in readout.gates)]))
    assert [min(layers), max(layers)] == LAYERS[name]


def test_both_records_of_a_pair_matter():
    readout = read_clone(ENCODERS["one unit"], 148, KINGSTON)
    assert len(readout.gates) == 1
    used = np.union1d(readout.frame.x_records, readout.frame.z_records)
    assert used.tolist() == [0, 1]


def test_a_pair_that_is_not_coupled_is_refused():
    pairs = KINGSTON.couplers.tolist()
    cut = KINGSTON.keeping(np.array([pair != [150, 151] for pair in pairs]))
    with pytest.raises(UsageError, match=r"clone: got 148.*unitary"):
        roundtrips(ENCODERS["one unit"], cut)
