"""How long embedded PostgreSQL and Redis take until a program could use them, both together.

Run as a module it is the process that is measured: a fresh one each time, as a grader is.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

from backend_katas.services import Surroundings, serve
from backend_katas.supervisor import Supervisor
from benchmarks.bench import Bench
from benchmarks.commands import ROOT, timed
from benchmarks.table import Figures, Row, Target

WARM = "embedded PostgreSQL and Redis ready, warm cache"
COLD = "embedded PostgreSQL and Redis ready, cold cache"
ROWS = (Row(WARM, "s", Target(limit=0.25)), Row(COLD, "s"))


def measure(bench: Bench) -> Figures:
    """Start both with an empty cache, then with the one that this filled."""
    with tempfile.TemporaryDirectory(dir=bench.folder) as cache:
        return {COLD: _seconds(bench, cache), WARM: _seconds(bench, cache)}


def _seconds(bench: Bench, cache: str) -> float:
    found = bench.folder / "seconds.json"
    command = [sys.executable, "-m", "benchmarks.services_ready", cache, found]
    timed(command, cwd=bench.tiny, environment={"PYTHONPATH": str(ROOT)})
    return json.loads(found.read_text(encoding="utf-8"))


def main(arguments: Sequence[str]) -> None:
    """Write down the seconds until each service has a share ready for one program."""
    cache, found = map(Path, arguments)
    # Loading SQLAlchemy is no part of a server's start, and counts in the cold start of a command.
    import_module("backend_katas.services.postgres_server")
    with Supervisor() as supervisor, ExitStack() as stack:
        surroundings = Surroundings(supervisor=supervisor, environ=os.environ, cache=cache)
        began = time.monotonic()
        for name in ("postgres", "redis"):
            server = stack.enter_context(serve(name, surroundings, provider="embedded"))
            stack.enter_context(server.endpoint())
        found.write_text(json.dumps(time.monotonic() - began), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
