"""The `katas` command: each subcommand parses, calls one function, echoes and ends with an exit code."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from backend_katas import __version__
from backend_katas.catalogue import (
    PACKS_VARIABLE,
    find_kata,
    find_level,
    find_packs,
    locate_kata,
    name_of,
    read_catalogue,
)
from backend_katas.console import (
    KatasGroup,
    complete_kata,
    in_color,
    pointing_to_trust,
    require_trust,
    run,
    warn,
    write_report,
)
from backend_katas.errors import ExitCode
from backend_katas.listing import catalogue_document, describe, kata_document, listing, problems_of
from backend_katas.manifest import read_submission, require_commands
from backend_katas.model import Kata

_FOLDER = click.Path(path_type=Path, file_okay=False)
_KATA = click.argument("kata", shell_complete=complete_kata)
_SERVICES = click.option(
    "--services",
    default="auto",
    type=click.Choice(["auto", "url", "embedded", "docker"]),
    help="Where PostgreSQL and Redis come from.",
)
_KINDS = ["reference", "starter", "mutant"]
_SEED = click.option("--seed", type=int, help="Repeat a run with its random values.")


def _use_image(_context: click.Context, _option: click.Parameter, name: str | None) -> None:
    """Take an image for the containers of this process, and of those that it starts."""
    if name:
        os.environ["KATAS_IMAGE"] = name


@click.group(cls=KatasGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="katas")
@click.option("--pack", "packs", multiple=True, type=_FOLDER, help="A folder with further katas; repeatable.")
def katas(packs: tuple[Path, ...]) -> None:
    """Build real backends, and have them judged by how they behave.

    \b
    Example:
      katas start auth-system && cd auth-system && katas test
    """
    if packs:
        named = [os.environ.get(PACKS_VARIABLE, ""), *(str(pack.absolute()) for pack in packs)]
        os.environ[PACKS_VARIABLE] = os.pathsep.join(entry for entry in named if entry)


@katas.command("list")
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


@katas.command()
@_KATA
@click.option("--checks", is_flag=True, help="Show which rule of the brief each check proves.")
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON document.")
def show(kata: str, *, checks: bool, as_json: bool) -> None:
    """Show one kata: its levels, points, services and starters.

    \b
    Example:
      katas show auth-system --checks
    """
    from backend_katas.authoring.promises import promises_document, promises_table, read_promises

    found = _find(kata)
    promises = read_promises(found) if checks else None
    if as_json:
        document = promises_document(promises) if promises else kata_document(found)
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        click.echo(promises_table(promises) if promises else describe(found), color=in_color())


@katas.command()
@_KATA
@click.argument("folder", metavar="[DIR]", required=False, type=_FOLDER)
@click.option("--stack", default="", help="The starter to begin with, such as python-fastapi.")
@click.option("--github", is_flag=True, help="Add a workflow that grades each push.")
@click.pass_context
def start(context: click.Context, kata: str, folder: Path | None, stack: str, *, github: bool) -> None:
    """Put a kata's starter and brief into a new folder; never overwrites a file.

    \b
    Example:
      katas start auth-system my-auth --stack python-fastapi --github
    """
    from backend_katas import workspace

    packs = find_packs(os.environ)
    found = find_kata(kata, packs)
    target = folder or Path(found.id)
    name = "" if locate_kata(found.id, packs)[0] == found.pack else name_of(found)
    made = workspace.start(found, target, stack=stack, github=github, name=name)
    click.echo(f"{len(made)} files in `{target}`; read `{target / 'BRIEF.md'}` first")
    chosen = stack or found.stacks[0]
    if others := [name for name in found.stacks if name != chosen]:
        click.echo(f"the starter is `{chosen}`; `--stack` takes another: {', '.join(others)}")
    named = () if name_of(found) == found.id else _packs(context)
    given = "".join(f" --pack {shlex.quote(str(pack.absolute()))}" for pack in named)
    click.echo(f"next: cd {target} && katas{given} test", color=in_color())


@katas.command(context_settings={"ignore_unknown_options": True})
@click.option("--level", "levels", multiple=True, help="Only this level, by id or number; repeatable.")
@_SERVICES
@_SEED
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
    kata = _find(submission.kata)
    # Looked at here too, because pytest's exit code for wrong usage means to us that the program did not start.
    require_commands(submission, kata)
    chosen = [find_level(kata, level).id for level in levels]
    sys.exit(run_in_place(submission, levels=chosen, services=services, seed=seed, options=options))


@katas.command("run")
@click.argument("folder", metavar="[DIR]", default=".", type=_FOLDER)
@click.option("--port", default=8000, show_default=True, help="Where your program listens.")
@_SERVICES
def run_program(folder: Path, port: int, services: str) -> None:
    """Start your program with its services, as the checks meet it, until Ctrl-C.

    \b
    Example:
      katas run --port 8000
    """
    from backend_katas.playground import play

    submission = read_submission(folder)
    play(_find(submission.kata), submission, port=port, provider=services)


@katas.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option("--format", "form", default="text", type=click.Choice(["text", "json"]), help="How to tell the result.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the report here.")
@click.option(
    "--isolation",
    default="bwrap",
    show_default=True,
    type=click.Choice(["bwrap", "docker", "none"]),
    help="How the program is confined.",
)
@click.option(
    "--image",
    callback=_use_image,
    expose_value=False,
    help="What containers are made of, with `--isolation docker`.  [default: that of the stack]",
)
@click.option("--trust-submission", is_flag=True, help="Let it do whatever you may, with `--isolation none`.")
@click.option("--in-place", is_flag=True, help="Build and run it where it is, not in a copy; only if you trust it.")
@click.option("--build-network", is_flag=True, help="Let the confined build use the network, as `pip install` must.")
@click.option("--soft-memory", is_flag=True, help="Have it where memory and processor cannot be limited as a whole.")
@_SERVICES
@_SEED
def grade(
    folder: Path, form: str, output: Path | None, *, trust_submission: bool, in_place: bool, **order: Any
) -> None:
    """Grade a submission officially, in a copy: its own pytest settings and conftest are never read.

    The program runs confined, as a stranger's should. Your own needs no walls.

    \b
    Example:
      katas grade handed-in/ada --build-network --format json --output ada.json
      katas grade . --isolation none --trust-submission
    """
    from backend_katas import grading
    from backend_katas.reports import FORMATS
    from backend_katas.runner import Isolation

    packs = find_packs(os.environ)
    given = {name: order.pop(name) for name in ("build_network", "soft_memory")}
    confined = Isolation(name=order.pop("isolation"), **given)
    require_trust(confined.name, trusted=trust_submission, in_place=in_place)
    if in_place:
        result = grading.grade(folder, packs, **order)
    else:
        with pointing_to_trust():
            result = grading.grade_copy(folder, packs, isolation=confined, tell=warn, **order)
    write_report(FORMATS[form]([result]), output)
    click.echo(f"{result.score} of {result.max_score} points", err=True)
    sys.exit(result.exit_code)


@katas.command()
@click.argument("level", default="")
def hint(level: str) -> None:
    """Give one more hint for a level, or for the first one that is not done.

    \b
    Example:
      katas hint signup
    """
    from backend_katas.workspace import next_hint

    submission = read_submission(Path())
    found = next_hint(_find(submission.kata), submission.folder, level)
    click.echo(f"level {found.level.id}, hint {found.number} of {found.total}\n\n{found.text}")


@katas.command()
@click.argument("kata")
@click.option("--kind", required=True, type=click.Choice(["http", "cli"]), help="What the program is.")
@click.option("--stage", default="", help="A stage of the roadmap; without it the first one.")
@click.option("--pack", "folder", type=_FOLDER, help="Where to put it; a new or empty folder becomes a pack.")
@click.pass_context
def new(context: click.Context, kata: str, kind: str, stage: str, folder: Path | None) -> None:
    """Make the draft of a kata that can be proved as it stands; never overwrites a file.

    \b
    Example:
      katas new guest-book --kind http --stage apis --pack my-katas
    """
    from backend_katas.authoring.scaffold import new_kata, next_steps

    place = folder or next(iter(reversed(_packs(context))), None)
    draft = new_kata(kata, kind=kind, stage=stage, folder=place)
    click.echo(next_steps(draft, place or Path(os.path.relpath(draft.root))), color=in_color())


@katas.command()
@click.argument("katas", metavar="[KATA]...", nargs=-1, shell_complete=complete_kata)
@click.option("--runs", default=1, show_default=True, type=click.IntRange(1), help="How often each one is graded.")
@click.option("--whole", is_flag=True, help="All levels in each run of a mutant, not in the first alone.")
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1), help="How many at the same time.")
@click.option(
    "--only", "kinds", multiple=True, type=click.Choice(["reference", "starter", "mutant"]), help="Repeatable."
)
@click.option("--affected", "since", default="", metavar="REV", help="Only what was changed since a revision.")
@click.option(
    "--mutate", default=0, metavar="N", type=click.IntRange(0), help="N faults made by machine in each reference."
)
@click.option("--again", is_flag=True, help="Also what was graded before and has not changed.")
@click.option("--strict", is_flag=True, help="Fail for what this machine cannot judge; always so where `CI` is set.")
@_SERVICES
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON document.")
def verify(*, as_json: bool, strict: bool, **order: Any) -> None:
    """Prove graders: they accept the references, and refuse starters and mutants as they should.

    \b
    Example:
      katas verify auth-system --runs 10 --jobs 2
    """
    if order["mutate"] and (order["kinds"] or order["whole"] or order["runs"] > 1):
        raise click.UsageError("`--mutate` tries references, each fault once: not with `--only`, `--whole` or `--runs`")
    from backend_katas.authoring import verification
    from backend_katas.authoring.proof import exit_code
    from backend_katas.authoring.table import proofs_document, proofs_table

    proofs = verification.verify(verification.Order(**order), find_packs(os.environ))
    document = json.dumps(proofs_document(proofs), indent=2, ensure_ascii=False) if as_json else ""
    click.echo(document or proofs_table(proofs, Path.cwd()), color=in_color())
    sys.exit(exit_code(proofs, strict=strict or bool(os.environ.get("CI"))))


@katas.command()
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


def _packs(context: click.Context) -> tuple[Path, ...]:
    """Return the packs that were named before the command."""
    return context.find_root().params["packs"]


def _find(name: str) -> Kata:
    return find_kata(name, find_packs(os.environ))


def main() -> NoReturn:
    """Run `katas` as the installed script does."""
    sys.exit(run(katas))
