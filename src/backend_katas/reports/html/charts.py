"""Charts that need neither script, style nor network: pygal draws, the page's own style sheet gives colours."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

import pygal  # pyright: ignore[reportMissingTypeStubs]
from markupsafe import Markup

from backend_katas.reports.html.figures import Bin

# pygal leaves a finder of its plugins behind that Python 3.11 warns of at each import, and later ones pass over.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != pygal.__name__]

_WIDTH, _HEIGHT = 460, 230
_LINES = 5  # at most so many horizontal ones
# pygal brings its own style sheet, a script with its settings, boxes for tooltips and descriptions for the script.
_LEFT_OUT = frozenset({"defs", "desc", "title"})


def histogram(bins: Sequence[Bin], *, below: str) -> Markup:
    """Return a bar for each range, with its number; what the ranges are of stands `below`."""
    numbers = [each.number for each in bins]
    chart: Any = pygal.Bar(  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        width=_WIDTH, height=_HEIGHT, js=[], css=[], show_legend=False, print_values=True, print_values_position="top",
        print_zeroes=False, x_title=below, y_title="submissions", margin=4, spacing=8, no_prefix=True,
        formatter=str, value_formatter=_whole,
    )  # fmt: skip
    chart.x_labels = [each.label for each in bins]
    chart.y_labels = list(_lines(max(numbers, default=0)))
    chart.add("submissions", numbers)
    return _plain(chart.render_tree())


def _whole(number: float) -> str:
    return f"{number:.0f}"


def _lines(most: int) -> Sequence[int]:
    """Return whole numbers from 0 to the greatest and beyond, for there are no half submissions."""
    steps = (width * 10**power for power in range(12) for width in (1, 2, 5))
    step = next(width for width in steps if _LINES * width >= most)
    return range(0, most + step, step)


def _plain(root: ET.Element) -> Markup:
    """Return a drawing of nothing but shapes and words: what the page's policy would refuse is not in there."""
    for parent in list(root.iter()):
        for child in list(parent):
            # A comment has a function for its tag, which no element has.
            name = str(child.tag).rpartition("}")[2]
            if callable(child.tag) or name in _LEFT_OUT or "tooltip-overlay" in child.get("class", ""):
                parent.remove(child)
    for element in root.iter():
        element.attrib.pop("style", None)
        element.attrib.pop("id", None)
    root.set("aria-hidden", "true")
    root.set("focusable", "false")
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704 -- of our own numbers and words alone
