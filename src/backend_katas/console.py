"""How `katas` speaks: errors in one voice, exit codes, colour only where it is wanted, files written whole."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from backend_katas.catalogue import find_packs, name_of, read_catalogue
from backend_katas.errors import ExitCode, KatasError, NotConfined, did_you_mean
from backend_katas.exchange import inert, readable

_LONGEST = 20_000  # characters of a message


class KatasGroup(click.Group):
    """A group of commands that suggests the nearest name for an unknown one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; unlike click's own, the error says what was perhaps meant and what there is."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            known = self.list_commands(ctx)
            hint = did_you_mean(name, known) or f"the commands are {', '.join(f'`{word}`' for word in known)}"
            raise KatasError(f"no command called `{name}`", hint, exit_code=ExitCode.USAGE)
        return super().resolve_command(ctx, args)


def run(command: click.Command, arguments: Sequence[str] | None = None) -> int:
    """Run `command` and return the exit code that says how it went, after telling what stopped it."""
    try:
        given = None if arguments is None else list(arguments)
        code = command.main(args=given, prog_name="katas", standalone_mode=False)
    except KatasError as problem:
        _tell("error", problem.message, "red")
        if problem.hint:
            _tell("hint", problem.hint, "cyan")
        return problem.exit_code
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else ExitCode.PASSED
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (`katas list | head`); Python would complain once more while it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.PASSED
    return code if isinstance(code, int) else ExitCode.PASSED


def in_color() -> bool | None:
    """Say whether to colour: `NO_COLOR` forbids it, `FORCE_COLOR` asks for it, else click looks at the terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def write_report(text: str, output: Path | None) -> None:
    """Write a report to a file, plain and whole or not at all, or to the terminal."""
    text = inert(text)
    if output is None:
        click.echo(text, nl=False, color=in_color())
        return
    part = output.with_name(f"{output.name}.part")
    try:
        part.write_text(click.unstyle(text), encoding="utf-8")
        part.replace(output)
    except OSError as problem:
        part.unlink(missing_ok=True)
        raise KatasError(f"cannot write `{output}`: {problem.strerror}") from None


def require_trust(isolation: str, *, trusted: bool, in_place: bool) -> None:
    """Raise a usage error unless it was said that the submission is trusted just where it has to be."""
    if isolation == "none" and not trusted:
        raise click.UsageError(
            "with `--isolation none` the program can do whatever you can; if you trust it, as you do your own, say so: "
            "`--trust-submission`"
        )
    if isolation != "none" and in_place:
        raise click.UsageError(
            "`--in-place` is for work that you trust: it goes with `--isolation none --trust-submission`"
        )
    if isolation != "none" and trusted:
        raise click.UsageError(
            f"`--trust-submission` goes with `--isolation none`; under `{isolation}` nothing has to be trusted"
        )


@contextmanager
def pointing_to_trust() -> Generator[None]:
    """Add to a refusal what helps those who wanted to see their own mark."""
    try:
        yield
    except NotConfined as refusal:
        refusal.hint += "; for work that you trust, as your own: `--isolation none --trust-submission`"
        raise


def complete_kata(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Complete a kata's name in the shell."""
    katas = read_catalogue(find_packs(os.environ)).katas
    names = dict.fromkeys(name for kata in katas for name in (kata.id, name_of(kata)))
    return [name for name in names if name.startswith(incomplete)]


def warn(text: str) -> None:
    """Say on the side what is wrong, but does not stop the command."""
    _tell("warning", text, "yellow")


def _tell(prefix: str, text: str, colour: str) -> None:
    # Names and values in there may be a stranger's.
    shown = inert(readable(text, limit=_LONGEST))
    click.echo(f"{click.style(prefix, fg=colour, bold=True)}: {shown}", err=True, color=in_color())
