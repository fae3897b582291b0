"""`--kata-checks`: writes down which checks a kata has, complete or not, and lets none of them run."""

from __future__ import annotations

import traceback
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from backend_katas.inventory import Entry, Flaw, Inventory
from backend_katas.plugin.selection import clause_of, level_of, points_of, sentences_of
from backend_katas.plugin.session import KataSession


class Stocktaking:
    """Stands where the selection, the judge and the recorder of a run stand."""

    def __init__(self, session: KataSession, path: Path) -> None:
        self._graders = session.kata.graders
        self._order = {level.id: place for place, level in enumerate(session.kata.levels)}
        self._path = path
        self._flaws: list[Flaw] = []

    @contextmanager
    def noting(self, file: Path) -> Generator[None]:
        """Note what goes wrong while a module of the grader is imported, and go on."""
        try:
            yield
        except Exception as problem:  # noqa: BLE001 - whatever importing it raises is a mistake in it
            self._flaws.append(_flaw(file, problem))

    def pytest_exception_interact(self, node: Any, call: Any, report: Any) -> None:
        """Note what hinders a module from being collected."""
        if isinstance(report, pytest.CollectReport):
            self._flaws.append(_flaw(Path(node.path), call.excinfo.value))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Write the inventory down."""
        entries = [_entry(item) for item in session.items if item.path.is_relative_to(self._graders)]
        entries.sort(key=lambda entry: self._order.get(entry.level, len(self._order)))
        inventory = Inventory(entries=tuple(entries), flaws=tuple(self._flaws))
        self._path.write_text(inventory.to_json(), encoding="utf-8")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> bool:
        """Run nothing."""
        return True


def _entry(item: pytest.Item) -> Entry:
    title, _ = sentences_of(item)
    return Entry(
        id=item.nodeid,
        level=level_of(item),
        points=points_of(item),
        clause=clause_of(item),
        title=title,
        file=item.path,
        line=(item.location[1] or 0) + 1,
    )


def _flaw(file: Path, problem: BaseException) -> Flaw:
    """Say in a line where a module breaks: at its own last line on the way to the exception, or at the syntax error."""
    # pytest wraps what an import raises into an error of its own, made from the text of the traceback.
    cause = problem.__cause__ if isinstance(problem, pytest.Collector.CollectError) and problem.__cause__ else problem
    if isinstance(cause, SyntaxError) and cause.filename:
        return Flaw(file=Path(cause.filename), line=cause.lineno or 0, problem=f"syntax error: {cause.msg}")
    frames = [frame for frame in traceback.extract_tb(cause.__traceback__) if Path(frame.filename) == file]
    told = traceback.format_exception_only(cause)[-1].strip()
    return Flaw(file=file, line=(frames[-1].lineno or 0) if frames else 0, problem=f"cannot be collected: {told}")
