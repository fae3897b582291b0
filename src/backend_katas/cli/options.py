"""What several commands take and do: their options, the packs that were named, the kata that is meant."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from backend_katas.catalogue import find_kata, find_packs
from backend_katas.console import complete_kata, require_trust
from backend_katas.model import Kata

if TYPE_CHECKING:
    from backend_katas.runner import Isolation

FOLDER = click.Path(path_type=Path, file_okay=False)
KATA = click.argument("kata", shell_complete=complete_kata)
SERVICES = click.option(
    "--services",
    default="auto",
    type=click.Choice(["auto", "url", "embedded", "docker"]),
    help="Where PostgreSQL and Redis come from.",
)
COURSE = click.option(
    "--course",
    type=click.Path(path_type=Path, dir_okay=False),
    help="When it is due, which attempt counts, what is hidden: course.yaml; holds until another is named.",
)
SEED = click.option("--seed", type=int, help="Repeat a run with its random values.")
TIME_LIMIT = click.option(
    "--time-limit",
    default=900.0,
    show_default="900",
    metavar="SECONDS",
    type=click.FloatRange(min=0, min_open=True),
    help="The longest that grading one submission may take; what is not judged by then is not earned.",
)
VARIANT = click.option(
    "--variant",
    metavar="N",
    type=click.IntRange(0),
    help="A learner's own names and limits, where the kata offers variants.",
)


def _use_image(_context: click.Context, _option: click.Parameter, name: str | None) -> None:
    """Take an image for the containers of this process, and of those that it starts."""
    if name:
        os.environ["KATAS_IMAGE"] = name


_ISOLATION = (
    click.option(
        "--isolation",
        default="bwrap",
        show_default=True,
        type=click.Choice(["bwrap", "docker", "none"]),
        help="How the program is confined.",
    ),
    click.option(
        "--image",
        callback=_use_image,
        expose_value=False,
        help="What containers are made of, with `--isolation docker`.  [default: that of the stack]",
    ),
    click.option("--trust-submission", is_flag=True, help="Let it do whatever you may, with `--isolation none`."),
    click.option(
        "--build-network", is_flag=True, help="Let the confined build use the network, as `pip install` must."
    ),
    click.option(
        "--soft-memory", is_flag=True, help="Have it where memory and processor cannot be limited as a whole."
    ),
)


def isolation_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say how programs are confined; `confined_by` reads them."""
    for option in reversed(_ISOLATION):
        command = option(command)
    return command


def confined_by(order: dict[str, Any], *, in_place: bool = False) -> Isolation:
    """Take out of what a command was given how programs are to be confined."""
    from backend_katas.runner import Isolation

    given = {name: order.pop(name) for name in ("build_network", "soft_memory")}
    confined = Isolation(name=order.pop("isolation"), **given)
    require_trust(confined.name, trusted=order.pop("trust_submission"), in_place=in_place)
    return confined


def named_packs(context: click.Context) -> tuple[Path, ...]:
    """Return the packs that were named before the command."""
    return context.find_root().params["packs"]


def find(name: str) -> Kata:
    """Return a kata of any pack there is."""
    return find_kata(name, find_packs(os.environ))
