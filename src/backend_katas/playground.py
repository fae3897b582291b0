"""`katas run`: the program with real services and no checks, for a learner who wants to try requests by hand."""

from __future__ import annotations

import time
from collections.abc import Iterator

import click

from backend_katas.deployment import Deployment
from backend_katas.errors import KatasError
from backend_katas.exchange import readable
from backend_katas.host import Host, Settings
from backend_katas.model import Kata, Submission
from backend_katas.services import SERVICES

_TICK = 0.2


def play(kata: Kata, submission: Submission, *, port: int, provider: str) -> None:
    """Run the program until it ends or Ctrl-C, showing its log and the mails it sends; KatasError if it ends."""
    settings = Settings(seed=0, provider=provider, label="run")
    with Host(kata, submission, settings) as host, host.deployed({}, port=port) as deployment:
        click.echo(f"{kata.id} answers on http://127.0.0.1:{deployment.web.port}; Ctrl-C stops it")
        for line in _given(deployment):
            click.echo(f"  {line}")
        _follow(deployment)
        raise KatasError(f"the program ended with exit code {deployment.web.stop()}")


def _given(deployment: Deployment) -> Iterator[str]:
    variables = {service.variable for service in SERVICES.values()}
    for name, value in deployment.environment.items():
        if name in variables or name.startswith("ADMIN_"):
            yield f"{name}={value}"


def _follow(deployment: Deployment) -> None:
    position, mails = 0, 0
    endpoint = deployment.services["smtp"].endpoint if "smtp" in deployment.services else None
    while deployment.web.running:
        if told := deployment.web.log_since(position):
            position = deployment.web.log_position()
            click.echo(told, nl=False)
        messages = endpoint.mailbox.messages if endpoint and endpoint.mailbox else []
        for mail in messages[mails:]:
            click.echo(
                f"--- mail to {', '.join(mail.recipients)}: {readable(mail.subject)}\n{readable(mail.text)}\n---"
            )
        mails = len(messages)
        time.sleep(_TICK)
