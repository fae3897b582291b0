"""Exchanges with the program as a person reads them: safe text of a readable length, and lines for a shell."""

from __future__ import annotations

import json
import re
import shlex
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus

from backend_katas.model import Command, Exchange

BODY_LENGTH = 2_000
HEADER_LENGTH = 500
HEADER_COUNT = 30
SCRATCH = "$SCRATCH"
"""How the scratch folder of a check is written in a record; a shell fills it in."""

# Categories that move a terminal's cursor, reorder its text or cannot be encoded: controls, formats (bidirectional
# overrides, zero width), surrogates, line and paragraph separators.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_NOISE = frozenset({"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding"})
_COMMAND = re.compile(r"^((?:\x1b\[[0-9;]*m|[^\S\n])*)::|##\[", re.MULTILINE)
_CUT = re.compile(r" … \[\d+ characters in all\]\Z")
_OPAQUE = re.compile(r"<\d+ bytes of [^<>]*>\Z")


def readable(text: str, *, limit: int = BODY_LENGTH, keep: str = "\n\t") -> str:
    r"""Return `text` cut to `limit` characters, with what a terminal would obey written as `\u001b`.

    The escapes are those of JSON, so that a JSON text still means the same. `keep` names the controls left as they are.
    """
    cut = text[:limit]
    if not (cut.isascii() and cut.isprintable()):
        cut = "".join(_escaped(character, keep) for character in cut)
    return cut if len(text) <= limit else f"{cut} … [{len(text)} characters in all]"


def inert(report: str) -> str:
    r"""Return a report in which nothing is a command to the service that shows it in a log (GitHub's `::` and `##[`).

    Colons are commands at the beginning of a line, the other form is anywhere; the escapes are those of `readable`.
    """
    return _COMMAND.sub(lambda found: f"{found[1]}\\u003a:" if found[1] is not None else "#\\u0023[", report)


def readable_end(text: str, *, limit: int = BODY_LENGTH) -> str:
    """Return the end of `text`, where a traceback says what went wrong, as `readable` does its beginning."""
    left_out = len(text) - limit
    return readable(text) if left_out <= 0 else f"[{left_out} characters before this] … {readable(text[-limit:])}"


def readable_body(body: bytes, content_type: str) -> str:
    """Return a body as `readable` text, or as `<123 bytes of image/png>` where it is not text in UTF-8."""
    if b"\0" not in body and not content_type.strip().startswith("multipart/"):
        with suppress(UnicodeDecodeError):
            return readable(body.decode())
    return opaque_body(len(body), content_type)


def opaque_body(size: int, content_type: str) -> str:
    """Return what stands for a body that cannot be shown."""
    kind = readable(content_type.partition(";")[0].strip(), limit=80, keep="") or "binary data"
    return f"<{size} bytes of {kind.translate({60: None, 62: None})}>"


def readable_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that say something about the exchange, safe and cut; hop-by-hop noise is left out."""
    telling = [(name, value) for name, value in headers.items() if name.lower() not in _NOISE]
    return {
        readable(name, limit=HEADER_LENGTH, keep=""): readable(value, limit=HEADER_LENGTH, keep="")
        for name, value in telling[:HEADER_COUNT]
    }


def status_words(number: int) -> str:
    """Return a status code with its phrase, such as `404 Not Found`, as far as it has one."""
    try:
        return f"{number} {HTTPStatus(number).phrase}"
    except ValueError:
        return str(number)


def curl(exchange: Exchange, *, base: str) -> str:
    """Return a `curl` line, safe to paste into a POSIX shell, that sends the request of `exchange` to `base` again.

    A body that was cut or is not text cannot be given in full: the line then reads it from a file `body`, and a
    comment says what belongs there.
    """
    body = exchange.request_body
    partial = bool(_CUT.search(body) or _OPAQUE.match(body))
    words = ["curl", *_options(exchange), base.rstrip("/") + exchange.path, *_header_words(exchange)]
    if _has_body(exchange):
        words += ["--data-binary", "@body"] if partial else ["--data-raw", body]
    line = " ".join(shlex.quote(word) for word in words)
    return f"{line}  # body: {_comment(body)}" if partial else line


def shell_line(command: Command) -> str:
    """Return a line, safe to paste into a POSIX shell, that calls a command-line program again as it was called.

    Standard input that was cut or is not text is read from a file `stdin`; a comment says what belongs there.
    """
    words = [f"{name}={_quoted(value)}" for name, value in command.environment.items()]
    line = " ".join([*words, _program(command.command), *map(_quoted, command.arguments)])
    stdin = command.stdin
    if _CUT.search(stdin) or _OPAQUE.match(stdin):
        return f"{line} < stdin  # stdin: {_comment(stdin)}"
    return f"printf %s {shlex.quote(stdin)} | {line}" if stdin else line


def plain_call(command: Command) -> str:
    """Return the call in short: without the environment, and without what it read."""
    return " ".join([command.command, *map(_quoted, command.arguments)])


def _program(command: str) -> str:
    """Return what arguments can be put behind: a plain command as it is, anything else as a script of a shell."""
    try:
        plain = shlex.join(shlex.split(command)) == command
    except ValueError:
        plain = False
    return command if plain else f"sh -c {shlex.quote(with_arguments(command))} sh"


def with_arguments(command: str) -> str:
    """Return the script that gives a command line the arguments of the shell that runs it."""
    return f'{command} "$@"'


def _quoted(word: str) -> str:
    return f'"{SCRATCH}"'.join(shlex.quote(part) if part or part == word else "" for part in word.split(SCRATCH))


def _escaped(character: str, keep: str) -> str:
    if character in keep or unicodedata.category(character) not in _UNSAFE:
        return character
    return json.dumps(character)[1:-1] if character not in "\n\r\t\b\f" else f"\\u{ord(character):04x}"


def _options(exchange: Exchange) -> list[str]:
    options = ["-I"] if exchange.method == "HEAD" else ["-i"]
    if "/." in exchange.path:
        options.append("--path-as-is")
    if re.search(r"[\[\]{}]", exchange.path):
        options.append("--globoff")
    implied = {"HEAD", "POST" if _has_body(exchange) else "GET"}
    return options if exchange.method in implied else [*options, "-X", exchange.method]


def _header_words(exchange: Exchange) -> list[str]:
    """Return `-H` words; curl names a form's type for any body unless told, and drops a header without a value."""
    headers = [f"{name}: {value}" if value else f"{name};" for name, value in exchange.request_headers.items()]
    if _has_body(exchange) and "content-type" not in _names(exchange):
        headers.append("Content-Type:")
    return [word for header in headers for word in ("-H", header)]


def _has_body(exchange: Exchange) -> bool:
    """Say whether a body was sent; one in chunks may be empty, and has to be told to curl all the same."""
    return bool(exchange.request_body) or "transfer-encoding" in _names(exchange)


def _names(exchange: Exchange) -> set[str]:
    return {name.lower() for name in exchange.request_headers}


def _comment(body: str) -> str:
    return body if len(body) <= 60 and "\n" not in body else body[:40].replace("\n", " ") + "".join(_CUT.findall(body))
