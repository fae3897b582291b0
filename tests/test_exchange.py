"""What a learner reads of an exchange is safe for a terminal, and its `curl` line sends the same again."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from backend_katas.exchange import curl, inert, plain_call, readable, readable_body, readable_end, shell_line
from backend_katas.model import Command, Exchange


def exchange(method="GET", path="/", body="", headers=None) -> Exchange:
    """Return an exchange of which only the request matters."""
    return Exchange(
        method=method, path=path, request_headers=headers or {}, request_body=body, status=200,
        response_headers={}, response_body="", problem="", seconds=0.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain \t\n é 😀 漢", "plain \t\n é 😀 漢"),
        ("\x1b[2J", r"\u001b[2J"),
        ("a\rb\0\x7f\x9b", r"a\u000db\u0000\u007f\u009b"),
        ("\u202eabc\u2066\u200b\u2028", r"\u202eabc\u2066\u200b\u2028"),
        ("\ud800", r"\ud800"),
        ("\U000e0001", r"\udb40\udc01"),
    ],
)
def test_text_cannot_command_a_terminal(text, shown):
    """Controls, overrides and half characters are shown escaped, as JSON would."""
    assert readable(text) == shown
    assert json.loads(f'"{readable(text, keep="")}"') == text


def test_long_text_is_cut():
    """The cut says how long the text was."""
    assert readable("é" * 3000) == "é" * 2000 + " … [3000 characters in all]"


def test_the_end_of_a_long_text_can_be_kept():
    """The cut says how much came before."""
    assert readable_end("a" * 50 + "é" * 1999 + "\x1b") == "[50 characters before this] … " + "é" * 1999 + r"\u001b"
    assert readable_end("short") == "short"


@pytest.mark.parametrize(
    ("body", "kind", "shown"),
    [
        (b"\x89PNG\r\n\x1a\n\0", "image/png", "<9 bytes of image/png>"),
        (b"\xff\xfe", "", "<2 bytes of binary data>"),
        (b"\xff", "<a\x1b>; b", r"<1 bytes of a\u001b>"),
        ("é".encode(), "application/octet-stream", "é"),
        (b"", "image/png", ""),
    ],
)
def test_what_is_not_text_is_named(body, kind, shown):
    """Binary data is a length and a type."""
    assert readable_body(body, kind) == shown


class Listener:
    """Takes requests of one connection each and keeps their bytes."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.request = b""

    def take(self) -> None:
        """Read one request by its length and answer it."""
        connection = self.socket.accept()[0]
        with connection, connection.makefile("rb") as stream:
            head = b"".join(iter(stream.readline, b"\r\n"))
            self.request = head + b"\r\n" + _body(head, stream)
            connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")


