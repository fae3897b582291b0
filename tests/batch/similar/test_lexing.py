"""Strangers' code is read in a process that may die of it."""

from __future__ import annotations

import importlib.util

import pytest

from backend_katas.batch.similar import lexing
from backend_katas.batch.similar.lexing import Lexing, Unread
from backend_katas.errors import ExitCode, KatasError


@pytest.fixture
def read(tmp_path):
    """Read one file with this name and content."""
    with Lexing() as reader:

        def read_one(name, content):
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
            return reader.read(tmp_path, name)

        yield read_one


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("a.py", "def f(a):\n    # why\n    return a + 1\n", 'def  g(bee):\n    """Do."""\n    return bee + 22\n'),
        ("a.go", "func f(a int) string { return b }", "func gg(cc int) string { // no\n return dd }"),
        ("a.js", "const a = (b) => `x${b}`;", "const cc = (dd) => `yy${dd}`;"),
        ("a.java", "class A { int b = c(1); }", "class Zed { int y = x(2); /* that */ }"),
        ("a.sql", "SELECT one FROM two WHERE three = 'd'", "select links -- all\nfrom targets where colour = 'w'"),
        ("a.rb", "def a(b) = b.map { |c| c + 1 }", "def x(y) = y.map { |zz| zz + 2 }"),
    ],
)
def test_names_values_comments_and_layout_do_not_matter(name, one, other, read):
    """The same program in other words has the same tokens."""
    assert read(name, one).tokens == read(name, other).tokens


def test_operators_and_words_of_the_language_do(read):
    """Another program has others."""
    assert read("a.py", "a = b + c\n").tokens != read("a.py", "a = b - c\n").tokens


def test_lines_are_those_of_the_file(read):
    """Empty lines at the top, a byte order mark, and line ends of other systems do not move them."""
    assert list(read("a.py", "\n\n\na = 1\r\n\r\nb = 2\n").lines) == [4, 4, 4, 6, 6, 6]
    assert list(read("b.py", b"\xef\xbb\xbfa = 1\rb = 2").lines) == [1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize(
    ("name", "language"),
    [("a.ts", "javascript"), ("a.tsx", "javascript"), ("b.mjs", "javascript"), ("a.h", "cpp"), ("m.sql", "sql")],
)
def test_one_language_has_several_endings(name, language, read):
    """Who renames a file has copied it all the same."""
    assert read(name, "select = 1;").language == language


def test_a_program_without_an_ending_is_known_by_its_first_line(read):
    """Command-line programs seldom have one."""
    assert read("contacts", "#!/usr/bin/env python3\nprint(1)\n").language == "python"
    assert read("notes", "nothing to see\n") is None


@pytest.mark.parametrize("name", ["README.md", "kata.yaml", "package.json", "page.html", "style.css", "Dockerfile"])
def test_what_does_nothing_is_no_code(name, read):
    """Texts, data and descriptions are not compared."""
    assert read(name, "a: 1\n") is None


def test_what_is_no_text_is_told(read):
    """A file that is not UTF-8 is none that can be read."""
    with pytest.raises(Unread, match="it is not UTF-8"):
        read("a.py", "ä = 1\n".encode("latin-1"))


def test_a_file_of_endless_tokens_is_told(read):
    """However deep they are nested."""
    with pytest.raises(Unread, match="more than 100000 tokens"):
        read("a.py", "(" * 200_000)


def test_a_file_that_takes_too_long_costs_itself_alone(tmp_path):
    """The process dies, and another one reads the next file."""
    (tmp_path / "slow.py").write_text("a = b\n" * 33_000)
    (tmp_path / "quick.py").write_text("a = b\n")

    with Lexing(seconds=0.4) as reader:
        with pytest.raises(Unread, match=r"takes more than 0\.4 seconds"):
            reader.read(tmp_path, "slow.py")
        found = reader.read(tmp_path, "quick.py")

    assert len(found.tokens) == 3


def test_a_process_that_breaks_is_our_fault(tmp_path, monkeypatch):
    """Not that of the file it was given."""
    monkeypatch.setattr(lexing, "_MODULE", "backend_katas.no_such_module")

    with Lexing() as reader, pytest.raises(KatasError, match="No module named") as broken:
        reader.read(tmp_path, "a.py")

    assert broken.value.exit_code is ExitCode.OUR_FAULT


def test_without_the_library_it_is_told_what_to_install(monkeypatch):
    """By the name of the extra."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(KatasError, match="not installed here") as refused, Lexing():
        pass

    assert "backend-katas[similar]" in refused.value.hint
