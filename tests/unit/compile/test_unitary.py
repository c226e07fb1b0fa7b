"""Decoding by gates."""

from __future__ import annotations

import numpy as np
import pytest

from qloak.compile.encoder import layers_of
from qloak.compile.roundtrip import unitary_roundtrip
from qloak.compile.unitary import unitary_decoder
from qloak.compile.verify_circuit import verify_compiled
from qloak.errors import UsageError
from tests.encoders import ENCODERS, KINGSTON


@pytest.mark.parametrize(
    ("name", "most_layers"), [("one unit", 10), ("one unit, shallow", 10), ("two units", 16), ("key untouched", 20)]
)
def test_every_clone_comes_back_in_few_layers(name: str, most_layers: int):
    encoder = ENCODERS[name]
    for clone in encoder.clones:
        decoder = unitary_decoder(encoder, clone, KINGSTON)
        assert decoder.layers == max(layers_of([*encoder.gates, *decoder.gates])) <= most_layers
        verify_compiled(unitary_roundtrip(encoder, decoder).to_stim(), KINGSTON)


def test_fifteen_clones_in_twenty_layers():
    encoder = ENCODERS["seven units"]
    for clone in encoder.clones:
        decoder = unitary_decoder(encoder, clone, KINGSTON, trials=8)
        assert decoder.layers <= 20
        verify_compiled(unitary_roundtrip(encoder, decoder).to_stim(), KINGSTON)


def test_neither_reference_nor_missing_couplers_are_used():
    encoder = ENCODERS["two units"]
    for clone in encoder.clones:
        for gate in unitary_decoder(encoder, clone, KINGSTON, trials=3).gates:
            assert encoder.reference not in gate.qubits
            assert KINGSTON.couples(*gate.qubits)


def test_the_same_seed_gives_the_same_gates():
    encoder = ENCODERS["two units"]
    one, two, other = (unitary_decoder(encoder, 88, KINGSTON, trials=2, seed=seed) for seed in (3, 3, 4))
    assert one == two
    assert one.gates != other.gates


def test_a_clone_cut_off_from_its_key_is_refused():
    encoder = ENCODERS["one unit"]
    cut = KINGSTON.keeping(np.array([138 not in pair for pair in KINGSTON.couplers.tolist()]))
    with pytest.raises(UsageError, match="not connected"):
        unitary_decoder(encoder, 138, cut)


@pytest.mark.parametrize(("clone", "trials", "message"), [(150, 1, "clone"), (138, 0, "trials")])
def test_wrong_arguments_are_refused(clone: int, trials: int, message: str):
    with pytest.raises(UsageError, match=message):
        unitary_decoder(ENCODERS["one unit"], clone, KINGSTON, trials=trials)
