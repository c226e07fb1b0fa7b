"""State vectors from .npy files: what is read, and what is refused before it is read."""

from __future__ import annotations

import os
import socket
import sys

import numpy as np
import pytest

from qloak.errors import LimitError, StateError
from qloak.simulators.state_file import load_statevector

PLUS = np.array([1, 1]) / np.sqrt(2)


def header(text: str, version: tuple[int, int] = (1, 0)) -> bytes:
    """The start of a .npy file with any header text."""
    size = len(text).to_bytes(2 if version == (1, 0) else 4, "little")
    return b"\x93NUMPY" + bytes(version) + size + text.encode()


def described(descr: str, shape: str) -> bytes:
    return header(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n")


@pytest.fixture
def saved(tmp_path):
    """Writes an array or raw bytes to state.npy and returns the path."""

    def save(content, **options):
        path = tmp_path / "state.npy"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            np.save(path, content, **options)
        return path

    return save


@pytest.mark.parametrize("dtype", ["complex128", "complex64", ">c16", "float64", ">f8", "longdouble", "clongdouble"])
@pytest.mark.parametrize("column", [False, True])
def test_number_types_and_shapes(saved, dtype, column):
    vector = np.array([0.6, 0, 0, -0.8]).astype(dtype)
    loaded = load_statevector(saved(vector[:, None] if column else vector))
    assert loaded.dtype == np.complex128
    assert loaded.shape == (4,)
    np.testing.assert_allclose(loaded, [0.6, 0, 0, -0.8], atol=1e-7)
    assert np.linalg.norm(loaded) == pytest.approx(1, abs=1e-15)


def test_integers_version_2_and_fortran_order(saved, tmp_path):
    np.testing.assert_array_equal(load_statevector(saved(np.array([0, 1], dtype=np.int8))), [0, 1])
    np.testing.assert_array_equal(load_statevector(saved(np.asfortranarray([[1.0], [0.0]]))), [1, 0])
    path = tmp_path / "two.npy"
    with path.open("wb") as file:
        np.lib.format.write_array(file, np.array([0, 1j]), version=(2, 0))
    np.testing.assert_array_equal(load_statevector(str(path)), [0, 1j])


def test_small_deviations_are_made_exact(saved):
    loaded = load_statevector(saved(PLUS * (1 + 9e-7)))
    np.testing.assert_allclose(loaded, PLUS, rtol=1e-15)


@pytest.mark.parametrize(
    ("vector", "message"),
    [
        (PLUS * (1 + 2e-6), r"got norm 1\.000002, expected 1 within 1e-06\. Normalise it: numpy\.save"),
        (PLUS * 1e200, "got norm"),
        (np.array([1, 1]), r"got norm 1\.41421356"),
        (np.zeros(4), "is the zero vector"),
        (np.array([np.nan, 1]), "NaN or infinite"),
        (np.array([1, 1j * np.inf]), "NaN or infinite"),
        (np.array([np.longdouble("1e400"), 0]), "NaN or infinite"),
        (np.array([1.0]), r"got 1 amplitudes, expected 2\*\*k"),
        (np.array([]), "got 0 amplitudes"),
        (np.array(1.0), r"got shape \(\), expected"),
        (np.ones(3) / np.sqrt(3), "got 3 amplitudes"),
        (PLUS[None, :], r"got shape \(1, 2\)"),
        (np.eye(2), r"got shape \(2, 2\)"),
        (np.array([True, False]), "got dtype 'bool'"),
        (np.array(["a", "b"]), "got dtype '<U1'"),
        (np.array([b"a", b"b"]), "got dtype '|S1'"),
        (np.array([1, 2], dtype="datetime64[s]"), "got dtype 'datetime64"),
        (np.array([(1, 2), (3, 4)], dtype=[("a", "f8"), ("b", "f8")]), "got dtype"),
    ],
)
def test_what_is_no_state(saved, vector, message):
    with pytest.raises(StateError, match=message) as caught:
        load_statevector(saved(vector))
    assert "state.npy" in str(caught.value)


class Exploit:
    """Runs a command when unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was loaded",))


def test_pickles_are_never_loaded(saved):
    path = saved(np.array([Exploit(), None], dtype=object), allow_pickle=True)
    with pytest.raises(StateError, match="got dtype 'object'"):
        load_statevector(path)
    path.write_bytes(b"\x80\x04\x95")  # a bare pickle
    with pytest.raises(StateError, match=r"not a \.npy file"):
        load_statevector(path)


@pytest.mark.parametrize(
    "content",
    [
        *[b"", b"\x93NUMPY", b"PK\x03\x04 an npz", b"\x93NUMPY\x01\x00", header("{"), header("[1]"), header("{}")],
        *[header("(" * 5000), header("-" * 9000 + "1"), header("1" * 9000), header("{'descr': 1}"), header("\x00")],
        *[described("'<c16'", "(-2,)"), described("'<c16'", "(2.0,)"), described("'nonsense'", "(2,)")],
        *[described("__import__('os').system('true')", "(2,)"), header("{" + "'a':0," * 4000 + "}")],
        *[header(" " * 60_000), b"\x93NUMPY\x02\x00\xff\xff\xff\xff{", described("[]", "(2,)") + bytes(32)],
        *[described("[('a', '<f8', (2,))]", "(2,)") + bytes(32), described("('<f8', (2,))", "(1,)") + bytes(16)],
    ],
)
def test_damaged_headers(saved, content):
    with pytest.raises(StateError, match=r"state\.npy"):
        load_statevector(saved(content))


@pytest.mark.parametrize("version", [(3, 0), (0, 0), (9, 9)])
def test_other_versions(saved, version):
    with pytest.raises(StateError, match=r"is .npy version|not a .npy file"):
        load_statevector(saved(header("{}", version)))


def test_the_size_is_checked_before_the_data_is_read(saved):
    with pytest.raises(LimitError, match="got a state of 60 qubits, expected at most 20"):
        load_statevector(saved(described("'<c16'", f"({2**60},)")))
    with pytest.raises(StateError, match=r"is truncated: got \d+ bytes, expected \d+"):
        load_statevector(saved(described("'<c16'", f"({2**20},)")))
    whole = saved(PLUS).read_bytes()
    with pytest.raises(StateError, match="is truncated"):
        load_statevector(saved(whole[:-1]))
    with pytest.raises(StateError, match="longer than its header says"):
        load_statevector(saved(whole + b"x"))


def test_qubit_limit_is_an_argument(saved):
    path = saved(np.eye(8)[0])
    assert len(load_statevector(path, max_qubits=3)) == 8
    with pytest.raises(LimitError, match="got a state of 3 qubits, expected at most 2"):
        load_statevector(path, max_qubits=2)


def test_a_pickle_hidden_in_a_descriptor_that_asks_for_objects(saved):
    with pytest.raises(StateError, match="got dtype 'object'"):
        load_statevector(saved(described("'|O'", "(2,)") + b"cos\nsystem\n(S'true'\ntR."))


def test_only_regular_files(tmp_path, monkeypatch):
    with pytest.raises(StateError, match="No such file"):
        load_statevector(tmp_path / "missing.npy")
    with pytest.raises(StateError, match=r"not a regular file|Is a directory"):
        load_statevector(tmp_path)
    with pytest.raises(StateError, match="null byte"):
        load_statevector("a\x00b")
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe.npy")
        with pytest.raises(StateError, match="not a regular file"):
            load_statevector(tmp_path / "pipe.npy")
        with pytest.raises(StateError, match="not a regular file"):
            load_statevector("/dev/zero")
        with socket.socket(socket.AF_UNIX) as listener:
            monkeypatch.chdir(tmp_path)  # the path of a socket must be short
            listener.bind("socket.npy")
            with pytest.raises(StateError, match="cannot be read"):
                load_statevector("socket.npy")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_unreadable_file(saved):
    path = saved(PLUS)
    path.chmod(0)
    with pytest.raises(StateError, match="Permission denied"):
        load_statevector(path)


def test_messages_stay_on_one_short_line(tmp_path):
    with pytest.raises(StateError) as caught:
        load_statevector(tmp_path / ("x\n" * 60) / ("y" * 200))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250
