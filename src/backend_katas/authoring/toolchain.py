"""The tools that a program's commands call by name and that this machine does not have."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator

from backend_katas.model import Submission

_JDK = "a JDK 17 or later (https://adoptium.net)"
_NODE = "Node.js 20 or later (https://nodejs.org)"
_SOURCES = {
    "go": "Go 1.26 or later (https://go.dev/dl)",
    "java": _JDK,
    "javac": _JDK,
    "mvn": "Maven 3.8 or later (https://maven.apache.org)",
    "node": _NODE,
    "npm": _NODE,
}
_SEPARATORS = frozenset("();&|")
# What a shell does itself, and what only runs the word after it.
_BUILT_IN = frozenset(
    {".", ":", "[", "cd", "done", "echo", "exit", "export", "false", "fi", "printf", "set", "test", "true", "umask"}
)
_BEFORE = frozenset({"!", "command", "do", "else", "env", "exec", "if", "nice", "nohup", "then", "time", "while", "{"})
_ASSIGNMENT = re.compile(r"\w+=")


def missing_tools(submission: Submission, path: str) -> tuple[str, ...]:
    """Return the commands of a `kata.yaml` that stand in no folder of `path`, a `PATH`, in alphabetical order."""
    lines = (submission.build, *submission.processes.values(), submission.cli, submission.test)
    called = {tool for line in lines for tool in _called(line)}
    return tuple(sorted(tool for tool in called if not shutil.which(tool, path=path)))


def in_words(missing: tuple[str, ...]) -> str:
    """Say in a sentence what is missing and what to install."""
    names = " and ".join(f"`{tool}`" for tool in missing)
    sources = dict.fromkeys(_SOURCES.get(tool, f"`{tool}`") for tool in missing)
    return f"{names} {'is' if len(missing) == 1 else 'are'} not installed: install {' and '.join(sources)}"


def _called(line: str) -> Iterator[str]:
    """Give the first word of each command in a line, but for paths and what the shell does itself."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    try:
        words = list(lexer)
    except ValueError:
        return  # a quotation mark without its partner, which the shell will tell
    first = True
    for word in words:
        if set(word) <= _SEPARATORS:
            first = True
        elif first and word not in _BEFORE and not _ASSIGNMENT.match(word):
            first = False
            if "/" not in word and "$" not in word and word not in _BUILT_IN:
                yield word
