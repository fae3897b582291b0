"""Commands for whoever writes katas: a draft, and the proof of a grader."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from backend_katas.catalogue import find_packs
from backend_katas.cli.options import FOLDER, SERVICES, named_packs
from backend_katas.console import complete_kata, in_color


@click.command()
@click.argument("kata")
@click.option("--kind", required=True, type=click.Choice(["http", "cli"]), help="What the program is.")
@click.option("--stage", default="", help="A stage of the roadmap; without it the first one.")
@click.option("--pack", "folder", type=FOLDER, help="Where to put it; a new or empty folder becomes a pack.")
@click.pass_context
def new(context: click.Context, kata: str, kind: str, stage: str, folder: Path | None) -> None:
    """Make the draft of a kata that can be proved as it stands; never overwrites a file.

    \b
    Example:
      katas new guest-book --kind http --stage apis --pack my-katas
    """
    from backend_katas.authoring.scaffold import new_kata, next_steps

    place = folder or next(iter(reversed(named_packs(context))), None)
    draft = new_kata(kata, kind=kind, stage=stage, folder=place)
    click.echo(next_steps(draft, place or Path(os.path.relpath(draft.root))), color=in_color())


@click.command()
@click.argument("katas", metavar="[KATA]...", nargs=-1, shell_complete=complete_kata)
@click.option("--runs", default=1, show_default=True, type=click.IntRange(1), help="How often each one is graded.")
@click.option("--whole", is_flag=True, help="All levels in each run of a mutant, not in the first alone.")
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1), help="How many at the same time.")
@click.option(
    "--only",
    "kinds",
    multiple=True,
    type=click.Choice(["reference", "starter", "mutant", "variant"]),
    help="Repeatable.",
)
@click.option("--affected", "since", default="", metavar="REV", help="Only what was changed since a revision.")
@click.option(
    "--mutate", default=0, metavar="N", type=click.IntRange(0), help="N faults made by machine in each reference."
)
@click.option("--again", is_flag=True, help="Also what was graded before and has not changed.")
@click.option("--strict", is_flag=True, help="Fail for what this machine cannot judge; always so where `CI` is set.")
@SERVICES
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
