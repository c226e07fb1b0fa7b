"""The tree of clones: how many, what they are called, what each needs."""

from __future__ import annotations

import numpy as np
import pytest

from qloak.core import EncryptedCloning, IteratedCloning, Role
from qloak.errors import LimitError, UnknownNameError, UsageError

TREES = [(2, 0), (2, 1), (2, 2), (2, 3), (3, 0), (3, 1), (3, 2), (4, 0), (4, 1), (4, 2), (5, 1), (6, 1)]


def names_of(scheme: IteratedCloning, qubits: np.ndarray) -> list[str]:
    return [scheme.qubits.name(int(q)) for q in qubits]


def key_of(scheme: IteratedCloning, clone: str | int) -> set[int]:
    return {int(q) for step in scheme.steps(clone) for q in step.unit.noises}


@pytest.mark.parametrize(("n", "levels"), TREES)
class TestSizes:
    def test_clones(self, n, levels):
        """(n+1)^(l+1) for even n, n^(l+1) for odd n."""
        scheme = IteratedCloning(n, levels)
        expected = (n + 1) ** (levels + 1) if n % 2 == 0 else n ** (levels + 1)
        assert scheme.num_leaves == len(scheme.clones) == len(set(scheme.clones.tolist())) == expected

    def test_qubits(self, n, levels):
        """2 (n+1)^(l+1) - 1 without the reference for even n; in general 2n for every encryption, and A."""
        scheme = IteratedCloning(n, levels)
        branching = n + 1 if n % 2 == 0 else n
        encryptions = sum(branching**level for level in range(levels + 1))
        assert [len(units) for units in scheme.rounds] == [branching**level for level in range(levels + 1)]
        assert len(scheme.qubits) == 1 + 2 * n * encryptions
        if n % 2 == 0:
            assert len(scheme.qubits) == 2 * (n + 1) ** (levels + 1) - 1

    def test_key_of_every_clone(self, n, levels):
        """n noise qubits of each of the l + 1 encryptions on the path, innermost first."""
        scheme = IteratedCloning(n, levels)
        for clone in scheme.clones.tolist():
            steps = scheme.steps(clone)
            assert len(steps) == levels + 1
            assert len(key_of(scheme, clone)) == n * (levels + 1)
            for depth, step in enumerate(steps):
                assert step.unit in scheme.rounds[levels - depth]
            assert steps[-1].unit.source == 0

    def test_two_clones_share_the_keys_of_their_common_path(self, n, levels):
        scheme = IteratedCloning(n, levels)
        paths = [path.split(".") for path in scheme.clone_paths]
        chosen = np.random.default_rng(n).choice(len(paths), size=(30, 2))
        for one, two in chosen.tolist():
            different = [a != b for a, b in zip(paths[one], paths[two], strict=True)]
            common = [*different, True].index(True)
            shared = key_of(scheme, int(scheme.clones[one])) & key_of(scheme, int(scheme.clones[two]))
            assert len(shared) == n * min(common + 1, levels + 1)

    def test_units_of_a_round_are_disjoint_and_noise_is_used_once(self, n, levels):
        scheme = IteratedCloning(n, levels)
        for units in scheme.rounds:
            members = np.concatenate([[u.source, *u.signals, *u.noises] for u in units])
            assert len(np.unique(members)) == len(members)
        noises = np.concatenate([u.noises for units in scheme.rounds for u in units])
        assert np.array_equal(np.sort(noises), scheme.qubits.of_role(Role.NOISE))
        assert not set(noises.tolist()) & set(scheme.clones.tolist())

    def test_paths_lead_back(self, n, levels):
        """Walking the steps from the outside reads the path backwards: slot 0 is A, slot j is Sj."""
        scheme = IteratedCloning(n, levels)
        for path, clone in zip(scheme.clone_paths, scheme.clones.tolist(), strict=True):
            slots = [step.slot for step in scheme.steps(path)]
            assert [f"S{slot}" if slot else "A" for slot in reversed(slots)] == path.split(".")
            assert scheme.clone_index(path) == scheme.clone_index(clone) == clone


