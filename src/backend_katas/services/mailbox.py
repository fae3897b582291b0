"""The mails that a program sent, as a check looks at them."""

from __future__ import annotations

import email
import email.policy
import html
import re
import time
from collections import deque
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage, MIMEPart
from threading import Condition

from backend_katas.errors import ProgramFault
from backend_katas.waiting import waiting_for

KEPT = 2000  # mails; the oldest ones go when more arrive
KEPT_BYTES = 16 << 20  # of them as they came; decoded they take a few times that
SHOWN = 5

_LINK = re.compile(r"https?://[^\s<>\"'`\\]+")
_AFTER_A_LINK = ".,;:!?*"  # not `_` or `-`, in which a base64url token may end (RFC 4648)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail: sender and recipients of the envelope, subject and body decoded, and all of it as it came."""

    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str
    raw: bytes

    def links(self) -> list[str]:
        """Return the http and https addresses in the text, in order; of a mail without text, those in its HTML."""
        return [_trimmed(link) for link in _LINK.findall(self.text or html.unescape(self.html))]


def parse_mail(raw: bytes, *, sender: str, recipients: Sequence[str]) -> Mail:
    """Read a mail leniently: what cannot be decoded is empty or replaced, never an error."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return Mail(
        sender=sender,
        recipients=tuple(recipients),
        subject=_subject(message),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        raw=raw,
    )


class Mailbox:
    """The mails of one endpoint; the SMTP server's thread adds to it, checks wait for it."""

    def __init__(self) -> None:
        self._mails: deque[Mail] = deque()
        self._bytes = 0
        self._arrival = Condition()
        self.pause = 0.0
        """The seconds that the server takes for each mail."""

    @contextmanager
    def slow(self, seconds: float) -> Generator[None]:
        """Let the server take so many seconds for each mail, as one that is far away does."""
        self.pause = seconds
        try:
            yield
        finally:
            self.pause = 0.0

    @property
    def messages(self) -> list[Mail]:
        """All mails so far, the oldest first."""
        with self._arrival:
            return list(self._mails)

    def add(self, mail: Mail) -> None:
        """Keep a mail and wake whoever waits for it."""
        with self._arrival:
            self._mails.append(mail)
            self._bytes += len(mail.raw)
            while len(self._mails) > KEPT or self._bytes > KEPT_BYTES:
                self._bytes -= len(self._mails.popleft().raw)
            self._arrival.notify_all()

    def to(self, address: str) -> list[Mail]:
        """Return the mails to an address; upper and lower case are the same."""
        wanted = address.casefold()
        return [mail for mail in self.messages if wanted in map(str.casefold, mail.recipients)]

    def wait(self, *, to: str, containing: str = "", within: float = 5.0, count: int = 1) -> list[Mail]:
        """Return the mails to an address with a text in subject or body as soon as there are `count` of them.

        Raises ProgramFault, which lists what came instead, after `within` seconds.
        """
        deadline = time.monotonic() + within
        with waiting_for("a mail"), self._arrival:
            while len(found := [mail for mail in self.to(to) if _contains(mail, containing)]) < count:
                if not self._arrival.wait(max(deadline - time.monotonic(), 0)) and time.monotonic() >= deadline:
                    raise ProgramFault(self._missing(to, containing, within, count, len(found)))
        return found

    def _missing(self, to: str, containing: str, within: float, count: int, found: int) -> str:
        what = f"to `{to}`" + (f" with `{containing}`" if containing else "")
        number = "no mail" if not found else f"only {found} of {count} mails"
        mails = list(self._mails)
        came = [f"`{mail.subject}` to {', '.join(f'`{name}`' for name in mail.recipients)}" for mail in mails]
        more = [f"and {len(came) - SHOWN} more"] if len(came) > SHOWN else []
        others = f"{len(mails)} mail{'s' * (len(mails) != 1)} came: {'; '.join(came[-SHOWN:] + more)}"
        return f"{number} {what} arrived within {within:g} s; {others if mails else 'no mail came at all'}"


def _contains(mail: Mail, text: str) -> bool:
    return any(text in part for part in (mail.subject, mail.text, mail.html))


def _subject(message: EmailMessage) -> str:
    # The parser of headers stumbles over some malformed ones with whatever its code happens to raise.
    try:
        return str(message.get("subject", ""))
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""


def _body(message: EmailMessage, kind: str) -> str:
    try:
        part = message.get_body((kind,))
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    return "" if part is None else "\n".join(_content(part).splitlines())


def _content(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except (ValueError, LookupError, TypeError, AttributeError):
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _trimmed(link: str) -> str:
    """Cut off the punctuation of the sentence around a link, and a bracket that was opened before it."""
    link = link.rstrip(_AFTER_A_LINK)
    for opening, closing in ("()", "[]"):
        if link.endswith(closing) and opening not in link:
            link = link[:-1].rstrip(_AFTER_A_LINK)
    return link
