"""The relay: a port on loopback that leads to a service, with a hand on the line."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Literal, Self, TypeVar

from backend_katas.proxy.link import Link, Mode, Parser, Switch
from backend_katas.proxy.postgres import PostgresParser
from backend_katas.proxy.redis import RedisParser
from backend_katas.proxy.statement import Count, Fault, Statement

T = TypeVar("T")
_PARSERS: dict[str, Callable[[], Parser | None]] = {
    "tcp": lambda: None,
    "postgres": PostgresParser,
    "redis": RedisParser,
}


class Relay:
    """Forwards connections to `target` while it is entered; one background thread serves all of them.

    They are accepted by `listener`, a socket that may be in another network than this process, or else on loopback.

    A statement is counted before it is forwarded, so whoever has seen the answer to a statement finds it counted.
    Transactions, settings and the look-ups of a driver are counted like any other; `Count.of_kind` tells them apart.
    Faults are context managers that hold for the block and may be nested; a delay and a fault of another sort add up.
    """

    def __init__(
        self,
        target: tuple[str, int],
        *,
        protocol: Literal["tcp", "postgres", "redis"] = "tcp",
        listener: socket.socket | None = None,
    ) -> None:
        self._target = target
        self._listener = listener
        self._parser = _PARSERS[protocol]
        self._switch = Switch()
        self.address: tuple[str, int] = ("", 0)

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="relay", daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        self.address = self._server.sockets[0].getsockname()[:2]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def statements(self) -> Sequence[Statement]:
        """Every statement since the start."""
        return self._switch.ledger.statements

    @property
    def opaque(self) -> str:
        """Why some statements could not be read (encryption, another protocol), or an empty text."""
        return self._switch.opaque

    @property
    def connections(self) -> int:
        """How often the program has dialled so far, in vain or not."""
        return self._switch.dialled

    @property
    def open_connections(self) -> int:
        """How many connections of the program are open now."""
        return self._ask(lambda: len(self._switch.links))

    def position(self) -> int:
        """Return a mark for `statements_since`."""
        return len(self.statements)

    def statements_since(self, position: int) -> Sequence[Statement]:
        """Return the statements sent after `position` was taken."""
        return self.statements[position:]

    @contextmanager
    def counting(self) -> Generator[Count]:
        """Count the statements of the block."""
        count = Count(self._switch.ledger)
        try:
            yield count
        finally:
            count.close()

    @contextmanager
    def delay(self, seconds: float) -> Generator[Fault]:
        """Hold back each reply of the service for `seconds`: in order on a connection, side by side between them."""
        fault = Fault()
        before = self._ask(lambda: self._set_delay(seconds, fault))
        try:
            yield fault
        finally:
            self._ask(lambda: self._set_delay(*before))

    @contextmanager
    def refuse(self) -> Generator[Fault]:
        """Reset each new connection at once; those that are open stay."""
        with self._in_mode(Mode.REFUSE) as fault:
            yield fault

    @contextmanager
    def black_hole(self) -> Generator[Fault]:
        """Swallow every byte both ways and let new connections wait for ever, as a dead network would.

        A connection that lost bytes cannot be resumed: it is reset when the block ends.
        """
        try:
            with self._in_mode(Mode.BLACK_HOLE) as fault:
                yield fault
        finally:
            self._ask(lambda: self._reset(lambda link: link.touched))

    @contextmanager
    def down(self) -> Generator[Fault]:
        """Reset all connections and refuse new ones, as when the service is away."""
        with self._in_mode(Mode.REFUSE) as fault:
            fault.hits += self.cut().hits
            yield fault

    def cut(self) -> Fault:
        """Reset all connections that are open now."""
        fault = Fault()
        fault.hits = self._ask(lambda: self._reset(lambda _: True))
        return fault

    @contextmanager
    def _in_mode(self, mode: Mode) -> Generator[Fault]:
        fault = Fault()
        before = self._ask(lambda: self._set_mode(mode, fault))
        try:
            yield fault
        finally:
            self._ask(lambda: self._set_mode(*before))

    def _set_mode(self, mode: Mode, fault: Fault) -> tuple[Mode, Fault]:
        before = self._switch.mode, self._switch.fault
        self._switch.mode, self._switch.fault = mode, fault
        return before

    def _set_delay(self, seconds: float, fault: Fault) -> tuple[float, Fault]:
        before = self._switch.delay, self._switch.delayed
        self._switch.delay, self._switch.delayed = seconds, fault
        return before

    def _reset(self, chosen: Callable[[Link], bool]) -> int:
        links = [link for link in self._switch.links if chosen(link)]
        for link in links:
            link.close(hard=True)
        return len(links)

    async def _listen(self) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        listener = self._listener or socket.create_server(("127.0.0.1", 0))
        return await loop.create_server(
            lambda: Link(self._switch, self._target, self._parser()).program, sock=listener, backlog=512
        )

    async def _end(self) -> None:
        self._server.close()
        while self._switch.links:
            self._reset(lambda _: True)
            await asyncio.sleep(0)
        dialling = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*dialling, return_exceptions=True)

    def _ask(self, question: Callable[[], T]) -> T:
        """Run `question` in the loop's thread and return what it returns: from then on its effect is in force."""

        async def asked() -> T:
            return question()

        return asyncio.run_coroutine_threadsafe(asked(), self._loop).result()
