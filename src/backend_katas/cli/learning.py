"""Commands for whoever learns: find a kata, start it, be judged, get on."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

import click

from backend_katas.catalogue import (
    as_meant,
    as_variant,
    find_kata,
    find_level,
    find_packs,
    locate_kata,
    name_of,
    read_catalogue,
)
from backend_katas.cli.options import FOLDER, KATA, SEED, SERVICES, VARIANT, find, named_packs
from backend_katas.console import in_color, warn
from backend_katas.errors import ExitCode
from backend_katas.listing import catalogue_document, describe, kata_document, listing, problems_of
from backend_katas.manifest import read_submission, require_commands


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON document.")
def list_katas(*, as_json: bool) -> None:
    """Show the katas there are, along the roadmap.

    \b
    Example:
      katas list --json | jq '.katas[].id'
    """
    catalogue = read_catalogue(find_packs(os.environ))
    document = catalogue_document(catalogue)
    click.echo(json.dumps(document, indent=2) if as_json else listing(catalogue), color=in_color())
    if not as_json:
        for problem in problems_of(catalogue):
            warn(problem)


@click.command()
@KATA
@click.option("--checks", is_flag=True, help="Show which rule of the brief each check proves.")
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON document.")
def show(kata: str, *, checks: bool, as_json: bool) -> None:
    """Show one kata: its levels, points, services and starters.

    \b
    Example:
      katas show auth-system --checks
    """
    from backend_katas.authoring.promises import promises_document, promises_table, read_promises

    found = find(kata)
    promises = read_promises(found) if checks else None
    if as_json:
        document = promises_document(promises) if promises else kata_document(found)
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        click.echo(promises_table(promises) if promises else describe(found), color=in_color())


@click.command()
@KATA
@click.argument("folder", metavar="[DIR]", required=False, type=FOLDER)
@click.option("--stack", default="", help="The starter to begin with, such as python-fastapi.")
@click.option("--github", is_flag=True, help="Add a workflow that grades each push.")
@VARIANT
@click.pass_context
def start(
    context: click.Context, kata: str, folder: Path | None, stack: str, variant: int | None, *, github: bool
) -> None:
    """Put a kata's starter and brief into a new folder; never overwrites a file.

    \b
    Example:
      katas start auth-system my-auth --stack python-fastapi --github
      katas start contact-book --variant 4711
    """
    from backend_katas import workspace

    packs = find_packs(os.environ)
    found = as_variant(find_kata(kata, packs), variant)
    target = folder or Path(found.id)
    name = "" if locate_kata(found.id, packs)[0] == found.pack else name_of(found)
    made = workspace.start(found, target, stack=stack, github=github, name=name)
    click.echo(f"{len(made)} files in `{target}`; read `{target / 'BRIEF.md'}` first")
    chosen = stack or found.stacks[0]
    if others := [name for name in found.stacks if name != chosen]:
        click.echo(f"the starter is `{chosen}`; `--stack` takes another: {', '.join(others)}")
    named = () if name_of(found) == found.id else named_packs(context)
    given = "".join(f" --pack {shlex.quote(str(pack.absolute()))}" for pack in named)
    click.echo(f"next: cd {target} && katas{given} test", color=in_color())


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--level", "levels", multiple=True, help="Only this level, by id or number; repeatable.")
@SERVICES
@SEED
@click.argument("arguments", metavar="[DIR] [PYTEST OPTIONS]...", nargs=-1, type=click.UNPROCESSED)
def test(levels: tuple[str, ...], services: str, seed: int | None, arguments: tuple[str, ...]) -> None:
    """Judge your own program while you build it; options that are not ours go to pytest.

    \b
    Example:
      katas test --level signup -x
    """
    from backend_katas.selftest import run_in_place, split_folder

    folder, options = split_folder(arguments)
    submission = read_submission(folder)
    kata = as_meant(find(submission.kata), submission)
    # Looked at here too, because pytest's exit code for wrong usage means to us that the program did not start.
    require_commands(submission, kata)
    chosen = [find_level(kata, level).id for level in levels]
    sys.exit(run_in_place(submission, levels=chosen, services=services, seed=seed, options=options))


@click.command("run")
@click.argument("folder", metavar="[DIR]", default=".", type=FOLDER)
@click.option("--port", default=8000, show_default=True, help="Where your program listens.")
@SERVICES
def run_program(folder: Path, port: int, services: str) -> None:
    """Start your program with its services, as the checks meet it, until Ctrl-C.

    \b
    Example:
      katas run --port 8000
    """
    from backend_katas.playground import play

    submission = read_submission(folder)
    play(as_meant(find(submission.kata), submission), submission, port=port, provider=services)


@click.command()
@click.argument("level", default="")
def hint(level: str) -> None:
    """Give one more hint for a level, or for the first one that is not done.

    \b
    Example:
      katas hint signup
    """
    from backend_katas.workspace import next_hint

    submission = read_submission(Path())
    found = next_hint(as_meant(find(submission.kata), submission), submission.folder, level)
    click.echo(f"level {found.level.id}, hint {found.number} of {found.total}\n\n{found.text}")


@click.command()
@click.option(
    "--isolation",
    is_flag=False,
    flag_value="bwrap",
    type=click.Choice(["bwrap", "docker"]),
    help="Prove an isolation, `bwrap` if none is named, property by property.",
)
def doctor(*, isolation: str | None) -> None:
    """Tell what is here, what is missing and what to do about it.

    \b
    Example:
      katas doctor
      katas doctor --isolation docker
    """
    from backend_katas.doctor import diagnose, diagnose_isolation, render

    findings = diagnose_isolation(isolation) if isolation else diagnose()
    click.echo(render(findings), color=in_color())
    usable = all(finding.present or finding.optional for finding in findings)
    sys.exit(ExitCode.PASSED if usable else ExitCode.OUR_FAULT)
