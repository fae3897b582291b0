"""`make bench-batch`: what a class overnight costs, in one table; and the class, for whoever wants to look at one."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from backend_katas.catalogue import find_kata, find_packs
from benchmarks.batch import busy, classroom, cluster, growth, loop, page, same
from benchmarks.batch.account import cores
from benchmarks.batch.plan import Plan
from benchmarks.bench import obstacle
from benchmarks.commands import CommandFailed
from benchmarks.setting import setting
from benchmarks.table import Figures, Missing, Row, render

LINES: dict[str, tuple[Callable[[Plan], Sequence[Row]], Callable[[Plan], Figures]]] = {
    "busy": (lambda _: busy.ROWS, busy.measure),
    "growth": (growth.rows, growth.measure),
    "loop": (loop.rows, loop.measure),
    "dask": (lambda _: cluster.ROWS, cluster.measure),
    "same": (lambda _: same.ROWS, same.measure),
    "page": (lambda _: page.ROWS, page.measure),
}
_KATA = click.option("--kata", default="auth-system", show_default=True, help="What the large class is graded for.")
_SEED = click.option("--seed", default=1, show_default=True, help="Another class, and other random values.")
_STACKS = click.option("--stack", "stacks", multiple=True, help="Only programs of this stack; repeatable.")
_WALLS = {"bwrap": ("--build-network",), "none": ("--isolation", "none", "--trust-submission")}


@click.group(invoke_without_command=True)
@click.option("--only", multiple=True, type=click.Choice([*LINES]), help="Measure this alone; repeatable.")
@click.option("--quick", is_flag=True, help="Small classes: a look, not a measurement.")
@click.option("--of", type=int, help="Submissions in the large class.  [default: 100]")
@click.option("--again", type=int, help="Submissions in the class that is graded four times.  [default: 25]")
@click.option("--growth", "sizes", help="Sizes of the growing class.  [default: 10,100,500]")
@click.option("--jobs", default=cores() + 1, show_default="cores and one more", help="How many at once.")
@click.option("--isolation", default="bwrap", show_default=True, type=click.Choice([*_WALLS]))
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Work in this new folder, and leave it.")
@_KATA
@_SEED
@_STACKS
@click.pass_context
def main(context: click.Context, only: Sequence[str], keep: Path | None, **given: object) -> None:
    """Measure, and print the table.

    \b
    Example:
      python -m benchmarks.batch --only growth --quick
    """  # noqa: D301 - click wants a real \\b before lines that it must not wrap
    if context.invoked_subcommand:
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what runs is taken down, folders go
    chosen = [name for name in LINES if not only or name in only]
    told = setting(runs=1)
    if keep and keep.exists():
        raise click.UsageError(f"`{keep}` is there already; what is measured has to begin anew")
    with tempfile.TemporaryDirectory(prefix="katas-bench-") as made:
        plan = _plan(keep.absolute() if keep else Path(made), docker="loop" in chosen, **given)
        found: dict[str, float | Missing] = {}
        for name in chosen:
            click.echo(f"{datetime.now(UTC):%H:%M} {name} (load {os.getloadavg()[0]:.1f})", err=True)
            try:
                found |= _measured(name, plan)
            except KeyboardInterrupt:
                break  # hours may have been spent on the lines before
    rows = [row for name in chosen for row in LINES[name][0](plan) if row.name in found]
    click.echo(f"{told}\n\n{render(rows, [found])}")


def _measured(name: str, plan: Plan) -> Figures:
    """Measure a line; what went wrong with it is told, and the others are measured all the same."""
    rows, measure = LINES[name]
    try:
        return measure(plan)
    except CommandFailed as problem:
        click.echo(f"{problem}", err=True)
        return {row.name: Missing(f"{problem}".partition("\n")[0]) for row in rows(plan)}


@main.command("class")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--of", default=100, show_default=True, help="How many hand in.")
@_KATA
@_SEED
@_STACKS
def class_(folder: Path, of: int, kata: str, seed: int, stacks: Sequence[str]) -> None:
    """Make a class: right programs, wrong ones, starters, broken ones; DIR/class.csv says who is what.

    \b
    Example:
      python -m benchmarks.batch class /tmp/class --of 100 --kata auth-system --seed 1
    """  # noqa: D301
    drawn = classroom.members(find_kata(kata, find_packs(os.environ)), of=of, seed=seed, stacks=stacks)
    click.echo(classroom.make(folder, drawn))


def _plan(
    folder: Path,
    *,
    docker: bool,
    quick: bool,
    of: int | None,
    again: int | None,
    sizes: str | None,
    jobs: int,
    isolation: str,
    kata: str,
    seed: int,
    stacks: tuple[str, ...],
) -> Plan:
    folder.mkdir(parents=True, exist_ok=True)
    return Plan(
        folder=folder,
        kata=find_kata(kata, find_packs(os.environ)),
        seed=seed,
        jobs=jobs,
        stacks=stacks,
        more=_WALLS[isolation],
        of=of or (4 if quick else 100),
        growth=tuple(map(int, (sizes or ("5,15,30" if quick else "10,100,500")).split(","))),
        again=again or (4 if quick else 25),
        loop=3 if quick else 8,
        flagship_loop=1 if quick else 6,
        cluster=12 if quick else 100,
        page=50 if quick else 500,
        no_docker=obstacle(os.environ) if docker else "not asked for",
    )


if __name__ == "__main__":
    main()
