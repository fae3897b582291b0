"""What a program wrote is read strictly, and what cannot be read is its own fault."""

from __future__ import annotations

import pytest

from backend_katas.commandline import Run
from backend_katas.errors import ProgramFault


def ended(stdout: bytes = b"", stderr: bytes = b"") -> Run:
    """Return a call that ended well."""
    return Run(exit_code=0, stdout_bytes=stdout, stderr_bytes=stderr, seconds=0.1)


def test_text_is_utf8() -> None:
    """A check that asks for text gets it, line ends as they are."""
    run = ended("José\r\n".encode(), "é".encode())

    assert (run.stdout, run.stderr) == ("José\r\n", "é")


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_other_bytes_are_the_programs_fault(stream: str) -> None:
    """Only when the check asks for text, and with the place."""
    run = ended(**{stream: b"Jos\xe9 is here"})

    assert getattr(run, f"{stream}_bytes") == b"Jos\xe9 is here"
    with pytest.raises(ProgramFault, match=rf"^{stream} is not text in UTF-8: byte 3 in `Jos\\xe9 is here`$"):
        getattr(run, stream)


@pytest.mark.parametrize(
    ("stdout", "lines"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"a\nb", ["a", "b"]),
        (b"a\n\nb\n", ["a", "", "b"]),
        ("a\u2028\x0bb\x85\r\n".encode(), ["a\u2028\x0bb\x85\r"]),
    ],
)
def test_only_a_line_feed_ends_a_line(stdout: bytes, lines: list[str]) -> None:
    """A name with a line separator in it is one line."""
    assert ended(stdout).lines == lines


def test_json_is_read_strictly() -> None:
    """Objects and arrays are those of answers: what is missing in them is the program's fault."""
    run = ended(b'[{"id": 1}]')

    assert run.array()[0].member("id", int) == 1
    with pytest.raises(ProgramFault, match=r"^the output has no element 1; it has 1$"):
        run.json()[1]
    with pytest.raises(ProgramFault, match=r"^`\[0\]` has no member `name`; it has `id`$"):
        run.json()[0]["name"]
    with pytest.raises(ProgramFault, match=r"^the output is an array, expected an object$"):
        run.object()


@pytest.mark.parametrize(
    ("stdout", "told"),
    [
        (b"", "it is empty"),
        (b"Ada\x1b[2J", r"it begins with `Ada\\u001b\[2J`"),
        (b'{"a": 1, "a": 2}', "member `a` is there twice"),
        (b'"\xff"', "it is not text in UTF-8"),
        (b"[NaN]", "`NaN` is no JSON number"),
    ],
)
def test_what_is_not_json_is_the_programs_fault(stdout: bytes, told: str) -> None:
    """The sentence says why, how it ended and how it begins."""
    with pytest.raises(ProgramFault, match=rf"^stdout \(exit code 0\) is not JSON: .*{told}"):
        ended(stdout).json()
