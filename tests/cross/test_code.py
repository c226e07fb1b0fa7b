"""The Heisenberg table: the scheme's code against the encrypted states and against its written formulas."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import stim

from qloak.core import EncryptedCloning, IteratedCloning
from tests.oracles import apply_pauli, encrypted_state, on_qubits, pauli, random_state

SIZES = (2, 3, 4, 5)


def logical_formulas(n: int) -> dict[str, str]:
    """Images of X, Y and Z with their signs."""
    signals = range(1, n + 1)

    def string(source: str | None, letter: str, sign: int) -> str:
        letters = dict.fromkeys(signals, letter) | ({0: source} if source else {})
        return on_qubits(letters, 2 * n + 1, sign)

    if n % 2:
        # -i^(n+1) for odd n.
        return {"X": string("Y", "Z", 1), "Y": string(None, "Y", -((-1) ** ((n + 1) // 2))), "Z": string("Y", "X", -1)}
    return {"X": string("Z", "Y", (-1) ** (n // 2)), "Y": string("X", "Z", -1), "Z": string("Y", "X", -1)}


def stabilizer_formulas(n: int) -> tuple[list[str], list[str]]:
    """The generators g_i^X and g_i^Z, i = 1 .. n."""
    total = 2 * n + 1
    g_x, g_z = [], []
    for i in range(1, n + 1):
        others = [k for k in range(1, n + 1) if k != i]
        g_z.append(on_qubits({0: "X", i: "Y", n + i: "Z"} | dict.fromkeys(others, "X"), total, -1))
        if n % 2:
            g_x.append(on_qubits({0: "Z", i: "Y", n + i: "X"} | dict.fromkeys(others, "Z"), total, 1))
        else:
            sign = (-1) ** (n // 2)
            g_x.append(on_qubits({0: "Y", i: "Z", n + i: "X"} | dict.fromkeys(others, "Y"), total, sign))
    return g_x, g_z


@pytest.mark.parametrize("n", SIZES)
def test_formulas_hold_on_encrypted_states(n):
    """Dense: logical images have the input's mean values, generators stabilize."""
    psi = random_state(1, n)
    state = encrypted_state(psi, n)
    for letter, image in logical_formulas(n).items():
        assert np.vdot(state, apply_pauli(image, state)) == pytest.approx(np.vdot(psi, pauli(letter) @ psi), abs=1e-13)
    for generator in itertools.chain(*stabilizer_formulas(n)):
        assert np.allclose(apply_pauli(generator, state), state, atol=1e-13)


@pytest.mark.parametrize("n", (*SIZES, 6, 7, 100, 101))
def test_code_equals_the_formulas_with_signs(n):
    code = EncryptedCloning(n).code
    images = {"X": code.logical_x.to_stim(0), "Z": code.logical_z.to_stim(0)}
    images["Y"] = 1j * images["X"] * images["Z"]
    assert {k: str(v).replace("_", "I") for k, v in images.items()} == logical_formulas(n)
    generators = [row.replace("_", "I") for row in code.stabilizers.to_strings()]
    assert sorted(generators) == sorted(itertools.chain(*stabilizer_formulas(n)))


def iter_paulis(num_qubits: int, weight: int):
    for qubits in itertools.combinations(range(num_qubits), weight):
        for letters in itertools.product("XYZ", repeat=weight):
            yield stim.PauliString(on_qubits(dict(zip(qubits, letters, strict=True)), num_qubits))


@pytest.mark.parametrize("n", (2, 3, 4))
def test_distance_is_three(n):
    """Every error on one or two qubits is noticed; some error on three is not, and acts on the state."""
    code = EncryptedCloning(n).code
    generators = [code.stabilizers.to_stim(row) for row in range(2 * n)]
    logicals = [code.logical_x.to_stim(0), code.logical_z.to_stim(0)]

    def harmful(error: stim.PauliString) -> bool:
        return all(error.commutes(g) for g in generators) and not all(error.commutes(g) for g in logicals)

    assert not any(harmful(error) for weight in (1, 2) for error in iter_paulis(2 * n + 1, weight))
    assert any(harmful(error) for error in iter_paulis(2 * n + 1, 3))


@pytest.mark.parametrize("scheme", [EncryptedCloning(n) for n in (2, 3, 6, 7)], ids=lambda s: s.name)
def test_clones_are_where_the_three_images_differ(scheme):
    """A data qubit is a clone iff the images of X, Y, Z restricted to it are three different Paulis."""
    x, z = scheme.code.logical_x.to_stim(0), scheme.code.logical_z.to_stim(0)
    found = [q for q in range(len(scheme.qubits)) if len({x[q], z[q], (x * z)[q], 0}) == 4]
    assert found == scheme.clones.tolist()


@pytest.mark.parametrize(("n", "level", "clones"), [(2, 1, 9), (2, 2, 27), (3, 1, 9), (4, 1, 25), (3, 2, 27)])
def test_tree_sizes(n, level, clones):
    """(n+1)^(l+1) clones for even n, n^(l+1) for odd n; 2 (n+1)^(l+1) - 1 qubits for even n."""
    scheme = IteratedCloning(n, level)
    assert len(scheme.clones) == clones
    assert len(scheme.clones) == (n + 1 - n % 2) ** (level + 1)
    if n % 2 == 0:
        assert len(scheme.qubits) == 2 * clones - 1
    for clone in scheme.clones:
        key = [int(q) for step in scheme.steps(int(clone)) for q in step.unit.noises]
        assert len(set(key)) == n * (level + 1)
