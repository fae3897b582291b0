"""One relayed connection: two ends, bytes in both directions, and replies that may be held back."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from typing import Protocol, cast

from backend_katas.proxy.statement import Fault, Ledger

# How much may wait for its delay to pass before the service has to wait as well.
_HELD_BYTES = 4 << 20
_RESET = struct.pack("ii", 1, 0)


class Mode(Enum):
    """What happens to connections and bytes."""

    FORWARD = "forward"
    REFUSE = "refuse"
    BLACK_HOLE = "black hole"


class Parser(Protocol):
    """Reads statements out of what a client sends; never raises, gives up by saying so in `opaque`."""

    opaque: str

    def sent(self, data: bytes) -> list[str]:
        """Take bytes of the client and return the texts of the statements in them."""
        ...

    def replied(self, data: bytes) -> None:
        """Take bytes of the server."""
        ...


class Switch:
    """What all links of a relay share: the faults in force and what was seen; used by the loop's thread only."""

    def __init__(self) -> None:
        self.mode = Mode.FORWARD
        self.fault = Fault()
        self.delay = 0.0
        self.delayed = Fault()
        self.ledger = Ledger()
        self.opaque = ""
        self.links: set[Link] = set()
        self.dialled = 0


class End(asyncio.Protocol):
    """One end of a link: passes everything on to functions of the link."""

    def __init__(self, received: Callable[[bytes], None], ended: Callable[[], None], link: Link) -> None:
        self._received = received
        self._ended = ended
        self._link = link
        self.transport: asyncio.Transport | None = None
        self.choked = False
        self.finished = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; asyncio calls this first."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Pass on what arrived."""
        self._received(data)

    def eof_received(self) -> bool:
        """Pass on that nothing more will come, and keep the other direction open."""
        self.finished = True
        self._ended()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """End the link: a connection that was reset on one side is reset on the other."""
        self._link.lost(self, hard=exc is not None)

    def pause_writing(self) -> None:
        """Let the other end wait until this one has taken in what it was sent."""
        self.choked = True
        self._link.balance()

    def resume_writing(self) -> None:
        """Let the other end go on."""
        self.choked = False
        self._link.balance()

    @property
    def open(self) -> bool:
        """Whether there is still somebody to talk to."""
        return self.transport is not None and not self.transport.is_closing()

    def write(self, data: bytes) -> None:
        """Send `data` if there is still somebody to send it to."""
        if self.transport and self.open:
            self.transport.write(data)

    def finish(self) -> None:
        """Say that nothing more will come."""
        if self.transport and self.open:
            with suppress(OSError):
                self.transport.write_eof()

    def read(self, *, on: bool) -> None:
        """Go on reading, or let what arrives wait."""
        if self.transport and self.open:
            (self.transport.resume_reading if on else self.transport.pause_reading)()

    def close(self, *, hard: bool) -> None:
        """Close the connection when all is sent, or reset it now."""
        if not self.transport:
            return
        if not hard:
            self.transport.close()
            return
        with suppress(OSError):
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()


