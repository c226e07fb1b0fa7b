"""The story as one HTML page that needs nothing but itself, and as JSON beside it.

Every sentence of the page that states a fact is decided by the values of the story; the templates
choose words, this module compares numbers.
"""

from __future__ import annotations

import json
import math
import secrets
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import stim
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from .._version import __version__
from ..circuits import circuit_metrics, decryption, encryption_circuit
from ..core import EncryptedCloning
from ..errors import UsageError
from .bloch_svg import bloch_sphere, component, printable
from .steps import Bloch, CollusionStep, Story
from .story import default_providers

__all__ = ["GENERATOR", "render_report", "write_report"]

GENERATOR: Final = "Qloak demo report"
"""The page's meta tag starts with it: what carries it is ours to overwrite."""

EXACT: Final = 1e-12
"""A fidelity or mean value this close to a number counts as that number."""
MAX_DRAWN_CLONES: Final = 8
MAX_SPHERES: Final = 8
MAX_PROVIDERS: Final = 12

_PAGE, _DATA = "index.html", "story.json"
_READ_TO_RECOGNISE: Final = 4096
_SIGNATURES: Final = {_PAGE: f'<meta name="generator" content="{GENERATOR}', _DATA: '"schema": "qloak.demo/'}
_WORDS: Final = "zero one two three four five six seven eight nine ten eleven twelve"


def write_report(story: Story, directory: Path, *, command: str | None = None) -> Path:
    """Write the story as `index.html` and `story.json`.

    Each file appears complete or not at all; both are replaced if an earlier report left them.

    Args:
        story: what was seen.
        directory: where to; made if it does not exist.
        command: the command line that tells the same story again, for the page's foot; without it the page
            gives one that lacks the input and names that in words.

    Returns:
        Path of the page.

    Raises:
        UsageError: if `directory` is no directory, cannot be written, or holds a file of one of these names
            that Qloak did not write.
    """
    data = json.dumps(story.to_json(), indent=2, allow_nan=False) + "\n"
    files = {_DATA: data.encode("ascii"), _PAGE: render_report(story, command=command).encode("utf-8")}
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name in files:
            _refuse_foreign(directory / name)
        for name, content in files.items():
            _replace(directory / name, content)
    except (FileExistsError, NotADirectoryError):
        raise UsageError.of("--out", str(directory), "a directory", "A file is in the way.") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError.of("--out", str(directory), "a directory that can be written", f"{reason}.") from None
    return directory / _PAGE


