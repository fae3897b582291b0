"""The client sends what a check says, carries nothing over, and keeps every exchange."""

from __future__ import annotations

import io
import socket
import threading

import pytest

from backend_katas.client import Call, Client
from backend_katas.errors import ProgramFault

EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"


def echo(connection, request):
    """Answer with the path that was asked for."""
    body = request.split()[1]
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def test_json_is_sent_as_a_browser_sends_it(program):
    """Text in UTF-8 with its type and length."""
    peer = program(EMPTY)
    peer.client().post("/users", json={"name": "Zoë 😀", "half": "\ud800"})

    head, _, body = peer.requests[0].partition(b"\r\n\r\n")

    assert body == '{"name": "Zoë 😀", "half": "\\ud800"}'.encode()
    assert head.startswith(b"POST /users HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"Content-Type: application/json\r\n" in head + b"\r\n"
    assert b"Accept-Encoding: identity\r\nConnection: close\r\n" in head
    assert f"Content-Length: {len(body)}".encode() in head


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ({"data": {"a": "ü&="}}, b"a=%C3%BC%26%3D"),
        ({"data": "ü"}, "ü".encode()),
        ({"data": b"\0\xff"}, b"\0\xff"),
        ({"json": None}, b"null"),
        ({}, b""),
    ],
)
def test_a_body_of_any_kind_is_sent_whole(program, options, body):
    """Forms, text and bytes are as in `requests`, and even an empty body has its length."""
    peer = program(EMPTY)
    peer.client().put("/", **options)

    assert peer.requests[0].partition(b"\r\n\r\n")[2] == body
    assert f"Content-Length: {len(body)}\r\n".encode() in peer.requests[0]


def chunked(connection, request):
    """Read a body in chunks to its end, then answer with it, unframed."""
    stream = io.BufferedReader(io.BytesIO(request) if request.endswith(b"0\r\n\r\n") else Rest(request, connection))
    while stream.readline() != b"\r\n":
        pass
    body = b""
    while size := int(stream.readline(), 16):
        body += stream.read(size)
        assert stream.read(2) == b"\r\n"
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


