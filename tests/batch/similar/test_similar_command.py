"""`katas similar`: a table, files, two side by side, and one clear message for each mistake."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from backend_katas.batch.similar.pairs import pairs_in
from backend_katas.cli import katas
from backend_katas.console import run

KATA = ("--kata", "contact-book")


@pytest.fixture
def similar(capsys, handed_in):
    """Run `katas similar` over the class; return its exit code, what it printed and what it said on the side."""

    def call(*arguments: object) -> tuple[int, str, str]:
        code = run(katas, ["similar", str(handed_in), *KATA, *map(str, arguments)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


@pytest.fixture
def a_copy(written, program):
    """Two of one program, and one of their own."""
    written("ada", **{"work.py": program(1), "more.py": program(4, functions=2)})
    written("bob", **{"src__job.py": program(1)})
    written("cem", **{"work.py": program(2)})


def test_a_table_of_pairs(a_copy, similar):
    """Who, how much, where, and that it is no verdict."""
    code, out, _ = similar()

    row = next(line for line in out.splitlines() if "bob" in line)
    assert code == 0
    assert row.split()[:4] == ["100", "%", "bob", "ada"]
    assert row.endswith("src/job.py ~ work.py")
    assert "3 of 3 submissions compared; 1 of 3 pairs share 20 % or more" in out
    assert "a lead for a person, never a verdict" in out


def test_nothing_in_common_is_said(written, program, similar):
    """Without a table."""
    written("ada", **{"work.py": program(1)})
    written("bob", **{"work.py": program(2)})

    code, out, _ = similar()

    assert code == 0
    assert "0 of 1 pairs" in out
    assert "share  of" not in out


def test_files_beside_the_marks(a_copy, similar, tmp_path):
    """A table for a spreadsheet, a document for programs, and what the page of the class takes from it."""
    out = tmp_path / "marks"

    code, _, err = similar("--out", out)

    document = json.loads((out / "similar.json").read_text())
    (pair,) = document["pairs"]
    assert code == 0
    assert str(out / "similar.csv") in err
    assert (out / "similar.csv").read_text().splitlines()[1].startswith("bob,ada,100.0,")
    assert (pair["one"], pair["other"], pair["share"]) == ("bob", "ada", 1.0)
    assert pair["files"][0]["one"] == "src/job.py"
    assert [member["name"] for member in document["submissions"]] == ["ada", "bob", "cem"]
    assert [(found.one, found.other, found.share) for found in pairs_in(out)] == [("bob", "ada", 1.0)]
    assert "src/job.py" in pairs_in(out)[0].note


@pytest.mark.parametrize("content", ["", "[]", '{"schema": 2}', '{"schema": 1, "pairs": [{}]}', "[" * 100_000])
def test_a_file_that_is_not_ours_gives_no_pairs(content, tmp_path):
    """The page of a class does without."""
    (tmp_path / "similar.json").write_text(content)

    assert pairs_in(tmp_path) == ()
    assert pairs_in(tmp_path / "nowhere") == ()


def test_two_side_by_side(a_copy, similar):
    """Both passages with the numbers of their lines."""
    code, out, _ = similar("--pair", "ada", "bob")

    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith("100 % of `bob` is found in `ada`")
    assert any(line.startswith("src/job.py:1-") and "~ work.py:1-" in line for line in lines)
    assert any(line.count("    1  def step_0(p, s):") == 2 for line in lines)


@pytest.mark.parametrize("form", ["text", "csv", "json"])
def test_hostile_names_and_code_are_inert(form, handed_in, written, program, similar):
    """No name moves the cursor, reorders text, is a formula or a command of a log."""
    code = program(1)
    written("=cmd()\x1b[2J\u202e", **{"\x1b]0;x\x07.py": code})
    written("::error::bob", **{"a.py": code})

    _, out, err = similar("--format", form)

    assert not {"\x1b", "\u202e", "\x07"} & set(out + err)
    assert "\n::error" not in out + err
    if form == "csv":
        assert ",=cmd" not in out
        assert "\n=cmd" not in out


def test_hostile_code_is_inert_side_by_side(written, program, similar):
    """As it is shown, so it is harmless."""
    code = f'x = """\x1b[2J\u202e\n::error::"""\n{program(1)}'
    written("ada", **{"a.py": code})
    written("bob", **{"a.py": code})

    _, out, _ = similar("--pair", "ada", "bob")

    assert not {"\x1b", "\u202e"} & set(out)
    assert "\\u202e" in out


def test_a_class_of_one_mind_is_told(written, program, similar):
    """Where most code is everybody's, somebody should know that nothing of it was counted."""
    for number in range(11):
        written(f"s{number}", **{"a.py": program(0)})

    _, out, _ = similar()
    _, two, _ = similar("--pair", "s1", "s2")

    assert "0 of 11 submissions compared" in out
    assert "100 % of all code; that is most of it, so have another look with `--common 100`" in out
    assert "0 of 0 tokens" in two
    assert "`--common 100` counts what most have too" in two


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--pair", "ada", "bob", "--format", "json"), "`--pair` is for a person at a terminal"),
        (("--pair", "ada", "bop"), "no submission called `bop`"),
        (("--least", "0"), "0 is not in the range"),
    ],
)
def test_mistakes_are_told(arguments, told, a_copy, similar):
    """In one message each."""
    code, out, err = similar(*arguments)

    assert code in {2, 5}
    assert told in err
    assert not out


def test_the_same_class_has_the_same_pairs_in_any_process(a_copy, handed_in):
    """Nothing hangs on how this Python hashes texts."""
    command = [sys.executable, "-m", "backend_katas", "similar", handed_in, *KATA, "--least", "1", "--format", "json"]

    told = {
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2", "3")
    }

    assert len(told) == 1