class Link:
    """A connection of the program to the relay, and the relay's own to the service."""

    def __init__(self, switch: Switch, target: tuple[str, int], parser: Parser | None) -> None:
        self._switch = switch
        self._target = target
        self._parser = parser
        self._held: deque[tuple[float, bytes]] = deque()
        self._held_bytes = 0
        # What came before there was anybody to pass it on to: Python 3.11.2 reads on though it was told not to.
        self._early = b""
        self._dialling: asyncio.Task[None] | None = None
        self.touched = False
        self.service = End(self._replied, self._service_ended, self)
        self.program = _Accepted(self._sent, self._program_ended, self)
        self.service.choked = True

    def accepted(self) -> None:
        """Begin: dial the service, or do what the fault in force says."""
        switch = self._switch
        switch.dialled += 1
        switch.links.add(self)
        if switch.mode is Mode.REFUSE:
            switch.fault.hits += 1
            self.close(hard=True)
        elif switch.mode is Mode.BLACK_HOLE:
            self._swallow()
        else:
            self.balance()
            self._dialling = asyncio.get_running_loop().create_task(self._dial())

    def balance(self) -> None:
        """Read from each end as fast as the other takes it in."""
        self.program.read(on=not self.service.choked)
        self.service.read(on=not self.program.choked and self._held_bytes <= _HELD_BYTES)

    def close(self, *, hard: bool) -> None:
        """Close both ends."""
        if self._dialling:
            self._dialling.cancel()
        self.program.close(hard=hard)
        self.service.close(hard=hard)

    def lost(self, end: End, *, hard: bool) -> None:
        """Take note that one end is gone; what the service sent before is still delivered."""
        if end is self.service and not hard:
            self._service_ended()
            return
        self.close(hard=hard)
        if end is self.program:
            self._switch.links.discard(self)

    async def _dial(self) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: self.service, *self._target)
        except OSError:
            self.close(hard=True)
            return
        if self.program.open:
            self._pass_on(b"")
            if self.program.finished:
                self.service.finish()
            self.service.resume_writing()
        else:
            self.service.close(hard=True)

    def _sent(self, data: bytes) -> None:
        if self._swallowing():
            return
        self._read(data)
        self._pass_on(data)

    def _pass_on(self, data: bytes) -> None:
        if self.service.transport is None:
            self._early += data
            return
        data, self._early = self._early + data, b""
        if data:
            self.service.write(data)

    def _replied(self, data: bytes) -> None:
        if self._swallowing():
            return
        if self._parser and not self._parser.opaque:
            self._parser.replied(data)
            self._switch.opaque = self._switch.opaque or self._parser.opaque
        if self._switch.delay:
            self._switch.delayed.hits += 1
        if self._switch.delay or self._held:
            self._hold(data)
        else:
            self.program.write(data)

    def _read(self, data: bytes) -> None:
        if not self._parser or self._parser.opaque:
            return
        try:
            for text in self._parser.sent(data):
                self._switch.ledger.add(text)
        except Exception as problem:  # noqa: BLE001 - a mistake of ours must not cut the program's connection
            self._parser.opaque = f"reading the program's messages failed: {problem!r}"
        self._switch.opaque = self._switch.opaque or self._parser.opaque

    def _program_ended(self) -> None:
        if self.touched or self.service.finished:
            self.close(hard=False)
        else:
            self.service.finish()

    def _service_ended(self) -> None:
        """Pass the end on, once all that is held back is delivered."""
        if self._held:
            return
        if self.program.finished or not self.service.open:
            self.close(hard=False)
        elif not self.touched:
            self.program.finish()

    def _swallowing(self) -> bool:
        if self._switch.mode is Mode.BLACK_HOLE:
            self._swallow()
        return self.touched

    def _swallow(self) -> None:
        self._switch.fault.hits += 1
        self.touched = True

    def _hold(self, data: bytes) -> None:
        """Keep `data` until its delay has passed, and never let it overtake what is kept already."""
        loop = asyncio.get_running_loop()
        due = max(loop.time() + self._switch.delay, self._held[-1][0] if self._held else 0.0)
        self._held.append((due, data))
        self._held_bytes += len(data)
        self.balance()
        if len(self._held) == 1:
            loop.call_at(due, self._release)

    def _release(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self._held and self._held[0][0] <= now:
            data = self._held.popleft()[1]
            self._held_bytes -= len(data)
            if not self._swallowing():
                self.program.write(data)
        self.balance()
        if self._held:
            loop.call_at(self._held[0][0], self._release)
        elif self.service.finished or not self.service.open:
            self._service_ended()


class _Accepted(End):
    """The end that the program dialled."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the link."""
        super().connection_made(transport)
        self._link.accepted()
