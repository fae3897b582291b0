"""One container as a child of the supervisor's: a process of ours stands for it, see `_container.py`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backend_katas import _container, _supervisor_process
from backend_katas.errors import KatasError
from backend_katas.isolation.confinement import Confinement, Document
from backend_katas.isolation.container_engine import REMEDY
from backend_katas.supervisor import LOG_LIMIT, Child, Supervisor

START_LIMIT = 60.0  # seconds, on a machine where many start at once
_START = "import sys; sys.path.append(sys.argv[1]); from {0} import main; sys.exit(main(sys.argv[2]))"
_LOOK = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A file with an order to run a container, and the one in which is told what came of it."""

    name: str
    place: Path
    state: Path


def written(folder: Path, confinement: Confinement, number: int, document: Document) -> Order:
    """Write down that a container is to be run, in a folder of the grader's own; numbers tell a cell's apart."""
    name = f"katas-{confinement.label.partition('=')[2]}-{number}"
    made = Order(name=name, place=folder / f"{number}.order", state=folder / f"{number}.state")
    text = {"engine": confinement.engine.path, "name": name, "state": f"{made.state}", "create": document}
    made.place.touch(mode=0o600)
    made.place.write_text(json.dumps(text))
    return made


def run(
    supervisor: Supervisor,
    order: Order,
    command: Sequence[str],
    *,
    log: Path,
    errors: Path | None = None,
    stdin: Path | None = None,
    log_limit: int = LOG_LIMIT,
) -> Child:
    """Run a container as a child of the supervisor's, and return when it has started; KatasError when it does not."""
    package = Path(_container.__file__).parents[1]
    # The last word is for the keeper: it kills all that we leave, but lets its own kind finish.
    child = supervisor.spawn(
        [
            *(sys.executable, "-I", "-S", "-X", "utf8", "-c", _START.format(_container.__name__)),
            *(f"{package}", f"{order.place}", _supervisor_process.__name__),
        ],
        cwd=Path("/"),
        environment={},
        log=log,
        errors=errors,
        stdin=stdin,
        log_limit=log_limit,
        piped=True,
    )
    child.command = tuple(command)
    deadline = time.monotonic() + START_LIMIT
    while not order.state.exists() and child.poll() is None and time.monotonic() < deadline:
        time.sleep(_LOOK)
    told = json.loads(order.state.read_text()) if order.state.exists() else {"problem": "no answer"}
    order.place.unlink()
    order.state.unlink(missing_ok=True)
    if "problem" in told:
        child.let_go()
        raise KatasError(f"the engine did not run a container: {told['problem']}", REMEDY)
    return child
