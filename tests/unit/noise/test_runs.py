from __future__ import annotations

import numpy as np
import pytest

from qloak.noise.runs import disjoint_runs, equal_stretches


@pytest.mark.parametrize(
    ("targets", "runs"),
    [
        ([], []),
        ([(0, 1)], [(0, 1)]),
        ([(0, 1), (2, 3)], [(0, 2)]),
        ([(0, 1), (1, 2)], [(0, 1), (1, 2)]),
        ([(0, 1), (0, 2), (0, 3)], [(0, 1), (1, 2), (2, 3)]),
        ([(0, 1), (2, 3), (3, 0), (1, 2), (4, 5)], [(0, 2), (2, 5)]),
        ([(0, 1), (2, 3), (1, 4), (0, 5), (5, 6)], [(0, 2), (2, 4), (4, 5)]),
    ],
)
def test_runs_end_where_a_qubit_is_used_again(targets, runs):
    assert disjoint_runs(np.array(targets, dtype=np.int64).reshape(-1, 2)) == runs


def test_one_qubit_rows():
    assert disjoint_runs(np.array([[4], [2], [4], [4]])) == [(0, 2), (2, 3), (3, 4)]


def test_stretches():
    assert equal_stretches(np.array([1.0, 1.0, 2.0, 1.0])) == [(0, 2), (2, 3), (3, 4)]
    assert equal_stretches(np.array([True])) == [(0, 1)]
