"""The command for whoever wonders whether two submissions are one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import click

from backend_katas.catalogue import find_packs
from backend_katas.cli.options import FOLDER
from backend_katas.console import complete_kata, in_color, write_report


@click.command()
@click.argument("place", metavar="SUBMISSIONS", type=FOLDER)
@click.option("--kata", required=True, shell_complete=complete_kata, help="Its starters are nobody's own code.")
@click.option("--out", type=FOLDER, help="Write `similar.csv` and `similar.json` here, and the page of `katas batch`.")
@click.option("--least", default=20, show_default=True, type=click.IntRange(1, 100), help="Percent from which to tell.")
@click.option(
    "--common", default=34, show_default=True, type=click.IntRange(1, 100), help="Percent that makes code everybody's."
)
@click.option("--pair", nargs=2, metavar="ONE OTHER", help="Show what these two share, side by side.")
@click.option("--format", "form", default="text", type=click.Choice(["text", "csv", "json"]), help="How to tell it.")
def similar(
    place: Path, kata: str, out: Path | None, least: int, common: int, pair: tuple[str, str] | None, form: str
) -> None:
    """Tell who of a class has code in common: a lead for a person, never a verdict.

    \b
    Example:
      katas similar handed-in --kata auth-system --out marks
      katas similar handed-in --kata auth-system --pair ada bob
    """
    from backend_katas.batch.similar import document, finding, showing

    if pair and (out or form != "text"):
        raise click.UsageError("`--pair` is for a person at a terminal: not with `--out` or `--format`")
    order = finding.Order(place=place, kata=kata, least=least, common=common, pair=pair)
    packs = find_packs(os.environ)
    if pair:
        two = finding.look_at(order, pair, packs)
        click.echo(showing.side_by_side(two, width=shutil.get_terminal_size((120, 24)).columns), color=in_color())
        return
    found = finding.find_similar(order, packs)
    forms = {"text": showing.table, "csv": document.to_csv, "json": document.to_json}
    write_report(forms[form](found), None)
    if out:
        from backend_katas.batch.similar.keeping import keep

        for path in keep(found, out):
            click.echo(f"written: {path}", err=True)
