"""Reports of a class, in files whose names any system takes, and no two submissions share."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote

import pytest

from backend_katas.batch.grading import Order, grade_class
from backend_katas.batch.writing import file_name
from backend_katas.runner import OPEN


@pytest.mark.parametrize("name", ["ann", "Ann Doe (2)", "a.b+c@d_e-f"])
def test_a_plain_name_stays(name):
    """Teachers look for it."""
    assert file_name(name) == name


@pytest.mark.parametrize("name", ["a/b", "..", ".", "a\nb", "Zoë", "x" * 300, " ", "con\x1b[2J", "a\udcff"])
def test_any_other_is_made_plain(name):
    """With a few letters that tell it from others."""
    found = file_name(name)

    assert found.isascii()
    assert found.isprintable()
    assert "/" not in found
    assert not found.startswith((".", " "))
    assert len(found) < 120


def test_names_stay_different():
    """Also those that look alike when they are made plain."""
    names = [file_name("Zoë"), "Zoë", "Zoé", "Zo_", "a/b", "a:b", "x" * 101, "x" * 102]

    assert len({file_name(name) for name in names}) == len(names)


def test_the_page_has_all_of_a_class(classroom, mini, tmp_path):
    """Who was graded with the mark and the file that has all of it, who was not with the reason, and who is alike."""
    place, out = classroom(ann=None, **{"Zoë D": "raise SystemExit(3)\n"}), tmp_path / "out"
    (place / "bob").mkdir()
    out.mkdir()
    pair = {"one": "ann", "other": "Zoë D", "share": 0.75, "lines": 12, "files": [{"one": "server.py"}]}
    (out / "similar.json").write_text(json.dumps({"schema": 1, "pairs": [pair]}))

    grade_class(Order(place=place, kata="greeter", out=out, isolation=OPEN), [mini], tell=pytest.fail)

    text = (out / "index.html").read_text("utf-8")
    links = {unquote(link) for link in re.findall(r'href="\./([^"]+)"', text)}
    assert "<title>greeter: marks</title>" in text
    assert re.search(r"ann</a></th><td><span class=\"kind passed\">passed</span></td><td [^>]*>100</td>", text)
    assert "the program did not start" in text
    assert re.search(
        r"bob</th><td><span class=\"kind not-graded\">not graded</span></td><td [^>]*>[^<]*kata\.yaml", text
    )
    assert len(links) == 2
    assert all((out / link).is_file() for link in links)
    assert re.search(r">ann</th><td class=\"who\">Zoë D</td><td [^>]*>75 %</td>", text)
    assert not list(out.glob("*.part"))
