"""`katas run`: the program with real services and no checks, for a learner who wants to try it by hand."""

from __future__ import annotations

import time
from collections.abc import Iterator

import click

from backend_katas.deployment import Deployment
from backend_katas.errors import KatasError
from backend_katas.exchange import SCRATCH, readable, shell_line
from backend_katas.host import Host, Settings
from backend_katas.manifest import command_line_of
from backend_katas.model import Command, Kata, Submission
from backend_katas.services import SERVICES

_TICK = 0.2


def play(kata: Kata, submission: Submission, *, port: int, provider: str) -> None:
    """Run the program until it ends or Ctrl-C, showing its log and the mails it sends; KatasError if it ends.

    A command-line program does not run until somebody calls it: it is built, and how to call it is said.
    """
    settings = Settings(seed=0, provider=provider, label="run")
    with Host(kata, submission, settings) as host, host.deployed({}, port=port) as deployment:
        if kata.kind == "cli":
            _show_call(kata, submission, deployment)
            return
        click.echo(f"{kata.id} answers on http://127.0.0.1:{deployment.web.port}; Ctrl-C stops it")
        for line in _given(deployment):
            click.echo(f"  {line}")
        _follow(deployment)
        raise KatasError(f"the program ended with exit code {deployment.web.stop()}")


def _show_call(kata: Kata, submission: Submission, deployment: Deployment) -> None:
    call = Command(
        command=command_line_of(submission),
        arguments=(),
        environment={
            name: _lasting(value, deployment.environment[name], submission) for name, value in kata.environment.items()
        },
        stdin="",
        exit_code=None,
        stdout="",
        stderr="",
        problem="",
        seconds=0.0,
    )
    click.echo(f"{kata.id} is a command-line program: there is nothing to serve")
    click.echo(f"call it yourself in `{submission.folder}`, with arguments behind:")
    line = shell_line(call)
    for shown in ["SCRATCH=$(mktemp -d)", line] if SCRATCH in line else [line]:
        click.echo(f"  {shown}")


def _lasting(value: str, given: str, submission: Submission) -> str:
    """Return a variable's value that still leads somewhere when the folders of this run are gone."""
    if "{secret}" in value:
        return given
    return value.replace("{scratch}", SCRATCH).replace("{files}", str(submission.folder / "files"))


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
