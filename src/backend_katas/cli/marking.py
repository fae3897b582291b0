"""Commands for whoever gives marks: one submission, a class, a regrade."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from backend_katas.catalogue import find_packs
from backend_katas.cli.options import (
    COURSE,
    FOLDER,
    SEED,
    SERVICES,
    TIME_LIMIT,
    VARIANT,
    confined_by,
    isolation_options,
)
from backend_katas.console import complete_kata, in_color, pointing_to_trust, warn, write_report

_FORMATS = ["text", "json", "csv", "junit", "html"]
_MARKS = click.argument("out", metavar="OUT", type=FOLDER)


@click.command()
@click.argument("path", metavar="SUBMISSION", type=click.Path(path_type=Path))
@click.option("--format", "form", default="text", type=click.Choice(_FORMATS), help="How to tell the result.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the report here.")
@click.option("--in-place", is_flag=True, help="Build and run it where it is, not in a copy; only if you trust it.")
@VARIANT
@isolation_options
@TIME_LIMIT
@SERVICES
@SEED
def grade(path: Path, form: str, output: Path | None, *, in_place: bool, **order: Any) -> None:
    """Grade a submission, a folder or an archive, officially: its own pytest settings and conftest are never read.

    A copy is built and run. The program runs confined, as a stranger's should. Your own needs no walls.

    \b
    Example:
      katas grade handed-in/ada --build-network --format json --output ada.json
      katas grade handed-in/bob.zip --build-network
      katas grade . --isolation none --trust-submission
    """
    from backend_katas import grading
    from backend_katas.reports import FORMATS

    packs = find_packs(os.environ)
    confined = confined_by(order, in_place=in_place)
    if in_place:
        result = grading.grade(path, packs, **order)
    else:
        with pointing_to_trust():
            result = grading.grade_copy(path, packs, isolation=confined, tell=warn, **order)
    write_report(FORMATS[form]([result]), output)
    click.echo(f"{result.score} of {result.max_score} points", err=True)
    sys.exit(result.exit_code)


@click.command()
@click.argument("place", metavar="SUBMISSIONS", type=FOLDER)
@click.option("--kata", required=True, shell_complete=complete_kata, help="What they are submissions to.")
@click.option("--out", required=True, type=FOLDER, help="Where the journal and the reports go; the same to go on.")
@click.option("--only", multiple=True, metavar="NAME", help="This submission alone; repeatable.")
@click.option("--index", "share", default="1/1", metavar="N/M", help="The N-th of M shares, for array jobs.")
@click.option("--jobs", default=0, type=click.IntRange(0), help="How many at once; by default one core is left free.")
@click.option("--dask", default="", metavar="ADDRESS", help="Have it done by the workers of a Dask cluster.")
@click.option("--regrade", is_flag=True, help="Grade all again beside the marks that count.")
@COURSE
@click.option(
    "--variants",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Who has which variant: the table that `katas variants` wrote.",
)
@click.option("--no-course", is_flag=True, help="Let the rules of no course hold any more.")
@isolation_options
@TIME_LIMIT
@SERVICES
@SEED
@click.pass_context
def batch(context: click.Context, jobs: int, share: str, **order: Any) -> None:
    """Grade a folder of submissions; start it again, and it goes on where it was.

    \b
    Example:
      katas batch handed-in --kata auth-system --out marks
    """
    from backend_katas.batch import grading as batch_grading
    from backend_katas.batch.summary import summary

    if order["course"] and order["no_course"]:
        raise click.UsageError("`--course` and `--no-course` say the contrary of each other")
    order["isolation"] = confined_by(order)
    given = batch_grading.Order(jobs=jobs or max((os.cpu_count() or 2) - 1, 1), share=_share(share), **order)
    with pointing_to_trust():
        found = batch_grading.grade_class(given, find_packs(os.environ), tell=warn)
    click.echo(summary(found, given), color=in_color())
    context.exit(found.exit_code)


@click.command()
@_MARKS
@click.argument("places", metavar="FROM...", nargs=-1, required=True, type=FOLDER)
@COURSE
@click.pass_context
def merge(context: click.Context, out: Path, places: tuple[Path, ...], course: Path | None) -> None:
    """Bring the shares of a class together in OUT; can be done again at any time.

    \b
    Example:
      katas merge marks marks-1 marks-2 marks-3
    """
    from backend_katas.batch import merging

    merged = merging.merge(out, places, find_packs(os.environ), course=course, tell=warn)
    click.echo("\n".join(merging.summary(merged, out)))
    context.exit(merged.exit_code)


@click.command()
@_MARKS
def diff(out: Path) -> None:
    """Show what a regrade would change, by submission and check.

    \b
    Example:
      katas diff marks
    """
    from backend_katas.batch.proposal import differences

    click.echo(differences(out, tell=warn), color=in_color())


@click.command()
@_MARKS
def apply(out: Path) -> None:
    """Let the marks of a regrade count; the former ones are kept.

    \b
    Example:
      katas apply marks
    """
    from backend_katas.batch.proposal import take

    click.echo(take(out, tell=warn))


@click.command()
@_MARKS
def discard(out: Path) -> None:
    """Drop a regrade; the marks stay what they were.

    \b
    Example:
      katas discard marks
    """
    from backend_katas.batch.proposal import drop

    click.echo(drop(out, tell=warn))


def _share(text: str) -> tuple[int, int]:
    try:
        number, _, of = text.partition("/")
        return int(number), int(of)
    except ValueError:
        raise click.UsageError(f"`--index {text}` is no share; write it as `2/10`") from None
