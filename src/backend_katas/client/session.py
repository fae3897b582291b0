"""The client: one connection for each exchange, one total deadline, nothing carried over but what a check says."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, Literal, Unpack, overload

from backend_katas.client.answer import Answer
from backend_katas.client.message import Options, Outgoing, answer, outgoing, record
from backend_katas.client.transport import Deadline, exchange
from backend_katas.errors import ProgramFault
from backend_katas.exchange import readable
from backend_katas.model import Exchange
from backend_katas.waiting import TimeIsUp, waiting_for

_CUT_OFF = "the time limit of the whole run was reached before all was answered"


class Call:
    """One request of a burst, with the options of `Client.request`."""

    def __init__(self, method: str, path: str, **options: Unpack[Options]) -> None:
        self.method = method
        self.path = path
        self.options = options


class Client:
    """Sends requests to one program and keeps every exchange in `recorder`, failed ones too.

    `connect` is given the seconds it may take and returns a connected socket; `host` is the value of the `Host` header.
    Each exchange has a connection of its own (`Connection: close`), so a restart of the program or its idle time-out
    is never mistaken for a fault. It has `deadline` seconds from dialling to the last byte, and a body of at most
    `max_body` bytes, whatever the program does; beyond these, or when the answer is not one correct HTTP answer, a
    request raises ProgramFault. No redirect is followed, no cookie kept, nothing retried.
    """

    def __init__(
        self,
        connect: Callable[[float], socket.socket],
        *,
        host: str,
        deadline: float = 5.0,
        max_body: int = 1 << 20,
        recorder: list[Exchange] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.host = host
        self.headers: Mapping[str, str] = dict(headers or {})
        self.recorder: list[Exchange] = [] if recorder is None else recorder
        self._connect = connect
        self._deadline = deadline
        self._max_body = max_body

    def get(self, path: str, **options: Unpack[Options]) -> Answer:
        """Send a GET request."""
        return self.request("GET", path, **options)

    def head(self, path: str, **options: Unpack[Options]) -> Answer:
        """Send a HEAD request."""
        return self.request("HEAD", path, **options)

    def options(self, path: str, **options: Unpack[Options]) -> Answer:
        """Send an OPTIONS request."""
        return self.request("OPTIONS", path, **options)

    def post(self, path: str, **options: Unpack[Options]) -> Answer:
        """Send a POST request."""
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Unpack[Options]) -> Answer:
        """Send a PUT request."""
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Unpack[Options]) -> Answer:
        """Send a PATCH request."""
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Unpack[Options]) -> Answer:
        """Send a DELETE request."""
        return self.request("DELETE", path, **options)

    def request(self, method: str, path: str, **options: Unpack[Options]) -> Answer:
        """Send one request and return its answer; raises ProgramFault as the class says."""
        sent = self._outgoing(method, path, options)
        began, deadline = time.monotonic(), Deadline(sent.seconds)
        try:
            with waiting_for(f"the answer to `{method} {path}`"):
                outcome, entry = self._exchange(sent, self._dial(deadline), deadline)
        except TimeIsUp:
            self.recorder.append(record(sent, ProgramFault(_CUT_OFF), time.monotonic() - began))
            raise
        self.recorder.append(entry)
        if isinstance(outcome, ProgramFault):
            raise outcome
        return outcome

    def with_headers(self, headers: Mapping[str, str]) -> Client:
        """Return a client that also sends `headers`, and records to the same list."""
        return Client(
            self._connect,
            host=self.host,
            deadline=self._deadline,
            max_body=self._max_body,
            recorder=self.recorder,
            headers={**self.headers, **headers},
        )

    def as_bearer(self, token: str) -> Client:
        """Return a client that sends `Authorization: Bearer <token>`; `token` is taken from an answer (RFC 6750)."""
        # A program may answer with anything where a token belongs, whatever the annotation says.
        text = token if isinstance(token, str) else repr(token)  # pyright: ignore[reportUnnecessaryIsInstance]
        if not text or text is not token or not text.isascii() or not text.isprintable() or " " in text:
            raise ProgramFault(f"the token `{readable(text, limit=60, keep='')}` cannot stand in a header")
        return self.with_headers({"Authorization": f"Bearer {token}"})

    @overload
    def burst(self, calls: Sequence[Call]) -> list[Answer]: ...
    @overload
    def burst(self, calls: Sequence[Call], *, faults: Literal[True]) -> list[Answer | ProgramFault]: ...
    def burst(self, calls: Sequence[Call], *, faults: bool = False) -> Any:
        """Send all `calls` at the same moment and return their answers in the order of the calls.

        Every connection is open before the first request is sent. Raises the first ProgramFault, unless `faults` asks
        for them in the places of their answers.
        """
        sent = [self._outgoing(call.method, call.path, call.options) for call in calls]
        began = time.monotonic()
        try:
            with waiting_for(f"the answers to {len(calls)} requests at the same moment"):
                lines = [self._dial(Deadline(request.seconds)) for request in sent]
                done = self._released_together(sent, lines) if sent else []
        except TimeIsUp:
            lasted = time.monotonic() - began
            self.recorder.extend(record(request, ProgramFault(_CUT_OFF), lasted) for request in sent)
            raise
        self.recorder.extend(entry for _, entry in done)
        outcomes = [outcome for outcome, _ in done]
        first = next((outcome for outcome in outcomes if isinstance(outcome, ProgramFault)), None)
        if first and not faults:
            raise first
        return outcomes

    def _released_together(
        self, sent: Sequence[Outgoing], lines: Sequence[socket.socket | ProgramFault]
    ) -> list[tuple[Answer | ProgramFault, Exchange]]:
        barrier = threading.Barrier(len(sent))

        def run(request: Outgoing, line: socket.socket | ProgramFault) -> tuple[Answer | ProgramFault, Exchange]:
            barrier.wait()
            return self._exchange(request, line, Deadline(request.seconds))

        with ThreadPoolExecutor(len(sent)) as pool:
            try:
                return list(pool.map(run, sent, lines))
            except BaseException:
                barrier.abort()
                raise

    def _outgoing(self, method: str, path: str, options: Options) -> Outgoing:
        return outgoing(method, path, options, host=self.host, headers=self.headers, seconds=self._deadline)

    def _dial(self, deadline: Deadline) -> socket.socket | ProgramFault:
        """Return a connection, or the program's fault; any other failure to connect is ours and raised."""
        try:
            return self._connect(deadline.left())
        except TimeoutError:
            return ProgramFault(f"the program did not accept a connection within {deadline.seconds:g} s")
        except ConnectionRefusedError:
            return ProgramFault("the program refused the connection: nothing listens on its port")
        except ConnectionError:
            return ProgramFault("the program closed the connection at once")

    def _exchange(
        self, sent: Outgoing, line: socket.socket | ProgramFault, deadline: Deadline
    ) -> tuple[Answer | ProgramFault, Exchange]:
        begun = time.monotonic()
        if isinstance(line, ProgramFault):
            return line, record(sent, line, 0.0)
        with closing(line):
            try:
                received = exchange(line, sent.wire(), method=sent.method, deadline=deadline, max_body=self._max_body)
                outcome = answer(sent, received, time.monotonic() - begun)
            except ProgramFault as fault:
                outcome = fault
        return outcome, record(sent, outcome, time.monotonic() - begun)
