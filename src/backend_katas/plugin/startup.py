"""A program that does not come up is one failure, told once; every other check is then not judged."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from backend_katas.deployment import Deployment, Watch
from backend_katas.errors import KatasError, ProgramFault
from backend_katas.host import Host
from backend_katas.model import Reason
from backend_katas.program import DidNotBuild, DidNotStart

WATCH = pytest.StashKey[Watch]()
_MEMORY = pytest.StashKey["_Memory"]()


class NotReached(pytest.skip.Exception):
    """The check could not be judged, because the program did not come up; told in full by another check."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        verb = "build" if reason is Reason.BUILD else "start"
        super().__init__(f"not judged: the program did not {verb}")


@dataclass(slots=True)
class _Memory:
    """What this session learnt: whether any deployment came up, and which ones did not and why."""

    came_up: bool
    failed: dict[frozenset[tuple[str, str]], KatasError]


def brought_up(item: pytest.Item, host: Host, variables: Mapping[str, str], stack: ExitStack) -> Deployment:
    """Return the deployment a check asks for.

    The first time it does not come up the DidNotBuild or DidNotStart itself is raised; after that NotReached. A program
    that never came up in any environment is not tried again in others; one that did has failed this check only. What is
    not the program's fault, such as a service that cannot be had, is raised for every check in the same words.
    """
    memory = item.session.stash.setdefault(_MEMORY, _Memory(came_up=False, failed={}))
    key = frozenset(variables.items())
    if earlier := memory.failed.get(key):
        raise _again(earlier)
    if memory.failed and not memory.came_up:
        raise _again(next(iter(memory.failed.values())))
    try:
        deployment = stack.enter_context(host.private(variables)) if is_private(item) else host.lent(variables)
    except KatasError as problem:
        memory.failed[key] = problem
        if memory.came_up and isinstance(problem, DidNotStart):
            raise ProgramFault(_in_this_environment(problem, variables)) from problem
        raise
    memory.came_up = True
    return deployment


def came_up(session: pytest.Session) -> bool:
    """Return whether a deployment has come up in this session."""
    return _MEMORY in session.stash and session.stash[_MEMORY].came_up


def is_private(item: pytest.Item) -> bool:
    """Return whether a check has a deployment of its own."""
    return item.get_closest_marker("private") is not None


def variables_of(item: pytest.Item) -> dict[str, str]:
    """Return the variables that a check asks for."""
    # pytest gives the closest mark first; a function's variables outweigh its module's.
    marks = reversed(list(item.iter_markers("environment")))
    return {name: value for mark in marks for name, value in mark.kwargs.items()}


def is_the_last_with(item: pytest.Item, variables: Mapping[str, str]) -> bool:
    """Return whether no check after this one shares its deployment; a worker does not know what it will be given."""
    if is_private(item) or hasattr(item.config, "workerinput"):
        return False
    after = item.session.items[item.session.items.index(item) + 1 :]
    return not any(_shares(other, variables) for other in after)


def _shares(item: pytest.Item, variables: Mapping[str, str]) -> bool:
    asks = "deployment" in getattr(item, "fixturenames", ())
    return asks and not is_private(item) and variables_of(item) == variables


def _in_this_environment(problem: DidNotStart, variables: Mapping[str, str]) -> str:
    given = ", ".join(f"`{name}={value}`" for name, value in variables.items())
    return f"{problem}\nit started before, without {given}" if given else f"{problem}\nit started before"


def _again(problem: KatasError) -> BaseException:
    if isinstance(problem, DidNotBuild):
        return NotReached(Reason.BUILD)
    if isinstance(problem, DidNotStart):
        return NotReached(Reason.START)
    return problem
