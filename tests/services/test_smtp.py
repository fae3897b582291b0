"""A program sends mail over SMTP as it would to any server."""

from __future__ import annotations

import smtplib
import socket
import time
from collections.abc import Iterator
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest

from backend_katas.services import Endpoint, Surroundings, serve
from backend_katas.services.smtp import LARGEST_MAIL, Mailbox


@pytest.fixture
def endpoint(surroundings: Surroundings) -> Iterator[Endpoint]:
    """Give an SMTP server with a mailbox."""
    with serve("smtp", surroundings) as server, server.endpoint() as made:
        yield made


@pytest.fixture
def client(endpoint: Endpoint) -> Iterator[smtplib.SMTP]:
    """Give a session of the program with the server its URL names."""
    parts = urlsplit(endpoint.url())
    with smtplib.SMTP(parts.hostname or "", parts.port or 0, timeout=60) as session:
        yield session


def message(**headers: str) -> EmailMessage:
    """Return a mail as a program builds it."""
    made = EmailMessage()
    for name, value in {"From": "app@example.com", "To": "ann@example.com", **headers}.items():
        made[name] = value
    made.set_content("Welcome: http://localhost/verify?token=abc\n")
    return made


def test_a_mail_arrives_as_it_was_sent(endpoint, client):
    """Envelope, subject and text are what the program gave."""
    client.send_message(message(Subject="Vérify"), to_addrs=["Ann@example.com", "hidden@example.com"])

    (mail,) = endpoint.mailbox.wait(to="hidden@example.com")
    assert mail.sender == "app@example.com"
    assert mail.recipients == ("Ann@example.com", "hidden@example.com")
    assert mail.subject == "Vérify"
    assert mail.links() == ["http://localhost/verify?token=abc"]
    assert b"hidden" not in mail.raw


def test_a_slow_server_makes_a_program_wait_that_waits_for_it(endpoint, client):
    """While it is slow a mail takes the time that was asked for, afterwards no more."""
    begun = time.monotonic()
    with endpoint.mailbox.slow(0.2):
        client.send_message(message())
    slow = time.monotonic() - begun
    client.send_message(message())

    assert slow >= 0.2
    assert endpoint.mailbox.pause == 0
    assert len(endpoint.mailbox.messages) == 2


def test_one_session_may_send_many(endpoint, client):
    """They come in order."""
    for number in range(5):
        client.send_message(message(Subject=str(number)))

    assert [mail.subject for mail in endpoint.mailbox.wait(to="ann@example.com", count=5)] == list("01234")


def test_a_mail_that_is_too_large_is_refused(endpoint, client):
    """The program is told so, and nothing is kept."""
    with pytest.raises(smtplib.SMTPResponseException) as refusal:
        client.sendmail("app@example.com", ["ann@example.com"], b"x" * (LARGEST_MAIL + 1))

    assert refusal.value.smtp_code == 552
    assert endpoint.mailbox.messages == []


def test_programs_have_mailboxes_of_their_own(surroundings):
    """What one sends the other does not see."""
    with serve("smtp", surroundings) as server, server.endpoint() as one, server.endpoint() as other:
        with smtplib.SMTP(one.host, one.port, timeout=60) as session:
            session.send_message(message())
        assert isinstance(one.mailbox, Mailbox)
        assert isinstance(other.mailbox, Mailbox)
        assert len(one.mailbox.messages) == 1
        assert other.mailbox.messages == []


def test_the_end_closes_open_sessions(surroundings):
    """A program that keeps its connection open does not hold up the end, and the port is free afterwards."""
    with serve("smtp", surroundings) as server, server.endpoint() as endpoint:
        connection = socket.create_connection((endpoint.host, endpoint.port), timeout=60)
        assert connection.recv(3) == b"220"
    with connection, connection.makefile("rb") as reader:
        reader.read()

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((endpoint.host, endpoint.port), timeout=60)