def test_level_0_is_the_canonical_scheme():
    for n in (2, 3, 6):
        tree, flat = IteratedCloning(n, 0), EncryptedCloning(n)
        assert names_of(tree, np.arange(2 * n + 1)) == [flat.qubits.name(q) for q in range(2 * n + 1)]
        assert tree.clones.tolist() == flat.clones.tolist()
        assert tree.code.stabilizers.to_strings() == flat.code.stabilizers.to_strings()
        assert tree.code.logicals().to_strings() == flat.code.logicals().to_strings()


def test_names_of_two_rounds():
    scheme = IteratedCloning(2, 1)
    assert " ".join(names_of(scheme, np.arange(17))) == (
        "A S1 S2 N1 N2 A.S1 A.S2 A.N1 A.N2 S1.S1 S1.S2 S1.N1 S1.N2 S2.S1 S2.S2 S2.N1 S2.N2"
    )
    assert scheme.clone_paths == ("A.A", "A.S1", "A.S2", "S1.A", "S1.S1", "S1.S2", "S2.A", "S2.S1", "S2.S2")
    assert " ".join(names_of(scheme, scheme.clones)) == "A A.S1 A.S2 S1 S1.S1 S1.S2 S2 S2.S1 S2.S2"
    assert scheme.name == "iterated encrypted cloning, n = 2, 1 further levels"


def test_a_clone_by_qubit_or_by_full_path():
    scheme = IteratedCloning(2, 2)
    assert scheme.clone_index("S1") == scheme.clone_index("S1.A.A")
    assert scheme.clone_index("S1.S2") == scheme.clone_index("S1.S2.A")
    assert scheme.steps("S1") == scheme.steps("S1.A.A")
    assert key_of(scheme, "S1.A.S2") == set(
        scheme.qubits.indices(["N1", "N2", "S1.N1", "S1.N2", "S1.A.N1", "S1.A.N2"]).tolist()
    )


def test_for_odd_n_a_source_is_no_clone():
    scheme = IteratedCloning(3, 1)
    assert scheme.clone_paths == tuple(f"S{i}.S{j}" for i in (1, 2, 3) for j in (1, 2, 3))
    for source in ("A", "S1", "S1.A", 0):
        with pytest.raises(UnknownNameError):
            scheme.clone_index(source)


@pytest.mark.parametrize("clone", ["N1", "S1.N2", "S9", "S1.S1.S1", "", 3, -1, 10**6])
def test_what_is_no_clone(clone):
    with pytest.raises(UnknownNameError):
        IteratedCloning(2, 1).steps(clone)


def test_the_refusal_names_some_clones():
    with pytest.raises(UnknownNameError, match=r"one of the 9 clones A\.A, .*, …"):
        IteratedCloning(2, 1).clone_index("N1")
    with pytest.raises(UnknownNameError, match=r"one of the 3 clones A, S1, S2\."):
        IteratedCloning(2, 0).clone_index("N1")


@pytest.mark.parametrize(("n", "levels"), [(2, 0), (2, 1), (2, 2), (3, 1), (4, 1)])
def test_the_code_is_a_code(n, levels):
    code = IteratedCloning(n, levels).code
    code.validate()
    assert code.num_logical == 1


class TestRefusals:
    @pytest.mark.parametrize("clones", [0, 1, -3, "five", True, 2.0, 1e9])
    def test_clones(self, clones):
        with pytest.raises(UsageError, match="num_clones"):
            IteratedCloning(clones, 1)

    @pytest.mark.parametrize("levels", [-1, "two", True, 1.0, None])
    def test_levels(self, levels):
        with pytest.raises(UsageError, match=r"levels: got .* a whole number of at least 0"):
            IteratedCloning(2, levels)

    @pytest.mark.parametrize(
        ("clones", "levels"), [(2, 13), (2, 10**12), (3, 13), (10, 6), (10_000_000, 0), (2, 10**30)]
    )
    def test_trees_that_are_too_large(self, clones, levels):
        with pytest.raises(LimitError, match="a tree of at most 1000000 clones"):
            IteratedCloning(clones, levels)

    def test_numpy_integers_become_plain_ones(self):
        scheme = IteratedCloning(np.int8(2), np.int8(3))
        assert scheme == IteratedCloning(2, 3)
        assert [type(number) for number in (scheme.num_clones, scheme.levels)] == [int, int]
