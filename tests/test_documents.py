"""A mistake in a YAML file is told with file, line and key."""

from __future__ import annotations

import pytest

from backend_katas.documents import DocumentError, read_document
from backend_katas.errors import ExitCode


@pytest.fixture
def mistake(tmp_path):
    """Write a kata.yaml and return the error that reading it raises."""

    def read(text: str | bytes) -> DocumentError:
        path = tmp_path / "kata.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(DocumentError) as caught:
            read_document(path, "kata")
        assert caught.value.exit_code is ExitCode.USAGE
        return caught.value

    return read


def test_a_sound_file_is_read(tmp_path):
    """What is allowed comes back as plain values."""
    (tmp_path / "kata.yaml").write_text("kata: greeter\nprocesses:\n  web: ./run --port $PORT\n")

    document = read_document(tmp_path / "kata.yaml", "kata")

    assert document == {"kata": "greeter", "processes": {"web": "./run --port $PORT"}}


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("kata: x\nbiuld: make\n", 2, "unknown key `biuld`"),
        ("kata: x\nprocesses:\n  wbe: run\n", 3, "unknown key `wbe`"),
        ("stack: go\n", 1, "the key `kata` is missing"),
        ("kata: x\nbuild: [make, all]\n", 2, "`build` is a list, expected text"),
        ("kata: x\nbuild: yes\n", 2, "`build` is `true`, expected text"),
        ("kata: Not A Name\n", 1, "`kata` is `Not A Name`: a kata is named in lower case"),
        ("kata: x\nkata: y\n", 2, "the key `kata` is given twice"),
        ("kata: x\n build: y\n", 2, "not YAML"),
        ("kata: [x\n", 2, "not YAML"),
        ("kata: !!python/object x\n", 1, "not a value"),
        ("- kata\n", 1, "`the file` is a list, expected a mapping"),
        ("", 1, "the file is empty"),
        (b"kata: \xff\xfe\n", 1, "not UTF-8 text"),
    ],
)
def test_a_mistake_is_told_with_its_line(mistake, tmp_path, text, line, told):
    """The message begins with file and line and says what is wrong."""
    problem = mistake(text)

    assert problem.message.startswith(f"{tmp_path / 'kata.yaml'}:{line}: ")
    assert told in problem.message


def test_a_mistyped_key_finds_its_neighbour(mistake):
    """The hint names the key that was perhaps meant."""
    assert mistake("kata: x\nbiuld: make\n").hint == "did you mean `build`?"


def test_a_value_that_yaml_took_for_another_type_wants_quotes(mistake):
    """`yes` is a boolean in YAML, which nobody who writes a command expects."""
    assert mistake("kata: x\nbuild: yes\n").hint == "put the value in quotes"


def test_a_file_of_another_format_is_told_first(tmp_path):
    """What else is wrong with a file that a later version reads does not matter."""
    path = tmp_path / "exercise.yaml"
    path.write_text("id: later\nformat: 2\n")

    with pytest.raises(DocumentError, match=r"exercise\.yaml:2: `format` is `2`, expected `1`"):
        read_document(path, "exercise")


ALIASES = "\n".join(["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40))])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[" * 100_000, "nested too deeply"),
        (ALIASES, "unknown key"),
        ("kata: &a [*a]\n", "expected text"),
        ("? [a]\n: b\n", "a key has to be text"),
        ("kata: !!bool maybe\n", "not a value"),
        ("kata: !!timestamp never\n", "not a value"),
        ("#" * (1 << 20) + "\n", "larger than 1 MiB"),
    ],
)
def test_a_file_that_means_harm_is_a_mistake_like_any_other(mistake, text, told):
    """It is told at once, whatever YAML makes of it."""
    assert told in mistake(text).problem
