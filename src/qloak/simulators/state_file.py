"""State vectors from NumPy files.

Only .npy, without pickle. The header says how large the data is and is checked before any data is read,
so a small file cannot ask for a large amount of memory, and nothing but a regular file is read at all.
"""

from __future__ import annotations

import os
import stat
import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.lib import format as npy

from ..core.types import ComplexArray
from ..errors import LimitError, StateError, shorten, shorten_path

__all__ = ["load_statevector"]

_TOLERANCE = 1e-6
_READ_HEADER = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def load_statevector(path: str | Path, *, max_qubits: int = 20) -> ComplexArray:
    """Read a normalised state vector from a .npy file.

    Args:
        path: a file written by `numpy.save`: real or complex numbers, shape (2**k,) or (2**k, 1), k >= 1,
            little-endian (qubit 0 is the least significant bit of the index).
        max_qubits: bound on k.

    Returns:
        Shape (2**k,), complex128. A norm within 1e-6 of 1 is made 1, and anything else refused.

    Raises:
        StateError: if the file cannot be read or does not hold a state vector.
        LimitError: for more than `max_qubits` qubits.
    """
    name = repr(shorten_path(path))
    try:
        # Not blocking, so that a pipe without a writer is refused and not waited for.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as file:  # noqa: PTH123, it is open already
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise StateError(f"{name}: is not a regular file, expected a .npy file.")
            vector = _read(file, name, size=status.st_size, max_qubits=max_qubits)
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path
        reason = getattr(error, "strerror", None) or error
        raise StateError(f"{name}: cannot be read ({reason}).") from error
    return _normalised(vector, name)


def _read(file: BinaryIO, name: str, *, size: int, max_qubits: int) -> ComplexArray:
    shape, dtype = _header(file, name)
    if dtype.kind not in "fciu":  # floats, complex and whole numbers; objects, which are pickles, are "O"
        raise StateError(f"{name}: got dtype {shorten(str(dtype))}, expected plain real or complex numbers.")
    if not (len(shape) == 1 or (len(shape) == 2 and shape[1] == 1)):
        raise StateError(f"{name}: got shape {shorten(shape)}, expected (2**k,) or (2**k, 1).")
    length = shape[0]
    if length < 2 or length & (length - 1):
        raise StateError(f"{name}: got {length} amplitudes, expected 2**k of them, k at least 1.")
    if length > 1 << max_qubits:
        qubits = length.bit_length() - 1
        raise LimitError(f"{name}: got a state of {qubits} qubits, expected at most {max_qubits}.")
    expected = file.tell() + length * dtype.itemsize
    if size != expected:
        kind = "truncated" if size < expected else "longer than its header says"
        raise StateError(f"{name}: is {kind}: got {size} bytes, expected {expected}. Write it anew with numpy.save.")
    data = np.frombuffer(file.read(length * dtype.itemsize), dtype=dtype, count=length)
    with np.errstate(over="ignore"):  # what does not fit a double becomes infinite and is refused
        return data.astype(np.complex128)


def _header(file: BinaryIO, name: str) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    hint = "Write one with numpy.save(path, vector)."
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # old spellings of a header are fine
            version = npy.read_magic(file)
            read_header = _READ_HEADER.get(version)
            shape, _, dtype = read_header(file) if read_header else ((), None, np.dtype(float))
    except Exception as error:  # a damaged header gives whatever NumPy's parser and Python's stumble over
        raise StateError(f"{name}: is not a .npy file. {hint}") from error
    if read_header is None:
        raise StateError(f"{name}: is .npy version {version[0]}.{version[1]}, expected 1.0 or 2.0. {hint}")
    return shape, dtype


def _normalised(vector: ComplexArray, name: str) -> ComplexArray:
    if not np.isfinite(vector).all():
        raise StateError(f"{name}: holds NaN or infinite amplitudes, expected finite numbers.")
    with np.errstate(over="ignore", under="ignore"):
        norm = float(np.linalg.norm(vector))
    if norm == 0:
        raise StateError(f"{name}: is the zero vector, which is no state.")
    if not abs(norm - 1) <= _TOLERANCE:
        raise StateError(
            f"{name}: got norm {norm:.9g}, expected 1 within {_TOLERANCE:g}. "
            "Normalise it: numpy.save(path, vector / numpy.linalg.norm(vector))."
        )
    normalised: ComplexArray = vector / norm
    return normalised
