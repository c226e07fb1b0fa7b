"""Noise written out as instructions of stim."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import stim

from ..core.types import FloatArray, IntArray
from ..errors import UsageError
from .channel import PauliNoise
from .gates import MEASUREMENTS, PAIR_MEASUREMENTS, RESETS
from .runs import disjoint_runs, equal_stretches

if TYPE_CHECKING:
    from .model import NoiseModel

__all__ = ["noise_text", "write_noise"]

_HEAD = re.compile(r"(?P<name>\w+)(?P<tag>\[[^\]]*\])?(\([^)]*\))? ?")


def write_noise(circuit: stim.Circuit, model: NoiseModel) -> stim.Circuit:
    """See `NoiseModel.noisy_circuit`."""
    out = stim.Circuit()
    for instruction in circuit:
        if isinstance(instruction, stim.CircuitRepeatBlock):
            body = write_noise(instruction.body_copy(), model)
            out.append(stim.CircuitRepeatBlock(instruction.repeat_count, body, tag=instruction.tag))
            continue
        text = _instruction_text(instruction, model)
        if text is None:
            out.append(instruction)
        else:
            out += stim.Circuit(text)
    return out


def noise_text(noise: PauliNoise, tag: str = "") -> str:
    """Noise as stim text, rows with equal probabilities in one instruction, in full precision."""
    distinct, inverse = np.unique(noise.probabilities, axis=0, return_inverse=True)
    number = np.broadcast_to(inverse.ravel(), len(noise.targets))
    return "\n".join(
        f"{_label(row, tag)} {_joined(noise.targets[number == index])}"
        for index, row in enumerate(distinct)
        if row.any()
    )


def _instruction_text(instruction: stim.CircuitInstruction, model: NoiseModel) -> str | None:
    """The instruction with its noise; None for what has none, such as annotations."""
    name = instruction.name
    gate = stim.gate_data(name)
    if gate.is_unitary and gate.takes_pauli_targets and name not in model.exempt:
        hint = "Decompose it: stim.Circuit.decomposed does."
        raise UsageError.of("circuit", name, f"an operation that the noise model {model.name!r} has a rule for", hint)
    if gate.is_unitary and not gate.takes_pauli_targets:
        return _gate_text(instruction, model, width=2 if gate.is_two_qubit_gate else 1)
    if name in MEASUREMENTS:
        return _measurement_text(instruction, model)
    if name in PAIR_MEASUREMENTS or name == "MPP":
        return _product_text(instruction, model, width=1 if name == "MPP" else 2)
    if name in RESETS:
        return _reset_text(instruction, model)
    return None


def _gate_text(instruction: stim.CircuitInstruction, model: NoiseModel, *, width: int) -> str | None:
    head, tokens = _parts(instruction)
    if width == 1:
        return "\n".join(_gates_with_noise(head, _qubits(tokens).reshape(-1, 1), instruction.name, model))
    classical = np.array(["[" in token for token in tokens])
    if not classical.any():
        return "\n".join(_gates_with_noise(head, _qubits(tokens).reshape(-1, 2), instruction.name, model))
    fed = classical[0::2] | classical[1::2]
    if fed.all():
        return None
    lines: list[str] = []
    for first, end in equal_stretches(fed):
        part = tokens[2 * first : 2 * end]
        if fed[first]:
            lines.append(f"{head} {' '.join(part)}")
        else:
            lines += _gates_with_noise(head, _qubits(part).reshape(-1, 2), instruction.name, model)
    return "\n".join(lines)


def _gates_with_noise(head: str, targets: IntArray, name: str, model: NoiseModel) -> Iterator[str]:
    noise = model.after(name, targets)
    if noise is None:
        yield f"{head} {_joined(targets)}"
    else:
        yield from _interleaved(head, targets, noise)


def _interleaved(head: str, targets: IntArray, noise: PauliNoise) -> Iterator[str]:
    """Operations with their noise behind them, before any of their qubits is used again."""
    runs = disjoint_runs(targets)
    if len(noise.probabilities) == 1:
        # The same everywhere: one text for all runs, which a star of a million gates has a million of.
        label = _label(noise.probabilities[0])
        words, width = list(map(str, targets.ravel().tolist())), targets.shape[1]
        for first, end in runs:
            touched = " ".join(words[width * first : width * end])
            yield f"{head} {touched}\n{label} {touched}"
        return
    for first, end in runs:
        yield f"{head} {_joined(targets[first:end])}"
        yield noise_text(_rows(noise, first, end))


def _measurement_text(instruction: stim.CircuitInstruction, model: NoiseModel) -> str:
    head, tokens = _parts(instruction)
    qubits = _qubits([token.lstrip("!") for token in tokens])
    flips = _with_own_flip(instruction, model.readout(instruction.name, qubits))
    before = model.before_measurement(instruction.name, qubits)
    after = model.after_reset(instruction.name, qubits) if instruction.name.startswith("MR") else None
    lines: list[str] = []
    for first, end in disjoint_runs(qubits[:, None]):
        if before is not None:
            lines.append(noise_text(_rows(before, first, end)))
        lines += _records(head, tokens[first:end], flips[first:end])
        if after is not None:
            lines.append(noise_text(_rows(after, first, end)))
    return "\n".join(lines)


def _product_text(instruction: stim.CircuitInstruction, model: NoiseModel, *, width: int) -> str | None:
    head, tokens = _parts(instruction)
    products = [" ".join(tokens[k : k + width]) for k in range(0, len(tokens), width)]
    first = np.array([int(re.findall(r"\d+", product)[0]) for product in products], dtype=np.int64)
    own = model.readout(instruction.name, first)
    return "\n".join(_records(head, products, _with_own_flip(instruction, own))) if own.any() else None


def _reset_text(instruction: stim.CircuitInstruction, model: NoiseModel) -> str | None:
    head, tokens = _parts(instruction)
    qubits = _qubits(tokens)
    noise = model.after_reset(instruction.name, qubits)
    return None if noise is None else "\n".join(_interleaved(head, qubits[:, None], noise))


def _records(head: str, tokens: list[str], flips: FloatArray) -> Iterator[str]:
    """Measurements in order, one instruction for each stretch of equal chances of a wrong record."""
    for first, end in equal_stretches(flips):
        flip = f"({float(flips[first])!r})" if flips[first] else ""
        yield f"{head}{flip} {' '.join(tokens[first:end])}"


def _with_own_flip(instruction: stim.CircuitInstruction, flips: FloatArray) -> FloatArray:
    """Chances of a wrong record when the instruction already has one: one flip or the other, not both."""
    own = float(sum(instruction.gate_args_copy()))
    combined: FloatArray = flips + own - 2 * own * flips
    return combined


def _rows(noise: PauliNoise, first: int, end: int) -> PauliNoise:
    same = len(noise.probabilities) == 1
    return PauliNoise(noise.targets[first:end], noise.probabilities if same else noise.probabilities[first:end])


def _label(row: FloatArray, tag: str = "") -> str:
    """Name and arguments of the shortest instruction for one distribution that is not all zero."""
    label = f"[{tag}]" if tag else ""
    width = 1 if len(row) == 3 else 2
    if (row == row[0]).all():
        return f"DEPOLARIZE{width}{label}({float(row.sum())!r})"
    if width == 1 and np.count_nonzero(row) == 1:
        return f"{'XYZ'[int(row.argmax())]}_ERROR{label}({float(row.max())!r})"
    return f"PAULI_CHANNEL_{width}{label}({', '.join(map(repr, row.tolist()))})"


def _parts(instruction: stim.CircuitInstruction) -> tuple[str, list[str]]:
    """Name with tag but without arguments, and the targets as stim writes them."""
    text = str(instruction)
    match = _HEAD.match(text)
    assert match is not None  # every instruction begins so
    return match["name"] + (match["tag"] or ""), text[match.end() :].split()


def _qubits(tokens: list[str]) -> IntArray:
    return np.array(tokens, dtype=np.int64)


def _joined(targets: IntArray) -> str:
    return " ".join(map(str, targets.ravel().tolist()))
