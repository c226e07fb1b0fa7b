"""`qloak demo`: the main job, told step by step."""

from __future__ import annotations

import math
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import StateError, UsageError, shorten
from .files import about, read_bytes
from .options import JsonOption, MethodOption, whole_number
from .output import print_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from ..demo.story import StoryOptions
    from ..simulators import Register

__all__ = ["demo"]

_MAX_QASM_BYTES = 262_144


def demo(
    *,
    clones: Annotated[
        str, typer.Option("--clones", metavar="N", help="Number of encrypted clones and providers, at least 2.")
    ] = "6",
    bloch: Annotated[
        str | None, typer.Option("--bloch", metavar="THETA,PHI", help="A qubit by its Bloch angles in radians.")
    ] = None,
    qasm: Annotated[
        Path | None,
        typer.Option("--qasm", metavar="FILE", help="A register that an OpenQASM file prepares from |0…0>."),
    ] = None,
    statevector: Annotated[
        Path | None,
        typer.Option("--statevector", metavar="FILE", help="A register from the amplitudes in a .npy file."),
    ] = None,
    bell: Annotated[
        bool, typer.Option("--bell", help="Store one half of a Bell pair and keep the other; CHSH at the end.")
    ] = False,
    seed: Annotated[
        str | None, typer.Option("--seed", metavar="SEED", help="Seed of the random state and of all outcomes.")
    ] = None,
    providers: Annotated[
        str | None, typer.Option("--providers", metavar="NAMES", help="Names of the N providers, separated by commas.")
    ] = None,
    survivor: Annotated[
        str | None, typer.Option("--survivor", metavar="NAME", help="The provider that is not lost.")
    ] = None,
    method: MethodOption = "unitary",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write a self-contained HTML report into this folder.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Store a state on several providers, lose all but one, get it back once.

    Takes a qubit (a random one by default) or a register, puts it on a vault of its own with a provider for each
    clone, shows what each provider sees, destroys all providers but one, redeems from the survivor, is refused a
    second time, and shows that recovery fails with a key qubit missing. Every figure is computed from an emulated
    state. The vault is in a temporary folder, and nothing of it is left; for more than 16 clones the story is
    played on the library.
    """
    import secrets

    import numpy as np

    from ..circuits import Method
    from ..core.cloning import check_num_clones
    from ..demo.story import StoryOptions, tell
    from .story_view import progress_line, show_story

    num_clones = whole_number("--clones", clones)
    check_num_clones(num_clones, argument="--clones")
    if method not in tuple(Method):
        raise UsageError.of("--method", method, f"one of {', '.join(Method)}")
    number = secrets.randbelow(2**32) if seed is None else whole_number("--seed", seed)
    if number < 0:
        raise UsageError.of("--seed", number, "a whole number of at least 0")
    given = {"--bloch": bloch, "--qasm": qasm, "--statevector": statevector, "--bell": bell or None}
    chosen = [name for name, value in given.items() if value is not None]
    if len(chosen) > 1:
        raise UsageError(f"{chosen[0]}: got {' and '.join(chosen)} together, expected one source of the state.")
    register, source = _register(bloch, qasm, statevector, bell=bell, rng=np.random.default_rng(number))
    options = StoryOptions(
        num_clones=num_clones,
        providers=() if providers is None else _names(providers),
        survivor=survivor,
        method=Method(method),
        num_kept=1 if bell else 0,
        seed=number,
    )
    with progress_line() as progress:
        story = tell(register, options, source=source, progress=progress)
        report = None
        if out is not None:
            from ..demo.report import write_report

            progress("writing the report")
            inputs = {"--bloch": bloch, "--qasm": qasm, "--statevector": statevector}
            report = write_report(story, out, command=_command(options, inputs, bell=bell))
    if json:
        print_json(story.to_json() | ({"report": str(report)} if report else {}))
        return
    show_story(story, report)


def _command(options: StoryOptions, inputs: Mapping[str, object], *, bell: bool) -> str:
    """The command line that tells the same story again."""
    words = ["qloak", "demo", "--clones", str(options.num_clones), "--seed", str(options.seed)]
    for name, value in inputs.items():
        words += [] if value is None else [name, str(value)]
    words += ["--bell"] if bell else []
    words += ["--providers", ",".join(options.providers)] if options.providers else []
    words += [] if options.survivor is None else ["--survivor", options.survivor]
    words += ["--method", str(options.method)] if options.method != "unitary" else []
    return shlex.join(words)


def _register(
    bloch: str | None, qasm: Path | None, statevector: Path | None, *, bell: bool, rng: np.random.Generator
) -> tuple[Register, str]:
    """The state to store, and where it came from in words."""
    from ..simulators import Register

    if bloch is not None:
        return Register.bloch(*_angles(bloch)), f"Bloch angles {bloch} (theta, phi in radians)"
    if qasm is not None:
        from ..circuits.formats import read_program

        data = read_bytes("--qasm", qasm, max_bytes=_MAX_QASM_BYTES)
        with about(f"--qasm {shorten(str(qasm))}"):
            return Register.from_program(read_program(data)), f"OpenQASM file {qasm.name}"
    if statevector is not None:
        from ..simulators.state_file import load_statevector

        with about("--statevector"):
            return Register.dense(load_statevector(statevector)), f"amplitudes from {statevector.name}"
    if bell:
        import stim

        return Register.stabilizer(stim.Circuit("H 0\nCX 0 1")), "one half of a Bell pair; the other half is kept"
    return Register.random(1, rng), "a random qubit"


def _names(text: str) -> tuple[str, ...]:
    """The names of --providers."""
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if not name or not name.isprintable():
            raise UsageError.of("--providers", name, "names of printable characters, separated by commas")
    return names


def _angles(text: str) -> tuple[float, float]:
    """The two angles of --bloch."""
    try:
        theta, phi = (float(part) for part in text.split(","))
    except ValueError:
        raise StateError.of("--bloch", text, "two angles in radians, such as 1.05,0.5") from None
    if not (math.isfinite(theta) and math.isfinite(phi)):
        raise StateError.of("--bloch", text, "two finite angles in radians")
    return theta, phi
