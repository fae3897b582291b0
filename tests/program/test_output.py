"""What a program wrote is bounded, decoded, and without power over a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_katas.program import output


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"plain\ttext\n", "plain\ttext\n"),
        ("déjà vu ✓".encode(), "déjà vu ✓"),
        (b"\x1b[31;1mred\x1b[0m", "red"),
        (b"\x1b]0;my title\x07shown", "shown"),
        (b"one\r\ntwo\rthree", "one\ntwo\nthree"),
        (b"a\x00b\x07c\x7fd\x9be", "a\ufffdb\ufffdc\ufffdd\ufffde"),
        (b"\x1bc\xff", "\ufffdc\ufffd"),
        ("user\u202etxt".encode(), "user\ufffdtxt"),
    ],
)
def test_readable(raw: bytes, text: str) -> None:
    """Colours go, line ends become plain, whatever else could act is replaced."""
    assert output.readable(raw) == text


def test_a_log_that_was_never_written(tmp_path: Path) -> None:
    """It is empty, not an error."""
    assert output.size(tmp_path / "log") == 0
    assert output.since(tmp_path / "log", 0, limit=10) == ""
    assert output.tail(tmp_path / "log") == []


def test_since_keeps_the_last(tmp_path: Path) -> None:
    """Of more than the limit the last whole lines are kept, and the note counts what is missing."""
    log = tmp_path / "log"
    log.write_text("before\n" + "".join(f"line {number}\n" for number in range(100)))

    assert output.since(log, 7, limit=20) == "… 774 bytes before this are left out …\nline 98\nline 99\n"
    assert output.since(log, 7, limit=10_000).startswith("line 0\n")


def test_tail_is_short(tmp_path: Path) -> None:
    """Twenty lines, none of them endless."""
    log = tmp_path / "log"
    log.write_text("".join(f"{number}{'x' * 10_000}\n" for number in range(100)) + "\n\n")
    lines = output.tail(log)

    assert len(lines) <= output.TAIL_LINES
    assert max(map(len, lines)) < 500
    assert lines[-1].startswith("99x")


def test_lines_are_cut_before_anything_is_looked_for_in_them(tmp_path: Path) -> None:
    """A pattern may take the square of a line's length."""
    log = tmp_path / "log"
    log.write_text("sh: " * 50_000 + "\nport 80 is in use\n")

    searched = output.searchable(log).splitlines()
    assert max(map(len, searched)) == 1_000
    assert searched[-1] == "port 80 is in use"
