"""Read strangers' code, one file a line of standard input, in a process that may die of it: `lexing.py` starts it.

What is compared are kinds of tokens: every name is one kind, every text and every number too, comments and layout are
none. So neither new names nor new comments make another program of one.
"""

from __future__ import annotations

import json
import re
import resource
import signal
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pygments import lexers
from pygments.lexer import Lexer
from pygments.token import Token
from pygments.util import ClassNotFound

_MEMORY = 1 << 30  # bytes
_TOKENS = 100_000  # of one file
_LONGEST = 16  # characters of a word that is a kind of its own
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# Languages that are read as one: who renames a file into the other has copied it all the same.
_FAMILIES = {"typescript": "javascript", "tsx": "javascript", "jsx": "javascript", "c": "cpp"}
# Endings that Pygments knows more than one language for, and takes the rarer.
_CONTESTED = {".sql": "sql", ".pl": "perl", ".pm": "perl", ".fs": "fsharp", ".r": "r"}
# What describes or lays out, but does nothing.
_NO_CODE = frozenset(
    {
        "apacheconf", "asc", "batch", "caddyfile", "cmake", "css", "diff", "docker", "groff", "haml", "html", "http",
        "ini", "json", "json5", "jsonld", "jsp", "less", "make", "markdown", "modula2", "nginx", "output", "pot",
        "procfile", "properties", "pug", "restructuredtext", "sass", "scss", "systemd", "tex", "text", "toml", "xml",
        "yaml",
    }
)  # fmt: skip
_LEXERS: Any = lexers  # its annotations say less than its documentation
_INTERPRETER = re.compile(r"#!.*\b(python|node|deno|ruby|perl|php|bash|sh|lua)[\d.]*\b")
_INTERPRETERS = {"node": "javascript", "deno": "javascript"}


def main(seconds: float) -> int:
    """Answer each line with a path by a line with what is in that file, until there are no more.

    A file may take so many seconds of the processor, and then this process ends by SIGPROF.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    for line in sys.stdin:
        # The signal's own action ends this process, even in the middle of a regular expression.
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            answer = _answer(Path(json.loads(line)))
        except MemoryError:
            answer = {"problem": "it takes too much memory to read"}
        print(json.dumps(answer), flush=True)  # noqa: T201 - the answer itself
        signal.setitimer(signal.ITIMER_PROF, 0)
    return 0


def _answer(path: Path) -> dict[str, Any]:
    """Return what a file has: its language, the kinds of its tokens, the line of each, and its fingerprints."""
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError:
        return {"problem": "it is not UTF-8"}
    lexer = _lexer(path.name, text)
    language = lexer.aliases[0] if lexer else ""
    if lexer is None or language in _NO_CODE or language.startswith("html+"):
        return {}
    kinds: list[str] = []
    lines: list[int] = []
    for kind, line in _tokens(lexer, text):
        if len(kinds) == _TOKENS:
            return {"problem": f"it has more than {_TOKENS} tokens"}
        kinds.append(kind)
        lines.append(line)
    table = {kind: number for number, kind in enumerate(dict.fromkeys(kinds))}
    return {
        "language": _FAMILIES.get(language, language),
        "kinds": list(table),
        "tokens": [table[kind] for kind in kinds],
        "lines": lines,
        "fingerprints": _fingerprints(kinds),
    }


def _lexer(name: str, text: str) -> Lexer | None:
    options = {"stripnl": False, "ensurenl": False}
    if language := _CONTESTED.get(Path(name).suffix.lower()):
        return _LEXERS.get_lexer_by_name(language, **options)
    try:
        return _LEXERS.get_lexer_for_filename(name, **options)
    except ClassNotFound:
        found = _INTERPRETER.match(text[:200])
        return _LEXERS.get_lexer_by_name(_INTERPRETERS.get(found[1], found[1]), **options) if found else None


def _tokens(lexer: Lexer, text: str) -> Iterator[tuple[str, int]]:
    """Give the kind and the line of each token that means something; a text in several pieces is one."""
    number = 1
    before = ""
    for token, value in lexer.get_tokens(text):
        kind = _kind(token, value)
        if kind and not (kind == before == "text"):
            yield kind, number
        number += value.count("\n")
        before = kind or before


def _kind(token: Any, value: str) -> str:
    if not value.strip() or token in Token.Text or token in Token.Comment or token in Token.Literal.String.Doc:
        return ""
    if token in Token.Literal.String:
        return "text"
    if token in Token.Literal.Number:
        return "number"
    if token in Token.Name:
        return "name"
    word = value.strip().casefold()
    return f"= {word}" if len(word) <= _LONGEST else str(token)


def _fingerprints(kinds: list[str]) -> list[int]:
    """Return the winnowed hashes of a file: of each run of 47 tokens at least one, for 15 tokens in a row.

    The library takes 30 letters or digits for one hash, and one hash of each 64: we give each kind of token two.
    """
    from scanoss_winnowing.winnowing import Winnowing  # pyright: ignore[reportMissingTypeStubs]

    codes = {kind: _code(kind) for kind in set(kinds)}
    content = "".join(codes[kind] for kind in kinds).encode()
    made: str = Winnowing(all_extensions=True).wfp_for_contents("code", False, content)
    found = re.findall(r"(?<=[=,])[0-9a-f]{8}(?=[,\n]|\Z)", made.partition("\n")[2])
    return sorted({int(value, 16) for value in found})


def _code(kind: str) -> str:
    first, second = divmod(zlib.crc32(kind.encode()) % len(_DIGITS) ** 2, len(_DIGITS))
    return _DIGITS[first] + _DIGITS[second]


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
