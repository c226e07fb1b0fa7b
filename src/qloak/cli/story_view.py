"""The demo's story on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..demo.steps import Story

__all__ = ["progress_line", "show_story"]

_ROWS = 12
_MARKS = {"authorized": "can read", "partial": "reads a part", "uninformative": "learns nothing"}
_STYLES = {"authorized": "bold yellow", "partial": "bold magenta", "uninformative": "cyan"}


@contextmanager
def progress_line() -> Iterator[Callable[[str], None]]:
    """A line on stderr that says what is going on, where stderr is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("starting") as status:
        yield status.update


def show_story(story: Story, report: Path | None) -> None:
    """Print the story on stdout."""
    console = Console(highlight=False)
    n, stage = story.num_clones, "a vault in a temporary folder" if story.on_vault else "the library"
    stored = "one qubit" if story.num_stored == 1 else f"{story.num_stored} qubits"
    console.print(f"\n[bold]Encrypted cloning[/] on {stage}; qubits emulated exactly; seed {story.seed}\n")
    console.print(f"[bold]1  The state[/]   {stored}: {escape(story.source)}")
    console.print(f"   Bloch vector {_bloch(story.bloch_in)}")
    console.print(
        f"\n[bold]2  Put[/]         {n} clones on {n} providers, {n} key qubits at home, for each stored qubit; "
        f"{story.encrypt.qubits} qubits, {story.encrypt.two_qubit_gates} two-qubit gates"
    )
    _show_views(console, story)
    _show_coalitions(console, story)
    lost, disks = len(story.lose.lost), ", with their disks" if story.on_vault else ""
    console.print(
        f"\n[bold]5  Lose[/]        {lost} of {n} providers are gone{disks}; "
        f"only [bold]{escape(story.lose.survivor)}[/] is left"
    )
    redeem = story.redeem
    console.print(
        f"\n[bold]6  Redeem[/]      clone {redeem.clone} with the key ({story.method}): "
        f"state fidelity [bold green]{redeem.fidelity:.12f}[/]"
    )
    console.print(f"   Bloch vector {_bloch(redeem.bloch)}")
    if redeem.chsh is not None:
        console.print(f"   CHSH value with the kept half: {redeem.chsh:.6f} (at most 2 without entanglement)")
    refused, codes = story.refused, f"exit code {story.refused.exit_code}, HTTP {story.refused.http_status}"
    console.print(f"\n[bold]7  Again[/]       refused, {refused.code} ({codes}): {escape(refused.message)}")
    _show_missing_key(console, story)
    if report is not None:
        console.print(f"\nReport: {escape(str(report))}")
    console.print()


def _show_views(console: Console, story: Story) -> None:
    table = Table(
        title="3  What each provider sees, computed on the side",
        title_justify="left",
        title_style="bold",
        padding=(0, 2),
    )
    for column in ("provider", "holds", "Bloch vector", "alone it"):
        table.add_column(column)
    for view in story.views[:_ROWS]:
        style = _STYLES[view.access]
        table.add_row(escape(view.party), view.qubit, _bloch(view.bloch), f"[{style}]{_MARKS[view.access]}[/]")
    if len(story.views) > _ROWS:
        table.add_row("…", f"{len(story.views) - _ROWS} more", "", "")
    console.print()
    console.print(table)
    largest = max(abs(component) for view in story.views for vector in view.bloch for component in vector)
    console.print(f"   largest Bloch component at any provider: {largest:g}")


def _show_coalitions(console: Console, story: Story) -> None:
    table = Table(title="4  Who can read", title_justify="left", title_style="bold", padding=(0, 2))
    for column in ("who", "learns", "bits of 2"):
        table.add_column(column)
    for view in story.coalitions:
        style, learns = _STYLES[view.access], _MARKS[view.access]
        if view.access == "partial":
            learns += f": {', '.join(view.leaks)}"
        table.add_row(escape(view.label), f"[{style}]{learns}[/]", f"{view.information_bits:g}")
    console.print()
    console.print(table)
    if story.collusion is not None:
        means = ", ".join(f"{value:+.4f}" for value in story.collusion.means[:_ROWS])
        inputs = ", ".join(f"{value:+.4f}" for value in story.collusion.inputs[:_ROWS])
        console.print(
            f"   n is odd: all providers together measure {story.collusion.operator} and find {means}; "
            f"the state's <{story.collusion.component}> is {inputs}. Take an even number to hide it."
        )


def _show_missing_key(console: Console, story: Story) -> None:
    missing = story.missing_key
    verdict = "depends" if missing.depends_on_input else "does not depend"
    console.print(
        f"\n[bold]8  Damage[/]      the same with {missing.missing} missing, computed on the side: the rest is "
        f"{missing.access}; the output {verdict} on the state"
    )
    fidelity = "" if missing.fidelity is None else f", state fidelity {missing.fidelity:.4f}"
    console.print(f"   Bloch vector {_bloch(missing.bloch)}{fidelity}")


def _bloch(vectors: tuple[tuple[float, float, float], ...]) -> str:
    """Bloch vectors as text: the first few, without negative zeros."""
    texts = ["(" + ", ".join(f"{component + 0.0:+.4f}" for component in v) + ")" for v in vectors[:3]]
    return " ".join(texts) + (f" … {len(vectors)} qubits" if len(vectors) > 3 else "")
