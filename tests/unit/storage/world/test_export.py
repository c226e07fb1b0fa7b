"""The life of a register as text."""

from __future__ import annotations

import pytest
import stim

from qloak.simulators import Register
from qloak.storage.world import EmulatedWorld, HolderInfo, export
from qloak.storage.world import operations as ops
from qloak.storage.world.codec import encode_register

CHANCE = 0.0012345678901234567


@pytest.fixture
def world(tmp_path):
    """A world in which v has encrypted a stabilizer qubit, the vault's A included, and lost a clone."""
    world = EmulatedWorld.open(tmp_path / "world.db", seed=1)
    world.register_holder(HolderInfo("v"))
    state = encode_register(Register.stabilizer(stim.Circuit("H 0\nS 0")))
    world.apply(
        [
            ops.Prepare(op_id="1", holder="v", handle="h", state=state),
            ops.Encrypt(op_id="2", holder="v", handle="h", stored="s", num_clones=2),
            ops.Strike(op_id="3", holder="v", stored="s", letters={1: "Y", 4: "Z"}),
            ops.Discard(op_id="4", holder="v", stored="s", qubits=(2,)),
        ]
    )
    yield world
    world.close()


@pytest.mark.parametrize("with_input", [False, True])
def test_chances_keep_all_their_digits(world, monkeypatch, with_input):
    """Stim itself prints six of them."""
    whole = export.life_circuit

    def noisy(life: export.Life) -> export.LifeCircuit:
        written = whole(life)
        written.circuit.append("DEPOLARIZE1", [1, 3], CHANCE)
        return written

    monkeypatch.setattr(export, "life_circuit", noisy)
    text = world.export("s", form="stim", with_input=with_input)
    arguments = [op.gate_args_copy() for op in stim.Circuit(text) if op.name == "DEPOLARIZE1"]
    assert arguments == [[CHANCE]]
