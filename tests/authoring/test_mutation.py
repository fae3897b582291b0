"""Faults are one line each, always the same ones, and never where no program looks."""

from __future__ import annotations

import sys

import pytest

from backend_katas.authoring.alteration import Alteration
from backend_katas.authoring.mutation import alterations
from backend_katas.errors import ExitCode, KatasError

ALL = 10_000
SILENT = '''"""A module of 3 lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["a"][0:]

if TYPE_CHECKING:
    import json

counts: dict[str, int | None] = {}


def twice(number: int | str) -> int | str:
    """Return it 2 times."""
    return number
'''


@pytest.fixture
def made(tmp_path):
    """Write modules by their names, and make faults in them: all there are, or the first so many."""

    def call(number: int = ALL, **modules: str) -> list[Alteration]:
        for name, source in modules.items():
            (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
        return alterations(tmp_path, seed="kata", number=number)

    return call


def _changes(found: list[Alteration]) -> list[tuple[str, str]]:
    return sorted((alteration.before, alteration.after) for alteration in found)


def test_a_fault_is_a_line_of_the_file(made):
    """The place, the line before and after, and the whole file with it."""
    found = made(app="first = True\nsecond = é('é') or  True\n")

    assert _changes(found) == [
        ("first = True", "first = False"),
        ("second = é('é') or  True", "second = é('é') and  True"),
        ("second = é('é') or  True", "second = é('é') or  False"),
    ]
    assert {(each.file, each.line, each.text) for each in found if each.before.startswith("first")} == {
        ("app.py", 1, "first = False\nsecond = é('é') or  True\n")
    }
    assert len({each.name for each in found}) == 3


def test_the_same_are_drawn_each_time_and_more_begin_with_them(made):
    """What has been explained stays explained when somebody asks for more."""
    source = "def add(a, b, c):\n    return a + b - c if a < b else 7\n"
    few = made(5, app=source)

    assert few == made(5) == made(9)[:5]
    assert len(made(9)) == 9


def test_another_file_leaves_the_order_as_it_is(made):
    """A module that is added draws for itself."""
    before = made(app="x = 1 < 2\n")
    after = made(other="y = 3 > 4\n")

    assert [each for each in after if each.file == "app.py"] == before


def test_every_place_has_its_turn_before_any_has_a_second(made):
    """Eleven faults can be made of a `+`, one of a `True`."""
    found = made(3, app="a = b + c\nd = True\ne = f - g\n")

    assert sorted(each.line for each in found) == [1, 2, 3]


def test_nothing_is_changed_where_no_program_looks(made):
    """Imports, annotations, `__all__`, docstrings."""
    assert made(app=SILENT) == []


def test_what_compiles_to_the_same_or_not_at_all_is_left_out(made):
    """Code that is never reached, and a star that is no product."""
    changes = _changes(made(app="if 0: x = 7\n\n\ndef f(*, a): ...\n"))

    assert [after for _, after in changes] == ["if -1: x = 7", "if 1: x = 7", "if not 0: x = 7"]


@pytest.mark.parametrize(
    ("source", "change"),
    [
        ("call(\n    # so many\n    5,\n)\n", ("5,", "6,")),
        ("\n\n# why\n@cached\ndef f(): ...\n", ("@cached", "")),
        ("class A:\n    x = b\n\n    @property\n    def f(self): ...\n", ("@property", "")),
        ("if not a: b()\n", ("if not a: b()", "if a: b()")),
        ("a = (b\n     and c)\n", ("and c)", "or c)")),
        ("try: a()\nexcept (\n    b.B,\n    C,\n): pass\n", ("C,", "CosmicRayTestingException,")),
    ],
)
def test_a_fault_leaves_the_lines_around_it_alone(made, source, change):
    """Blanks, margins and comments stay as they are, so the difference is the fault."""
    found = {(each.before, each.after): each for each in made(app=source)}

    assert change in found
    before, after = source.splitlines(), found[change].text.splitlines()
    line = found[change].line
    assert (before[: line - 1], before[line:]) == (after[: line - 1], after[line if change[1] else line - 1 :])


def test_what_tools_have_made_is_left_out(made, tmp_path):
    """A virtual environment has modules too, and so has a program in another language none."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "site.py").write_text("x = 1\n")
    (tmp_path / "server.js").write_text("x = 1\n")

    assert made() == []


def test_without_the_library_it_is_said_how_to_get_it(made, monkeypatch):
    """In one line, and nothing else needs it."""
    monkeypatch.setitem(sys.modules, "cosmic_ray.plugins", None)

    with pytest.raises(KatasError, match="`--mutate` needs cosmic-ray") as caught:
        made(app="x = 1\n")

    assert caught.value.hint == "pip install 'backend-katas[mutate]'"
    assert caught.value.exit_code is ExitCode.USAGE
