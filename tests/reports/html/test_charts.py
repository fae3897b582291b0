"""Charts are shapes and words: no script, style, network or number that changes from day to day."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from backend_katas.reports.html.charts import histogram
from backend_katas.reports.html.figures import Bin

_SVG = "{http://www.w3.org/2000/svg}"
_BINS = [Bin(label="0-9", number=2), Bin(label="10-19", number=0), Bin(label="20-29", number=7)]


def test_there_is_a_bar_for_each_range():
    """As high as there are submissions in it, with its number, and with its label below."""
    root = ET.fromstring(histogram(_BINS, below="marks"))
    heights = [float(each.get("height")) for each in root.iter(f"{_SVG}rect") if "rect" in each.get("class").split()]
    words = {each.text for each in root.iter(f"{_SVG}text")}

    assert heights[0] / heights[2] == pytest.approx(2 / 7, abs=0.01)
    assert heights[1] == 0
    assert {"0-9", "10-19", "20-29", "2", "7", "marks"} <= words


def test_nothing_is_left_that_a_page_would_refuse():
    """The library would bring a script, a style sheet and a comment with today's date."""
    drawn = histogram(_BINS, below="marks")
    tags = {each.tag.removeprefix(_SVG) for each in ET.fromstring(drawn).iter()}

    assert tags <= {"svg", "g", "rect", "path", "text"}
    assert "style=" not in drawn
    assert "<!--" not in drawn
    assert "href" not in drawn
    assert drawn == histogram(_BINS, below="marks")


@pytest.mark.parametrize("numbers", [[], [0], [1], [123_456]])
def test_any_class_can_be_drawn(numbers):
    """Nobody, one, and very many; lines are at whole numbers."""
    root = ET.fromstring(histogram([Bin(label="0", number=number) for number in numbers], below="s"))
    words = [each.text for each in root.iter(f"{_SVG}text") if (each.text or "")[:1].isdigit()]

    assert all(word.isdecimal() for word in words), words