def _body(head: bytes, stream: BinaryIO) -> bytes:
    if b"Transfer-Encoding: chunked\r\n" in head:
        sizes = iter(lambda: int(stream.readline(), 16), 0)
        body = b"".join(stream.read(size + 2)[:size] for size in sizes)
        return body + stream.readline().strip()
    lengths = [line[15:] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    return stream.read(int(lengths[0]) if lengths else 0)


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Listen for what curl sends."""
    found = Listener()
    with found.socket:
        yield found


EXCHANGES = {
    "plain": exchange(path="/healthz"),
    "JSON": exchange(
        "POST", "/users", '{"name": "Zoë \'😀\' $(id) `id` \\"!\\""}', {"Content-Type": "application/json"}
    ),
    "lines": exchange("PUT", "/", "a\nb\n\n'c'\n", {"Content-Type": "text/plain"}),
    "a body like a file": exchange("POST", "/", "@/etc/passwd", {"Content-Type": "text/plain"}),
    "a body without a type": exchange("POST", "/", "x"),
    "a form": exchange("POST", "/", "a=b&c=d", {"Content-Type": "application/x-www-form-urlencoded"}),
    "chunks": exchange("POST", "/", "a\nb", {"Content-Type": "text/plain", "Transfer-Encoding": "chunked"}),
    "chunks without a type": exchange("PATCH", "/", "a", {"Transfer-Encoding": "chunked"}),
    "no chunks at all": exchange("PUT", "/", "", {"Transfer-Encoding": "chunked"}),
    "delete": exchange("DELETE", "/a"),
    "post without a body": exchange("POST", "/a"),
    "get with a body": exchange("GET", "/a", "{}", {"Content-Type": "application/json"}),
    "head": exchange("HEAD", "/a"),
    "odd path": exchange("GET", "/a/../b?x=[1]&y={a,b}&z='$HOME'&w=%20"),
    "odd headers": exchange("GET", "/", "", {"X-A": "it's; $(id)", "X-Empty": "", "Authorization": "Bearer a.b"}),
    "odd method": exchange("FOO;id", "/"),
}


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize("sent", EXCHANGES.values(), ids=EXCHANGES)
def test_the_curl_line_sends_the_same_request(listener, sent):
    """Run by a POSIX shell, it makes the program see what it saw in the check."""
    thread = threading.Thread(target=listener.take)
    thread.start()
    line = curl(sent, base=listener.base)
    ran = subprocess.run(["sh", "-c", f"{line} --silent --max-time 5 --noproxy '*'"], capture_output=True, timeout=60)
    thread.join()
    head, _, body = listener.request.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) if ": " in line else (line[:-1], "") for line in head.decode().split("\r\n")[1:])
    types = {name: value for name, value in headers.items() if name.lower() == "content-type"}

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(b"HTTP/1.1 204")
    assert head.decode().split("\r\n")[0] == f"{sent.method} {sent.path} HTTP/1.1"
    assert body.decode() == sent.request_body
    assert sent.request_headers.items() <= headers.items()
    assert types.items() <= sent.request_headers.items()


@pytest.mark.parametrize("body", ["<12 bytes of image/png>", readable("a\nb" * 2000)])
def test_a_body_that_is_not_all_there_is_read_from_a_file(body):
    """The line cannot send what was not kept, and says so."""
    line = curl(exchange("POST", "/", body, {"Content-Type": "image/png"}), base="http://localhost:8000/")

    assert line.startswith("curl -i http://localhost:8000/ -H 'Content-Type: image/png' --data-binary @body  # body: ")
    assert "\n" not in line


def call(*arguments: str, command: str = "./shout", stdin: str = "", **environment: str) -> Command:
    """Return a call of which only the beginning matters."""
    return Command(
        command=command, arguments=arguments, environment=environment, stdin=stdin, exit_code=0, stdout="", stderr="",
        problem="", seconds=0.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("made", "line"),
    [
        (call(), "./shout"),
        (call("a", "", "it's", A="b c"), """A='b c' ./shout a '' 'it'"'"'s'"""),
        (call("$SCRATCH/a b", "$SCRATCH", A="$SCRATCH/x"), """A="$SCRATCH"/x ./shout "$SCRATCH"'/a b' "$SCRATCH\""""),
        (call("x", command="python3 -m shout"), "python3 -m shout x"),
        (call("x", command="cd $HOME && ./shout", A="b"), """A=b sh -c 'cd $HOME && ./shout "$@"' sh x"""),
        (call("x", command="echo 'open"), """sh -c 'echo '"'"'open "$@"' sh x"""),
        (call(stdin="a\n$b"), "printf %s 'a\n$b' | ./shout"),
        (call(stdin="<7 bytes of binary data>"), "./shout < stdin  # stdin: <7 bytes of binary data>"),
        (call(stdin=readable("é" * 3000)), f"./shout < stdin  # stdin: {'é' * 40} … [3000 characters in all]"),
    ],
)
def test_a_call_is_a_line_for_a_shell(made, line):
    """Environment, program and arguments are quoted; the scratch folder is left to the shell."""
    assert shell_line(made) == line


def test_a_call_in_short_has_no_environment():
    """What was asked stands out among many calls."""
    assert plain_call(call("a b", stdin="x", A="b", command="cd / && ./x")) == "cd / && ./x 'a b'"


def test_a_report_commands_no_service_that_shows_it():
    """Neither at the beginning of a line, after blanks and colours too, nor within one; all else stays as it is."""
    report = "a ::b\n::error::c\n \t\x1b[31m  ::d\ne ##[error]f\nIPv6 is ::1\n"

    shown = inert(report)

    assert shown == "a ::b\n\\u003a:error::c\n \t\x1b[31m  \\u003a:d\ne #\\u0023[error]f\nIPv6 is ::1\n"
