"""Mails are read as a person's mail program would read them, and waited for without delay."""

from __future__ import annotations

import threading
from email.message import EmailMessage

import pytest

from backend_katas.errors import ProgramFault
from backend_katas.services.mailbox import KEPT, Mail, Mailbox, parse_mail


def mail(*, to: str = "ann@example.com", subject: str = "Hello", text: str = "") -> Mail:
    """Return a mail that came."""
    return Mail(sender="app@example.com", recipients=(to,), subject=subject, text=text, html="", raw=text.encode())


def parsed(raw: bytes) -> Mail:
    """Read a mail as it stands."""
    return parse_mail(raw, sender="app@example.com", recipients=["ann@example.com"])


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "8bit"])
def test_the_text_is_decoded_from_every_transfer_encoding(encoding):
    """What the program wrote is what a check sees, lines joined that were only folded for the journey."""
    message = EmailMessage()
    message["Subject"] = "Perché no? ✓"
    text = f"Ciao è,\n{'a long line ' * 20}\nhttps://example.com/verify?token={'x' * 90}=="
    message.set_content(text, cte=encoding)

    read = parsed(message.as_bytes())

    assert read.subject == "Perché no? ✓"
    assert read.text == text
    assert read.links() == [f"https://example.com/verify?token={'x' * 90}=="]


def test_a_multipart_mail_has_text_and_html():
    """Both alternatives are found, and an attachment is neither."""
    message = EmailMessage()
    message.set_content("plain è")
    message.add_alternative("<p>rich è</p>", subtype="html")
    message.add_attachment("attached", filename="notes.txt")

    read = parsed(message.as_bytes())

    assert (read.text, read.html) == ("plain è", "<p>rich è</p>")


def test_links_of_a_mail_without_text_come_from_its_html():
    """Entities are decoded."""
    message = EmailMessage()
    message.set_content('<a href="https://example.com/verify?a=1&amp;b=2">here</a>', subtype="html")

    assert parsed(message.as_bytes()).links() == ["https://example.com/verify?a=1&b=2"]


def test_links_leave_the_sentence_around_them_alone():
    """Neither a full stop nor the bracket around a link belongs to it, but a bracket inside does."""
    text = (
        "Go to http://localhost:8080/reset?token=abc-_.~123. Or (https://example.com/x), <https://example.com/y>;"
        " https://example.com/a_(b) and https://example.com/z!"
    )

    assert mail(text=text).links() == [
        "http://localhost:8080/reset?token=abc-_.~123",
        "https://example.com/x",
        "https://example.com/y",
        "https://example.com/a_(b)",
        "https://example.com/z",
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"Subject: =?utf-9?b?broken?=\r\n\r\nhello",
        b"Content-Type: text/plain; charset=klingon\r\n\r\nhello",
        b"Content-Type: multipart/mixed\r\n\r\nhello",
        b"Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\n",
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!",
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=FF=ZZ",
        b"Subject: a\r\nSubject: b\r\nTo: <<>>,,;\r\nContent-Type: ;;;\r\n\r\nhello",
        b"Content-Type: message/rfc822\r\n\r\n" * 50,
    ],
)
def test_a_malformed_mail_is_read_all_the_same(raw):
    """What cannot be understood is empty or replaced; it is the program's mistake and no accident of ours."""
    read = parsed(raw)

    assert read.raw == raw
    assert isinstance(read.subject + read.text + read.html, str)


def test_an_unknown_character_set_is_read_as_utf_8():
    """The words are there, whatever the mail says about them."""
    assert parsed(b"Content-Type: text/plain; charset=klingon\r\n\r\nhello").text == "hello"


def test_recipients_are_the_same_in_upper_and_lower_case():
    """As every mail provider treats them."""
    mailbox = Mailbox()
    mailbox.add(mail(to="Ann@Example.com"))
    mailbox.add(mail(to="bob@example.com"))

    assert [found.recipients for found in mailbox.to("aNN@example.COM")] == [("Ann@Example.com",)]


def test_waiting_ends_when_the_mail_comes():
    """A waiter is woken by the mail it waits for, and not by another one."""
    mailbox = Mailbox()

    def deliver() -> None:
        mailbox.add(mail(to="bob@example.com", text="code 111"))
        mailbox.add(mail(text="hello"))
        mailbox.add(mail(text="code 123"))

    timer = threading.Timer(0.05, deliver)
    timer.start()
    found = mailbox.wait(to="ANN@example.com", containing="code", within=30)
    timer.join()

    assert [one.text for one in found] == ["code 123"]


def test_waiting_for_several_mails_returns_all_of_them():
    """`count` is how many have to be there."""
    mailbox = Mailbox()
    mailbox.add(mail(subject="first"))
    timer = threading.Timer(0.05, lambda: mailbox.add(mail(subject="second")))
    timer.start()
    found = mailbox.wait(to="ann@example.com", count=2, within=30)
    timer.join()

    assert [one.subject for one in found] == ["first", "second"]


def test_a_mail_that_does_not_come_is_the_program_s_fault():
    """The message says what was waited for, and what came instead."""
    mailbox = Mailbox()
    with pytest.raises(ProgramFault) as nothing:
        mailbox.wait(to="ann@example.com", within=0.01)
    mailbox.add(mail(to="bob@example.com", subject="Welcome"))
    mailbox.add(mail(subject="Hello"))
    with pytest.raises(ProgramFault) as other:
        mailbox.wait(to="ann@example.com", containing="reset", within=0.01)
    with pytest.raises(ProgramFault) as few:
        mailbox.wait(to="ann@example.com", count=2, within=0.01)

    assert str(nothing.value) == "no mail to `ann@example.com` arrived within 0.01 s; no mail came at all"
    assert str(other.value) == (
        "no mail to `ann@example.com` with `reset` arrived within 0.01 s; "
        "2 mails came: `Welcome` to `bob@example.com`; `Hello` to `ann@example.com`"
    )
    assert str(few.value).startswith("only 1 of 2 mails to `ann@example.com` arrived")


def test_a_flood_of_mails_is_bounded():
    """The oldest go."""
    mailbox = Mailbox()
    for number in range(KEPT + 10):
        mailbox.add(mail(subject=str(number)))

    assert len(mailbox.messages) == KEPT
    assert mailbox.messages[0].subject == "10"


def test_a_flood_of_large_mails_pushes_the_oldest_out(monkeypatch):
    """They do not fill the grader's memory."""
    monkeypatch.setattr("backend_katas.services.mailbox.KEPT_BYTES", 10_000)
    mailbox = Mailbox()
    for number in range(50):
        mailbox.add(mail(text=f"{number} {'x' * 1_000}"))

    assert 5 < len(mailbox.messages) < 10
    assert mailbox.messages[-1].text.startswith("49")
