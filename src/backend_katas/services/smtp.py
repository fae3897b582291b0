"""SMTP, captured in this process: a server that takes every mail and delivers none."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakSet

from backend_katas.services.mailbox import Mail, Mailbox, parse_mail
from backend_katas.services.service import LOOPBACK, Endpoint, Provider, Server, Service, Surroundings

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

__all__ = ["SERVICE", "Mail", "Mailbox"]

LARGEST_MAIL = 1 << 20  # bytes
START_TIMEOUT = 10.0


@dataclass(frozen=True)
class _Recorder:
    """What aiosmtpd calls with each mail.

    Without slots: aiosmtpd looks at all its members, and in Python 3.11.2 that fails for one of a class with slots.
    """

    mailbox: Mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        await asyncio.sleep(self.mailbox.pause)
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        self.mailbox.add(parse_mail(raw, sender=envelope.mail_from or "", recipients=envelope.rcpt_tos))
        return "250 OK"


@dataclass(frozen=True, slots=True)
class _Started:
    port: int
    loop: asyncio.AbstractEventLoop
    over: asyncio.Event

    def end(self) -> None:
        self.loop.call_soon_threadsafe(self.over.set)


async def _serve(mailbox: Mailbox, started: Future[_Started]) -> None:
    from aiosmtpd.smtp import SMTP

    loop, over = asyncio.get_running_loop(), asyncio.Event()
    sessions: WeakSet[SMTP] = WeakSet()

    def session() -> SMTP:
        made = SMTP(
            _Recorder(mailbox), data_size_limit=LARGEST_MAIL, enable_SMTPUTF8=True, hostname="localhost", loop=loop
        )
        sessions.add(made)
        return made

    try:
        server = await loop.create_server(session, LOOPBACK, 0)
    except OSError as error:
        started.set_exception(error)
        return
    started.set_result(_Started(server.sockets[0].getsockname()[1], loop, over))
    await over.wait()
    server.close()
    for transport in [one.transport for one in sessions]:
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()


@contextmanager
def _sink(mailbox: Mailbox) -> Generator[int]:
    """Run a server in a thread of its own that fills the mailbox; gives its port."""
    started: Future[_Started] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(mailbox, started)), name="smtp", daemon=True)
    thread.start()
    server = started.result(START_TIMEOUT)
    try:
        yield server.port
    finally:
        server.end()
        thread.join()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Capture:
    provider: str = "capture"
    version: str = ""

    @contextmanager
    def endpoint(self) -> Generator[Endpoint]:
        mailbox = Mailbox()
        with _sink(mailbox) as port:
            yield Endpoint(scheme="smtp", host=LOOPBACK, port=port, mailbox=mailbox)


@contextmanager
def capture(surroundings: Surroundings) -> Generator[Server]:  # noqa: ARG001 - as every provider
    """Serve endpoints that keep what they are sent."""
    yield _Capture()


SERVICE = Service(name="smtp", variable="SMTP_URL", providers={"capture": Provider(serve=capture)})
