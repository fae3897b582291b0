"""Mail, sent beside the answer: a mail server that is slow or away must not break what was already committed."""

import asyncio
import logging
import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import SplitResult, unquote, urlsplit

log = logging.getLogger("uvicorn.error")

TIMEOUT = 10.0  # seconds


class Mailer:
    """Sends plain text to one recipient at a time."""

    def __init__(self, url: str, sender: str):
        self._url, self._sender = url, sender
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="smtp")
        self._pending: set[asyncio.Future[None]] = set()

    async def __aenter__(self) -> "Mailer":
        return self

    async def __aexit__(self, *_: object) -> None:
        """Give mails that are on their way a moment to leave."""
        if self._pending:
            await asyncio.wait(self._pending, timeout=5)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def send(self, to: str, subject: str, text: str) -> None:
        """Begin to send; call it after the commit, and do not wait."""
        future = asyncio.get_running_loop().run_in_executor(self._threads, self._deliver, to, subject, text)
        self._pending.add(future)
        future.add_done_callback(self._pending.discard)

    def _deliver(self, to: str, subject: str, text: str) -> None:
        try:
            message = self._message(to, subject, text)
            with _connect(urlsplit(self._url)) as server:
                server.send_message(message, self._sender, [to])
        except Exception as error:
            log.warning("could not send %r: %s: %s", subject, type(error).__name__, error)

    def _message(self, to: str, subject: str, text: str) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, to, subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2])
        message.set_content(text)
        return message


def _connect(url: SplitResult) -> smtplib.SMTP:
    """Open `smtp://[user:password@]host:port`, or `smtps://`."""
    common = {"local_hostname": "localhost", "timeout": TIMEOUT}
    if url.scheme == "smtps":
        server = smtplib.SMTP_SSL(url.hostname, url.port or 465, context=ssl.create_default_context(), **common)
    else:
        server = smtplib.SMTP(url.hostname, url.port or 25, **common)
    if url.username:
        server.login(unquote(url.username), unquote(url.password or ""))
    return server
