"""How far a batch is: a bar on a terminal, a line for each submission anywhere else."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

_SHOWN = 4


class Teller(Protocol):
    """Where a batch says how far it is."""

    def done(self, name: str, words: str, *, well: bool) -> None:
        """Tell that one more submission is done, and how it came out; `well` unless somebody has to look at it."""
        ...

    def running(self, names: Sequence[str]) -> None:
        """Tell which submissions are being graded now."""
        ...

    def say(self, text: str) -> None:
        """Say something beside it."""
        ...


@contextmanager
def shown(total: int) -> Generator[Teller]:
    """Show on standard error how many of `total` submissions are done."""
    console = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)
    if not console.is_terminal:
        yield _Lines(console, total)
        return
    columns = (
        BarColumn(bar_width=30), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("left"), TimeRemainingColumn(), TextColumn("{task.fields[more]}"),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Bar(console, progress, progress.add_task("", total=total, more=""))


class _Lines:
    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._done = 0

    def done(self, name: str, words: str, *, well: bool) -> None:
        self._done += 1
        mark = " " if well else "!"
        self._console.print(f"{mark} {self._done} of {self._total}  {name}  {words}", markup=False)

    def running(self, names: Sequence[str]) -> None:
        """Say nothing: lines tell what is over."""

    def say(self, text: str) -> None:
        self._console.print(text, markup=False)


class _Bar:
    def __init__(self, console: Console, progress: Progress, task: TaskID) -> None:
        self._console = console
        self._progress = progress
        self._task = task
        self._troubled = 0
        self._running: Sequence[str] = ()

    def done(self, name: str, words: str, *, well: bool) -> None:
        if not well:
            self._troubled += 1
            self._console.print(f"[yellow]{escape(name)}[/]  {escape(words)}")
        self._progress.update(self._task, advance=1, more=self._more())

    def running(self, names: Sequence[str]) -> None:
        self._running = names
        self._progress.update(self._task, more=self._more())

    def say(self, text: str) -> None:
        self._console.print(text, markup=False)

    def _more(self) -> str:
        others = len(self._running) - _SHOWN
        now = ", ".join(self._running[:_SHOWN]) + (f" and {others} more" if others > 0 else "")
        trouble = f"  [yellow]{self._troubled} to look at[/]" if self._troubled else ""
        return f"{escape(now)}{trouble}"
