"""Keeps Redis busy for ever, and floods whoever counts its commands and keeps its mails."""

import os
import smtplib
import threading
from urllib.parse import urlsplit

import stores
import vault


def spin():
    """Never let go."""
    stores.Redis().run("EVAL", "while true do end", 0)


def flood():
    """Send a great many commands."""
    redis = stores.Redis()
    while True:
        redis.run("GET", "x" * 190)


def mail():
    """Send a great many large mails."""
    url = urlsplit(os.environ["SMTP_URL"])
    with smtplib.SMTP(url.hostname, url.port) as smtp:
        while True:
            try:
                smtp.sendmail("vault@example.com", ["keeper@example.com"], f"Subject: much\r\n\r\n{'x' * 900_000}\r\n")
            except smtplib.SMTPResponseException:
                pass


for work in (flood, mail):
    threading.Thread(target=work, daemon=True).start()
threading.Event().wait(5)
threading.Thread(target=spin, daemon=True).start()
vault.carry_off([])
