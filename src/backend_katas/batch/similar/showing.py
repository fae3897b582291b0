"""What a comparison has found as a person reads it at a terminal: the pairs, and two submissions side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

import click
from rich.cells import set_cell_size

from backend_katas.batch.similar.comparison import LEAST_OWN, Passage
from backend_katas.batch.similar.document import shown_files, shown_name
from backend_katas.batch.similar.finding import Likeness, Similar, Two
from backend_katas.exchange import inert, readable

LEAD = "a lead for a person, never a verdict: look at both (`--pair`), and ask before you judge"
_TOLD = 20  # submissions that could not be compared
_NAME = 40  # characters
_PASSAGES = 30
_LINES = 60  # of one passage
_NARROWEST = 30  # cells of a column
_MUCH = 0.5


def table(found: Similar) -> str:
    """Return the pairs, most alike first, and what has to be known about them."""
    rows = [("share", "of", "in", "tokens", "lines", "files"), *(_row(likeness) for likeness in found.pairs)]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = [_aligned(row, widths) for row in rows] if found.pairs else []
    return "\n".join([*lines, *([""] if lines else []), *_troubles(found), *_end(found), ""])


def side_by_side(two: Two, *, width: int) -> str:
    """Return the passages that two submissions share, the longest first, in two columns with line numbers."""
    likeness, share = two.likeness, two.likeness.share
    names = shown_name(share.one), shown_name(share.other)
    head = f"{_percent(share.portion)} of `{names[0]}` is found in `{names[1]}`: {share.tokens} of {share.own} tokens"
    lines = [click.style(head, bold=True)]
    for passage in likeness.passages[:_PASSAGES]:
        lines += ["", *_passage(passage, two, max((width - 3) // 2, _NARROWEST))]
    if (more := len(likeness.passages) - _PASSAGES) > 0:
        lines += ["", f"and {more} more, all of them shorter"]
    if share.own < LEAST_OWN:
        lines += ["", f"fewer than {LEAST_OWN} tokens of its own say nothing; `--common 100` counts what most have too"]
    return "\n".join([*lines, "", LEAD])


def _row(likeness: Likeness) -> tuple[str, ...]:
    share = likeness.share
    names = _cut(shown_name(share.one)), _cut(shown_name(share.other))
    return (_percent(share.portion), *names, str(share.tokens), str(share.lines), shown_files(likeness))


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        text.ljust(width) if column in {1, 2} else text.rjust(width)
        for column, (text, width) in enumerate(zip(row, widths, strict=False))
    ]
    return "  ".join([*cells, row[-1]]).rstrip()


def _troubles(found: Similar) -> Iterator[str]:
    troubled = [member for member in found.members if member.problem]
    for member in troubled[:_TOLD]:
        yield f"{click.style('not compared', fg='yellow', bold=True)}: {shown_name(member.name)}: {member.problem}"
    if (more := len(troubled) - _TOLD) > 0:
        yield f"{click.style('not compared', fg='yellow', bold=True)}: and {more} more, see `--format json`"


def _end(found: Similar) -> Iterator[str]:
    number, total = len(found.compared), len(found.members)
    possible = number * (number - 1) // 2
    yield click.style(
        f"{number} of {total} submissions compared; {len(found.pairs)} of {possible} pairs share {found.least} % or"
        " more of the shorter one's own code",
        bold=True,
    )
    common, tokens = (sum(getattr(member, name) for member in found.members) for name in ("common", "tokens"))
    much = common > _MUCH * tokens
    if common:
        yield (
            f"not counted: starters, and what more than {found.common} % of the class have, {_percent(common / tokens)}"
            f" of all code{'; that is most of it, so have another look with' if much else ';'} `--common 100`"
            f"{'' if much else ' counts that'}"
        )
    if found.pairs:
        yield LEAD


def _passage(passage: Passage, two: Two, width: int) -> Iterator[str]:
    sides = (
        (two.one.texts, passage.one, passage.one_lines),
        (two.other.texts, passage.other, passage.other_lines),
    )
    heads = [f"{_line(name)}:{first}-{last}" for _, name, (first, last) in sides]
    yield f"{click.style(heads[0], fg='cyan')} ~ {click.style(heads[1], fg='cyan')}  {passage.tokens} tokens"
    left, right = (
        [_numbered(texts[name], at) for at in range(first, last + 1)] for texts, name, (first, last) in sides
    )
    for row in list(zip_longest(left, right, fillvalue=""))[:_LINES]:
        yield inert(" | ".join(set_cell_size(text, width) for text in row).rstrip())
    if (more := max(len(left), len(right)) - _LINES) > 0:
        yield f"… and {more} more lines"


def _numbered(lines: Sequence[str], number: int) -> str:
    return f"{number:>5}  {_line(lines[number - 1].expandtabs(4))}"


def _line(text: str) -> str:
    return readable(text, limit=300, keep="")


def _percent(portion: float) -> str:
    """Return whole percents, rounded down, so that only what is whole is called 100 %."""
    return f"{int(100 * portion + 1e-9)} %"


def _cut(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"