def render_report(story: Story, *, command: str | None = None) -> str:
    """The page as text.

    Args:
        story: what was seen.
        command: as for `write_report`.
    """
    environment = Environment(
        loader=PackageLoader("qloak.demo"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_cleaned,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        component=component, bloch=_bloch_text, largest=_largest, value=_value, deficit=_deficit, word=_word
    )
    scheme = EncryptedCloning(story.num_clones)
    encryption = encryption_circuit(scheme)
    decrypting = decryption(scheme, story.redeem.clone, method=story.method).circuit
    return environment.get_template("report.html").render(
        story=story,
        generator=f"{GENERATOR}, version {__version__}",
        version=__version__,
        command=command or _command(story),
        complete=command is not None,
        facts=_facts(story, encryption, decrypting),
        figures=_figures(story, encryption, decrypting),
        providers=_drawn_providers(story),
        limits={"clones": MAX_DRAWN_CLONES, "spheres": MAX_SPHERES, "providers": MAX_PROVIDERS},
    )


def _facts(story: Story, encryption: stim.Circuit, decrypting: stim.Circuit) -> dict[str, object]:
    """What the page states and the story does not say in so many words."""
    n, redeem, failed = story.num_clones, story.redeem, story.missing_key
    qubits = story.num_stored + story.num_kept
    chance = failed.fidelity is not None and story.num_kept == 0 and abs(failed.fidelity - 2.0**-qubits) <= EXACT
    return {
        "register_qubits": qubits,
        "recovered": 1 - redeem.fidelity <= EXACT,
        "entangled": any(math.hypot(*vector) < 1 - EXACT for vector in story.bloch_in),
        "cost_as_expected": story.encrypt.two_qubit_gates == 5 * n * story.num_stored,
        "encryption_layers": circuit_metrics(encryption).two_qubit_layers,
        "decryption_gates": circuit_metrics(decrypting).two_qubit_gates * story.num_stored,
        "largest_seen": max(_largest(view.bloch) for view in story.views),
        "all_blind": all(view.access == "uninformative" for view in story.views),
        "difference": float(np.abs(np.subtract(story.bloch_in, redeem.bloch)).max()),
        "collusion": _collusion(story.collusion),
        "at_chance": chance,
        "lost": len(story.lose.lost),
        # Both numbers in words or both in digits.
        "lost_of_all": f"{_word(n - 1)} of {_word(n)}" if _word(n).isalpha() else f"{n - 1} of {n}",
    }


def _command(story: Story) -> str:
    """The command that tells the story again, given the same input."""
    parts = ["qloak", "demo", "--clones", str(story.num_clones), "--seed", str(story.seed), "--method", story.method]
    names = tuple(view.party for view in story.views)
    if names != default_providers(story.num_clones):
        parts += ["--providers", ",".join(names)]
    if story.lose.survivor != names[1]:
        parts += ["--survivor", story.lose.survivor]
    return shlex.join(parts)


def _collusion(step: CollusionStep | None) -> str:
    """How the means relate to the component of the inputs, or "" if they do not agree with it."""
    if step is None:
        return ""
    means, inputs = np.array(step.means), np.array(step.inputs)
    plus, minus = (bool(np.abs(means - sign * inputs).max() <= EXACT) for sign in (1, -1))
    # Where every component is zero both hold, and the values cannot tell the sign.
    return {(True, True): "plus or minus the", (True, False): "the", (False, True): "minus the"}.get((plus, minus), "")


def _figures(story: Story, encryption: stim.Circuit, decrypting: stim.Circuit) -> dict[str, object]:
    """Every drawing of the page; None for what would be too large to read."""
    clone = story.redeem.clone
    seen = {vector for view in story.views for vector in view.bloch}
    same = [bloch_sphere([vector], title="Bloch vector of an encrypted clone") for vector in seen]
    small = story.num_clones <= MAX_DRAWN_CLONES
    return {
        "before": _spheres(story.bloch_in, "before encryption"),
        "after": _spheres(story.redeem.bloch, "after redeeming"),
        "failed": _spheres(story.missing_key.bloch, "redeemed without one key qubit"),
        "seen": Markup(same[0]) if len(same) == 1 else None,
        "encryption": _circuit(encryption, story.num_clones, "Encryption") if small else None,
        "decryption": _circuit(decrypting, story.num_clones, f"Decryption of {clone}") if small else None,
    }


def _spheres(vectors: Sequence[Bloch], when: str) -> list[Markup]:
    """One sphere for each of the first stored qubits."""
    names = ["The qubit"] if len(vectors) == 1 else [f"Qubit {q}" for q in range(len(vectors))]
    shown = list(zip(names, vectors, strict=True))[:MAX_SPHERES]
    return [Markup(bloch_sphere([vector], title=f"{name} {when}")) for name, vector in shown]


def _circuit(circuit: stim.Circuit, num_clones: int, title: str) -> Markup:
    """A circuit on the wires that it uses, top to bottom in the order of their numbers."""
    # Imported here: only this page draws, and most commands never do.
    from ..circuits.formats.svg import to_svg

    names = EncryptedCloning(num_clones).qubits
    used = sorted({t.value for op in circuit for t in op.targets_copy() if t.is_qubit_target})
    place = {qubit: wire for wire, qubit in enumerate(used)}
    drawn = stim.Circuit()
    for op in circuit:
        targets = [place[t.value] if t.is_qubit_target else t for t in op.targets_copy()]
        drawn.append(op.name, targets, op.gate_args_copy())
    return Markup(to_svg(drawn, labels=[names.name(qubit) for qubit in used], title=title))


def _drawn_providers(story: Story) -> list[dict[str, object]]:
    """The providers in the picture of the loss: the survivor is always among them."""
    survivor = story.lose.survivor
    names = [view.party for view in story.views]
    drawn = names[:MAX_PROVIDERS]
    if survivor not in drawn:
        drawn = [*names[: MAX_PROVIDERS - 1], survivor]
    return [{"name": name, "survives": name == survivor} for name in drawn]


def _refuse_foreign(path: Path) -> None:
    """Refuse to overwrite what no earlier report wrote."""
    if not path.exists() and not path.is_symlink():
        return
    if path.is_file():
        with path.open("rb") as file:
            start = file.read(_READ_TO_RECOGNISE)
        if _SIGNATURES[path.name].encode("ascii") in start:
            return
    raise UsageError.of(
        "--out",
        str(path.parent),
        f"no {path.name} that Qloak did not write",
        "Choose another directory, or move the file.",
    )


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that a reader finds the old one or the new one, never a part."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(6)}.partial")
    try:
        with partial.open("xb") as file:
            file.write(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _largest(vectors: Sequence[Bloch]) -> float:
    """The largest component, by absolute value, of some vectors."""
    return max((abs(c) for vector in vectors for c in vector), default=0.0)


def _bloch_text(vector: Bloch) -> str:
    return f"({', '.join(component(c) for c in vector)})"


def _value(number: float, decimals: int = 9) -> str:
    """A number with at most so many decimals and no trailing zeros."""
    return f"{number:.{decimals}f}".rstrip("0").rstrip(".").replace("-", "−")


def _deficit(number: float) -> Markup:
    """A tiny number such as 1 - F: "0", or powers of ten."""
    if number == 0:
        return Markup("0")
    mantissa, exponent = f"{number:.1e}".split("e")
    return Markup("{}&nbsp;×&nbsp;10<sup>{}</sup>").format(
        mantissa.replace("-", "−"), str(int(exponent)).replace("-", "−")
    )


def _word(count: int) -> str:
    """Small numbers in words, as in a sentence."""
    words = _WORDS.split()
    return words[count] if 0 <= count < len(words) else f"{count}"


def _cleaned(value: object) -> object:
    """What a template prints, without characters that no page may hold; names come from users."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
