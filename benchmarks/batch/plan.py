"""What all lines of the table share: where the measurements are made, of what, and how large."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from backend_katas.catalogue import find_kata, find_packs
from backend_katas.model import Kata
from benchmarks.batch.batches import Task
from benchmarks.batch.classroom import Member, make, members
from benchmarks.commands import PACK

SMALL = "one-answer"
"""A kata without services, whose grade is hardly more than the engine's own work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is measured, and of which kata.

    `of` is the size of the large class, `again` of the one that is graded several times, `loop` and `flagship_loop` of
    those that the plain loop grades too, `cluster` of the one for Dask, `page` of the page's. `more` are options of
    `katas batch`. `no_docker` says why there are no containers, or nothing.
    """

    folder: Path
    kata: Kata
    seed: int
    jobs: int
    stacks: tuple[str, ...]
    more: tuple[str, ...]
    of: int
    growth: tuple[int, ...]
    again: int
    loop: int
    flagship_loop: int
    cluster: int
    page: int
    no_docker: str

    @property
    def large(self) -> Path:
        """Where the large class is graded."""
        return self.folder / "large"

    def class_of(self, size: int) -> tuple[Member, ...]:
        """Draw a class of the kata."""
        return members(self.kata, of=size, seed=self.seed, stacks=self.stacks)

    def task(self, handed_in: Path, out: Path, *, jobs: int) -> Task:
        """Return the batch of a class of the kata."""
        return Task(handed_in=handed_in, out=out, kata=self.kata.id, jobs=jobs, seed=self.seed, more=self.more)

    def small_class(self, place: Path, size: int, *, breaks: Sequence[str], kata: str = SMALL) -> Path:
        """Make a class of a kata of the benchmarks' own."""
        return make(place, members(small_kata(kata), of=size, seed=self.seed, breaks=breaks))

    def small_task(self, handed_in: Path, out: Path, *, jobs: int, kata: str = SMALL, more: Sequence[str] = ()) -> Task:
        """Return the batch of a class of a kata of the benchmarks' own."""
        given = (*(option for option in self.more if option != "--build-network"), *more)
        return Task(handed_in=handed_in, out=out, kata=kata, jobs=jobs, seed=self.seed, pack=PACK, more=given)


@cache
def small_kata(name: str) -> Kata:
    """Return a kata of the benchmarks' own."""
    return find_kata(name, find_packs({**os.environ, "KATAS_PACKS": str(PACK)}))
