"""What walls cost: until the program's first answer, from the start of `katas grade`, and at each request.

Run as a module it is the process that sends requests, to the same program with walls and without, in turn.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from backend_katas.authoring.scaffold import new_kata
from backend_katas.catalogue import find_kata, pack_at
from backend_katas.client import Client
from backend_katas.deployment import Deployment
from backend_katas.host import Host, Settings
from backend_katas.manifest import read_submission
from benchmarks import watched
from benchmarks.bench import Bench
from benchmarks.commands import PACK, ROOT, TRUSTED, timed
from benchmarks.table import Figures, Missing, Row, Target

FIRST = "first answer under `bwrap`, beyond that without walls"
STORES = "the same of a program with PostgreSQL and Redis"
PLAIN = "first answer without walls, from the start of the command"
EACH = "a request under `bwrap`, beyond one without walls"
ROWS = (
    Row(FIRST, "ms", Target(limit=50)),
    Row(STORES, "ms", Target(limit=300)),
    Row(PLAIN, "ms"),
    Row(EACH, "ms", Target(limit=0.1)),
)
# Where memory cannot be limited as a whole the cell costs the same, but for two control groups.
WALLS = ("--isolation", "bwrap", "--soft-memory")
KATA = "guest-book"
REQUESTS = 500
# The same interpreter for both: of those on the `PATH` a confined program sees some.
SYSTEM = "/usr/local/bin:/usr/bin:/bin"


def measure(bench: Bench) -> Figures:
    """Grade with walls and without, in turn; a figure is the median of the differences of pairs."""
    if not shutil.which("bwrap"):
        return dict.fromkeys([row.name for row in ROWS], Missing("there is no `bwrap`"))
    with tempfile.TemporaryDirectory(dir=bench.folder) as place:
        pack = Path(place) / "pack"
        new_kata(KATA, kind="http", folder=pack)
        alone = list(pairs(bench, pack, pack / "solutions" / KATA / "python-stdlib"))
        stores = list(pairs(bench, PACK, bench.tiny))
        each = _each(bench, pack)
    return {
        FIRST: median(walled - plain for walled, plain in alone),
        STORES: median(walled - plain for walled, plain in stores),
        PLAIN: median(plain for _, plain in alone),
        EACH: each,
    }


def pairs(bench: Bench, pack: Path, submission: Path) -> Iterator[tuple[float, float]]:
    """Give the milliseconds to the first answer with walls and without, each time after a first round for caches."""
    for number in range(bench.pairs + 1):
        pair = tuple(_first_answer(bench, pack, submission, options) for options in (WALLS, TRUSTED))
        if number:
            yield pair[0], pair[1]


def _first_answer(bench: Bench, pack: Path, submission: Path, options: Sequence[str]) -> float:
    notes = bench.folder / "notes.json"
    output = ("--format", "json", "--output", bench.folder / "result.json", "--services", "embedded")
    command = [sys.executable, "-m", "benchmarks.graded", notes, "grade", submission, *options, *output]
    environment = {"PYTHONPATH": str(ROOT), "KATAS_PACKS": str(pack), "PATH": SYSTEM}
    wall = timed(command, cwd=bench.tiny, environment=environment)
    seen = json.loads(notes.read_text(encoding="utf-8"))
    # It is what `/healthz` is first answered with.
    return (seen["intervals"][watched.BOOT][0][1] - wall.start) * 1000


def _each(bench: Bench, pack: Path) -> float:
    found = bench.folder / "each.json"
    timed(
        [sys.executable, "-m", "benchmarks.isolation_cost", pack, found],
        cwd=bench.tiny,
        environment={"PYTHONPATH": str(ROOT), "PATH": SYSTEM},
    )
    return json.loads(found.read_text(encoding="utf-8"))


def main(arguments: Sequence[str]) -> None:
    """Write down by how many milliseconds, in the median, a request with walls takes longer than one without."""
    pack, found = map(Path, arguments)
    with ExitStack() as stack:
        clients = [_deployed(pack, isolation, stack).client() for isolation in ("bwrap", "none")]
        walled, plain = zip(*([_request(client) for client in clients] for _ in range(REQUESTS)), strict=True)
        found.write_text(json.dumps(median(walled) - median(plain)), encoding="utf-8")


def _deployed(pack: Path, isolation: str, stack: ExitStack) -> Deployment:
    kata = find_kata(KATA, [pack_at(pack)])
    submission = read_submission(pack / "solutions" / KATA / "python-stdlib")
    settings = Settings(seed=0, isolation=isolation, soft_memory=True, environ=os.environ)
    host = stack.enter_context(Host(kata, submission, settings))
    return stack.enter_context(host.deployed({}))


def _request(client: Client) -> float:
    began = time.perf_counter()
    client.get("/healthz")
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main(sys.argv[1:])
