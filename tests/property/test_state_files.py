"""State files: whatever the bytes, a normalised state or a named error."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qloak.errors import LimitError, StateError
from qloak.simulators.state_file import load_statevector


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("states") / "state.npy"


def encoded(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def check(path, data: bytes) -> None:
    path.write_bytes(data)
    try:
        state = load_statevector(path, max_qubits=6)
    except (StateError, LimitError):
        return
    assert state.dtype == np.complex128
    assert len(state) in (2, 4, 8, 16, 32, 64)
    assert abs(np.linalg.norm(state) - 1) < 1e-12


@given(seed=st.integers(0, 2**32 - 1), qubits=st.integers(1, 6), column=st.booleans())
def test_what_numpy_saves_comes_back(path, seed, qubits, column):
    rng = np.random.default_rng(seed)
    vector = rng.normal(size=2**qubits) + 1j * rng.normal(size=2**qubits)
    vector /= np.linalg.norm(vector)
    path.write_bytes(encoded(vector[:, None] if column else vector))
    np.testing.assert_allclose(load_statevector(path), vector, rtol=1e-14)


@given(data=st.binary(max_size=300))
def test_any_bytes(path, data):
    check(path, data)
    check(path, b"\x93NUMPY\x01\x00" + data)


@given(
    array=st.sampled_from([np.array([0.6, 0.8j]), np.eye(8, dtype=np.float32)[1], np.array([[1], [0]]), np.eye(1)]),
    edits=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=6),
    cut=st.integers(0, 40),
)
def test_damaged_files(path, array, edits, cut):
    data = bytearray(encoded(array))
    for place, value in edits:
        data[place % len(data)] = value
    check(path, bytes(data[: len(data) - cut]))