class Rest(io.RawIOBase):
    """What was read of a request, and then what is still to come."""

    def __init__(self, start: bytes, connection: socket.socket) -> None:
        self._start = start
        self._connection = connection

    def readable(self) -> bool:
        """Say that it is there to be read."""
        return True

    def readinto(self, buffer) -> int:
        """Read what there is."""
        if not self._start:
            return self._connection.recv_into(buffer)
        piece, self._start = self._start[: len(buffer)], self._start[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


@pytest.mark.parametrize(
    ("pieces", "body"),
    [
        (iter([b"a", b"", "é".encode()]), "aé"),
        ((b"x" * 100_000 for _ in range(50)), "x" * 5_000_000),
        (iter([]), ""),
    ],
    ids=["some", "many", "none"],
)
def test_an_iterator_is_sent_in_chunks(program, pieces, body):
    """The body has no length, and the record a header that says so."""
    peer = program(chunked, heads_only=True)
    client = peer.client(max_body=1 << 23)

    answer = client.post("/", data=pieces, headers={"Content-Type": "text/plain"})

    assert answer.text == body
    assert b"content-length" not in peer.requests[0].lower()
    (exchange,) = client.recorder
    assert exchange.request_headers == {"Content-Type": "text/plain", "Transfer-Encoding": "chunked"}
    assert exchange.request_body == (body if len(body) < 10 else "<5000000 bytes of text/plain>")


def test_a_file_is_sent_with_its_length(program, tmp_path):
    """As `requests` does it."""
    (tmp_path / "body").write_bytes(b"one\ntwo\n" * 10)
    peer = program(EMPTY)
    with (tmp_path / "body").open("rb") as file:
        peer.client().post("/", data=file)

    assert peer.requests[0].endswith(b"\r\n\r\n" + b"one\ntwo\n" * 10)
    assert b"Content-Length: 80\r\n" in peer.requests[0]


def test_what_goes_wrong_while_a_body_is_made_is_not_the_programs_fault(program):
    """The check made it."""

    def pieces():
        yield b"a"
        raise LookupError("no more of it")

    def listen(connection, _):
        b"".join(iter(lambda: connection.recv(65536), b""))  # an answer would end the making of pieces

    with pytest.raises(LookupError, match="no more of it"):
        program(listen, heads_only=True).client().post("/", data=pieces())


def test_files_are_sent_as_a_form(program):
    """`files` makes a multipart form."""
    peer = program(EMPTY)
    client = peer.client()
    client.post("/", files={"photo": ("a.png", b"\x89PNG", "image/png")})

    assert b'filename="a.png"' in peer.requests[0]
    assert client.recorder[0].request_body.endswith(" bytes of multipart/form-data>")


@pytest.mark.parametrize(
    ("path", "options", "target"),
    [
        ("/a/../b/./c", {}, "/a/../b/./c"),
        ("//a%2fb%7E", {}, "//a%2fb%7E"),
        ("/ü x?q=a b#part", {}, "/%C3%BC%20x?q=a%20b"),
        ("/a\r\nX: b", {}, "/a%0D%0AX:%20b"),
        ("/a", {"params": {"q": "a&b", "n": [1, 2]}}, "/a?q=a%26b&n=1&n=2"),
        ("/a?x=1", {"params": {"y": "\ud800"}}, "/a?x=1&y=%ED%A0%80"),
        ("http://{host}/a?b", {}, "/a?b"),
    ],
)
def test_a_path_reaches_the_program_as_it_is(program, path, options, target):
    """Nothing is normalised; only what cannot stand in a request line is encoded."""
    peer = program(echo)
    client = peer.client()

    assert client.get(path.replace("{host}", client.host), **options).text == target
    assert client.recorder[0].path == target


@pytest.mark.parametrize("path", ["", "users", "http://127.0.0.1:1/", "file:///etc/passwd", None, 5])
def test_a_path_that_leads_elsewhere_is_the_programs_fault(program, path):
    """A check takes paths from answers; none of them leads away from the program."""
    peer = program(EMPTY)

    with pytest.raises(ProgramFault, match="does not lead to the program"):
        peer.client().get(path)
    assert peer.connections == 0


@pytest.mark.parametrize("value", ["a\r\nX: b", "a\n", 5, None])
def test_a_header_value_that_cannot_be_sent_is_the_programs_fault(program, value):
    """No answer can smuggle a header into the next request."""
    with pytest.raises(ProgramFault, match="cannot be sent"):
        program(EMPTY).client().get("/", headers={"X-Key": value})


def test_a_redirect_is_not_followed(program):
    """Even one whose target is nonsense comes back as it is."""
    peer = program(b"HTTP/1.1 302 Found\r\nLocation: http://[::1/\r\nContent-Length: 0\r\n\r\n")

    assert peer.client().get("/").headers["Location"] == "http://[::1/"
    assert peer.connections == 1


def test_a_cookie_is_read_but_not_sent_back(program):
    """A check sends a cookie when it says so."""
    head = b"Set-Cookie: session=a; Path=/\r\nSet-Cookie: theme=b\r\nSet-Cookie: =;;\xff; Expires=never\r\n"
    peer = program(b"HTTP/1.1 204 No\r\n" + head + b"\r\n")
    client = peer.client()
    answer = client.get("/")
    client.get("/", cookies={"session": "x"})
    client.get("/")

    assert answer.cookies["session"] == "a"
    assert answer.cookies["theme"] == "b"
    assert [b"Cookie: session=x" in request for request in peer.requests] == [False, True, False]


def test_environment_proxies_are_not_used(program, monkeypatch):
    """Only `connect` leads to the program."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")

    assert program(echo).client().get("/").text == "/"


def test_a_bearer_token_is_sent_and_recorded(program):
    """`as_bearer` changes nothing of the client it is called on."""
    peer = program(EMPTY)
    client = peer.client()
    client.as_bearer("a.b-c").get("/")
    client.get("/")

    assert [b"Authorization: Bearer a.b-c" in request for request in peer.requests] == [True, False]
    assert client.recorder[0].request_headers == {"Authorization": "Bearer a.b-c"}


@pytest.mark.parametrize("token", ["", "a b", "a\nb", "é", "\x1b", None, 5, {"a": 1}])
def test_a_token_that_cannot_stand_in_a_header_is_the_programs_fault(program, token):
    """The token came from an answer."""
    with pytest.raises(ProgramFault, match="cannot stand in a header"):
        program(EMPTY).client().as_bearer(token)


def test_a_program_that_is_not_there_is_at_fault():
    """A refused connection is recorded like any other exchange."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = Client(lambda timeout: socket.create_connection(("127.0.0.1", port), timeout), host="x")

    with pytest.raises(ProgramFault, match="refused the connection"):
        client.get("/healthz")
    assert client.recorder[0].problem == "the program refused the connection: nothing listens on its port"


def test_a_failure_to_connect_that_is_ours_stays_ours():
    """An exhausted machine is not blamed on the learner."""

    def connect(_: float) -> socket.socket:
        raise OSError("too many open files")

    with pytest.raises(OSError, match="too many open files"):
        Client(connect, host="x").get("/")


def test_what_is_recorded_is_what_was_said(program):
    """Noise is left out, bodies are readable."""
    client = program(b"HTTP/1.1 201 Created\r\nDate: x\r\nX-Id: 1\r\nContent-Length: 4\r\n\r\nn\xc3\xa9\x1b").client()
    client.post("/a", json={"a": "ü"}, headers={"X-Key": "k", "Accept": "text/html"})
    (exchange,) = client.recorder

    assert (exchange.method, exchange.path, exchange.status) == ("POST", "/a", 201)
    assert exchange.request_headers == {"Content-Type": "application/json", "X-Key": "k", "Accept": "text/html"}
    assert exchange.request_body == '{"a": "ü"}'
    assert exchange.response_headers == {"X-Id": "1"}
    assert exchange.response_body == r"né\u001b"
    assert exchange.problem == ""
    assert exchange.seconds > 0


def test_a_burst_is_answered_in_the_order_of_its_calls(program):
    """Answers and records stand in the order of the calls, whatever came first."""
    gates = [threading.Event() for _ in range(9)]
    gates[8].set()

    def handle(connection, request):
        number = int(request.split()[1][1:])
        gates[number].wait(5)
        echo(connection, request)
        gates[number - 1].set()

    client = program(handle).client()
    answers = client.burst([Call("GET", f"/{number}") for number in range(9)])

    assert [answer.text for answer in answers] == [f"/{number}" for number in range(9)]
    assert [entry.path for entry in client.recorder] == [f"/{number}" for number in range(9)]


def test_a_burst_is_sent_when_every_connection_is_open(program):
    """Dialling costs nobody its place in the race."""
    events: list[str] = []

    def handle(connection, request):
        events.append("request")
        echo(connection, request)

    peer = program(handle)

    def connect(timeout: float) -> socket.socket:
        events.append("connect")
        return peer.connect(timeout)

    Client(connect, host="x").burst([Call("GET", "/")] * 12)

    assert events == ["connect"] * 12 + ["request"] * 12


def test_a_burst_meets_at_the_program(program):
    """Every request of a burst is under way at the same time: all meet at one barrier of the program."""
    barrier = threading.Barrier(16)

    def handle(connection, request):
        barrier.wait(5)
        echo(connection, request)

    assert len(program(handle).client().burst([Call("POST", "/", json={})] * 16)) == 16


def break_odd(connection, request):
    """Answer to even paths only."""
    if int(request.split()[1][1:]) % 2 == 0:
        echo(connection, request)


def test_a_burst_raises_the_first_fault_and_records_all(program):
    """A fault in a burst is a fault of the check."""
    client = program(break_odd).client()

    with pytest.raises(ProgramFault, match="closed the connection before it answered"):
        client.burst([Call("GET", f"/{number}") for number in range(4)])
    assert [entry.status for entry in client.recorder] == [200, None, 200, None]


def test_a_burst_gives_faults_in_place_when_asked(program):
    """A check of a restart under load looks at each."""
    outcomes = program(break_odd).client().burst([Call("GET", "/0"), Call("GET", "/1")], faults=True)

    assert [type(outcome).__name__ for outcome in outcomes] == ["Answer", "ProgramFault"]


def test_an_empty_burst_is_nothing(program):
    """No call, no answer."""
    assert program(EMPTY).client().burst([]) == []
