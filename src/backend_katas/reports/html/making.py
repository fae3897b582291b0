"""The page itself: templates filled with the figures of a class."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from backend_katas.exchange import inert, readable
from backend_katas.model import Level, Result
from backend_katas.reports.html.charts import histogram
from backend_katas.reports.html.figures import figures
from backend_katas.reports.html.groups import Group, Groups, heading
from backend_katas.reports.html.items import FEW, Items
from backend_katas.reports.html.lines import Line, Pair
from backend_katas.reports.html.rows import UNMARKED, Row, row_of, shade
from backend_katas.reports.html.stories import MESSAGE, ROOM, Story, Tale, story_of, tale_of

_PACKAGE = "backend_katas.reports.html"
_GROUPS = 100  # mistakes that are told; those of fewest learners are left out
_FIRST = 12  # of them that are seen at once
_TEXT = 8_000  # characters of anything
_NAME = 120  # characters of a name
_LINK = 400  # characters of a path


@dataclass(slots=True, kw_only=True)
class _Class:
    """All that is counted in a first reading of a class."""

    rows: list[Row] = field(default_factory=list[Row])
    levels: dict[str, Level] = field(default_factory=dict[str, Level])
    items: Items = field(default_factory=Items)
    groups: Groups = field(default_factory=Groups)
    facts: dict[str, dict[str, None]] = field(default_factory=dict[str, dict[str, None]])
    times: list[str] = field(default_factory=list[str])

    def take(self, number: int, line: Line) -> None:
        row = row_of(number, line)
        self.rows.append(row)
        if line.result:
            self._count(row, line.result)

    def _count(self, row: Row, result: Result) -> None:
        for level in result.levels:
            self.levels.setdefault(level.id, level)
        self.items.take(result)
        self.groups.take(row.number, result)
        self.times.append(result.started_at)
        pack = f"{result.pack.get('name', '')} {result.pack.get('version', '')}".strip()
        facts = {"called": result.kata, "kata": f"{result.kata} ({pack})", "isolation": result.isolation}
        for name, value in facts.items():
            self.facts.setdefault(name, {})[value] = None
        self.facts.setdefault("seed", {})[str(result.seed)] = None


def made(lines: Iterable[Line], *, title: str, pairs: Sequence[Pair]) -> Iterator[str]:
    """Give the page bit by bit."""
    found = _Class()
    for number, line in enumerate(lines):
        found.take(number, line)
    counted = figures(found.rows)
    groups = found.groups.ordered()
    examples = _examples(lines, groups[:_GROUPS])
    yield from _template().generate(
        title=title or ", ".join(found.facts.get("called", {"nobody": None})),
        rows=found.rows,
        levels=list(found.levels.values()),
        figures=counted,
        facts={name: list(values) for name, values in found.facts.items()},
        times=(min(found.times), max(found.times)) if found.times else (),
        unmarked=[row for row in found.rows if row.kind in UNMARKED],
        mark_chart=histogram(counted.mark_bins, below="marks in per cent"),
        time_chart=histogram(counted.time_bins, below="seconds for a grade"),
        groups=[(group, examples.get(group.members[0], {}).get(group.check)) for group in groups[:_GROUPS]],
        left_out=groups[_GROUPS:],
        first=_FIRST,
        items=found.items.all(),
        judged=found.items.submissions,
        few=FEW,
        pairs=sorted(pairs, key=lambda pair: (-pair.share, pair.one, pair.other)),
        tales=_tales(lines, found.rows),
        **_inline(),
    )


def _examples(lines: Iterable[Line], groups: Sequence[Group]) -> dict[int, dict[str, Story]]:
    """Return the stories of the groups' first members, by the number of the row and the id of the check."""
    wanted = {(group.members[0], group.check) for group in groups}
    of_rows = {number for number, _ in wanted}
    return {
        number: {check.id: story_of(check) for check in line.result.checks if (number, check.id) in wanted}
        for number, line in enumerate(lines)
        if number in of_rows and line.result
    }


def _tales(lines: Iterable[Line], rows: Sequence[Row]) -> Iterator[Tale]:
    room = ROOM // max(len(rows), 1)
    for row, line in zip(rows, lines, strict=True):
        if line.result:
            yield tale_of(row, line.result, room=room)


def _template() -> Any:
    environment = Environment(
        loader=PackageLoader(_PACKAGE, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    filters: dict[str, Any] = {"name": _name, "brief": _brief, "figure": _figure, "shade": shade, "link": _link}
    filters["heading"] = heading
    environment.filters.update(filters)
    return environment.get_template("page.html.jinja")


def _harmless(value: object) -> object:
    """Make whatever a template shows harmless: escaping, which comes after this, knows nothing of how text is read."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    plain = value.replace("\n", "").replace("\t", "")
    return inert(value if plain.isprintable() and len(value) <= _TEXT else readable(value, limit=_TEXT))


def _name(text: str) -> str:
    return readable(text, limit=_NAME, keep="")


def _brief(text: str) -> str:
    return readable(text, limit=MESSAGE)


def _figure(number: float, digits: int = 1) -> str:
    """Write a number without noughts at its end."""
    text = f"{number:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _link(path: str) -> str:
    """Return a path below the page as a reference that cannot be anything else."""
    return f"./{quote(path[:_LINK], errors='replace')}"


def _inline() -> dict[str, Any]:
    """Return style sheet and script, and the policy that allows these two and nothing else (CSP 3, section 2.3.1)."""
    style, script = (files(_PACKAGE).joinpath(name).read_text("utf-8") for name in ("page.css", "page.js"))
    allowed = f"style-src '{_digest(style)}'; script-src '{_digest(script)}'; img-src data:"
    policy = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    # Both are files of ours.
    return {"style": Markup(style), "script": Markup(script), "policy": policy}  # noqa: S704


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
