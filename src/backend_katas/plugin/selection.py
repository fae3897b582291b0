"""Which checks a run has, in what order, and the proof that none is missing."""

from __future__ import annotations

import inspect
from collections.abc import Iterable

import pytest

from backend_katas.model import Level
from backend_katas.plugin import SESSION
from backend_katas.plugin.session import KataSession
from backend_katas.variants import filled


def level_of(item: pytest.Item) -> str:
    """Return the id of the level whose grader module the check lies in."""
    return item.path.stem.removeprefix("test_").replace("_", "-")


def points_of(item: pytest.Item) -> int:
    """Return the points of a check; 0 for a test that is not marked as one."""
    mark = item.get_closest_marker("points")
    return int(mark.args[0]) if mark else 0


def clause_of(item: pytest.Item) -> str:
    """Return the rule of BRIEF.md that a check names, or an empty text."""
    mark = item.get_closest_marker("points")
    return str(mark.kwargs.get("clause", "")) if mark else ""


def is_chancy(item: pytest.Item) -> bool:
    """Return whether a check depends on the clock or on who comes first."""
    return item.get_closest_marker("chancy") is not None


def sentences_of(item: pytest.Item) -> tuple[str, str]:
    """Split a check's docstring, as the variant has it, into the behaviour (its first line) and why it matters."""
    text = inspect.getdoc(getattr(item, "function", None)) or ""
    head, _, rest = filled(text, item.config.stash[SESSION].kata.variant.values).partition("\n")
    return head.strip().rstrip("."), " ".join(rest.split())


class Selection:
    """Refuses an incomplete collection, then puts levels in order and keeps the chosen ones."""

    def __init__(self, session: KataSession) -> None:
        self._kata = session.kata
        self._chosen = session.levels
        self._checks = session.checks

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Runs before `-k` and the like take checks away, so that a missing check is told from a deselected one."""
        ours = [item for item in items if item.path.is_relative_to(self._kata.graders)]
        self._refuse_missing(ours)
        order = [level.id for level in self._kata.levels]
        kept = [item for item in ours if not self._chosen or level_of(item) in self._chosen]
        kept = [item for item in kept if not self._checks or item.nodeid in self._checks]
        kept.sort(key=lambda item: order.index(level_of(item)))
        if dropped := [item for item in ours if item not in kept]:
            config.hook.pytest_deselected(items=dropped)
        items[:] = [*kept, *(item for item in items if item not in ours)]

    def _refuse_missing(self, items: Iterable[pytest.Item]) -> None:
        found: dict[str, int] = {}
        for item in items:
            found[level_of(item)] = found.get(level_of(item), 0) + points_of(item)
        if wrong := [level for level in self._kata.levels if found.get(level.id, 0) != level.points]:
            raise pytest.UsageError(self._explain(wrong, found))

    def _explain(self, wrong: Iterable[Level], found: dict[str, int]) -> str:
        listed = ", ".join(f"{level.id} has {found.get(level.id, 0)} of {level.points} points" for level in wrong)
        return (
            f"not all checks of `{self._kata.id}` were collected: {listed}\n"
            "hint: a pytest setting of this folder may hide them (`python_files`, `python_functions`); "
            "`pytest --kata -c /dev/null --rootdir=.` runs without it, `katas grade .` always does"
        )
