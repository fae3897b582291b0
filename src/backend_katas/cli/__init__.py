"""The `katas` command: each subcommand parses, calls one function, echoes and ends with an exit code."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from backend_katas import __version__
from backend_katas.catalogue import PACKS_VARIABLE
from backend_katas.cli import comparing, handing, learning, marking, writing
from backend_katas.cli.options import FOLDER
from backend_katas.console import KatasGroup, run


@click.group(cls=KatasGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="katas")
@click.option("--pack", "packs", multiple=True, type=FOLDER, help="A folder with further katas; repeatable.")
def katas(packs: tuple[Path, ...]) -> None:
    """Build real backends, and have them judged by how they behave.

    \b
    Example:
      katas start auth-system && cd auth-system && katas test
    """
    if packs:
        named = [os.environ.get(PACKS_VARIABLE, ""), *(str(pack.absolute()) for pack in packs)]
        os.environ[PACKS_VARIABLE] = os.pathsep.join(entry for entry in named if entry)


for command in (
    learning.list_katas, learning.show, learning.start, learning.test, learning.run_program, learning.hint,
    learning.doctor, marking.grade, marking.batch, marking.merge, marking.diff, marking.apply, marking.discard,
    comparing.similar, handing.variants, writing.new, writing.verify,
):  # fmt: skip
    katas.add_command(command)


def main() -> NoReturn:
    """Run `katas` as the installed script does."""
    sys.exit(run(katas))
