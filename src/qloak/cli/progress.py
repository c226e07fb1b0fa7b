"""Signs of life on stderr, where that is a terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["counting", "reporting"]

_PATIENCE_SECONDS = 2.0


@contextmanager
def counting(description: str) -> Iterator[Callable[[int, int], None] | None]:
    """What to tell how much is done, of how much; the bar shows on stderr after two seconds.

    None where stderr is no terminal.
    """
    if not sys.stderr.isatty():
        yield None  # and a tenth of a second is saved on imports
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    number = bar.add_task(description, total=None)
    # Not at the first report: the first task alone may take minutes.
    timer = threading.Timer(_PATIENCE_SECONDS, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda done, total: bar.update(number, completed=done, total=total)
    finally:
        timer.cancel()
        timer.join()
        bar.stop()


@contextmanager
def reporting(description: str) -> Iterator[Callable[[str], None]]:
    """What to tell what is being done, for work that cannot be counted: one line that changes."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status(description) as status:
        yield lambda text: status.update(f"{description}: {text}")
