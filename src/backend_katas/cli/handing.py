"""The command that gives each learner of a class a variant of a kata."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import IO

import click

from backend_katas.catalogue import find_kata, find_packs, locate_kata, name_of
from backend_katas.cli.options import FOLDER, KATA, named_packs
from backend_katas.console import in_color


@click.command()
@KATA
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--names",
    "file",
    type=click.File(encoding="utf-8-sig"),
    help="A file with a name in each line, `-` for standard input.",
)
@click.option("--out", required=True, type=FOLDER, help="Where folders and table go; the same for who comes later.")
@click.option("--stack", default="", help="The starter they begin with, such as go.")
@click.option("--zip", "archived", is_flag=True, help="An archive for each learner, not a folder.")
@click.pass_context
def variants(
    context: click.Context,
    kata: str,
    names: tuple[str, ...],
    file: IO[str] | None,
    out: Path,
    stack: str,
    *,
    archived: bool,
) -> None:
    """Give each learner a brief and a starter of their own, and write the table by which they are graded.

    \b
    Example:
      katas variants contact-book --names class.txt --out handout --zip
      katas batch handed-in --kata contact-book --variants handout/variants.csv --out marks
    """
    from backend_katas.batch.handout import TABLE, hand_out

    listed = [line.strip() for line in file or () if line.strip()]
    if not (names or listed):
        raise click.UsageError("nobody is named: give names, or a file of them by `--names`")
    packs = find_packs(os.environ)
    found = find_kata(kata, packs)
    called = "" if locate_kata(found.id, packs)[0] == found.pack else name_of(found)
    given = hand_out(found, [*names, *listed], out, stack=stack, called=called, archived=archived)
    kept = f"; {len(given.there)} were there and were left as they are" if given.there else ""
    click.echo(f"{len(given.made)} made in `{out}`{kept}")
    click.echo("keep the table of who has which variant for yourself, and grade by it:")
    given_packs = "".join(f" --pack {shlex.quote(str(pack.absolute()))}" for pack in named_packs(context))
    line = f"katas{given_packs} batch HANDED-IN --kata {kata} --variants {shlex.quote(str(out / TABLE))} --out MARKS"
    click.echo(f"  {line}", color=in_color())
