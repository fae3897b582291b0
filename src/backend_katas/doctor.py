"""What this machine has for judging programs, what it lacks, and what to do about that."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click

from backend_katas import __version__
from backend_katas.errors import KatasError
from backend_katas.host import Settings
from backend_katas.isolation import Premises, examined
from backend_katas.services import SERVICES, Surroundings, available, serve
from backend_katas.supervisor import Supervisor

_OLDEST = (3, 11)
_STACK = "python"  # of the image that is tried where containers confine; all have the same walls
_TOOLS = {
    "python3": ("--version",),
    "node": ("--version",),
    "go": ("version",),
    "java": ("-version",),
    "curl": ("--version",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked for: whether it is here, what is known of it, and what to do when it is not."""

    subject: str
    present: bool
    detail: str
    remedy: str = ""
    optional: bool = False


def diagnose() -> tuple[Finding, ...]:
    """Look at everything; each service is really started, since only that proves that it can be."""
    settings = Settings(seed=0)
    return (_ourselves(), _cache(settings.cache), *_services(settings), *_tools())


def diagnose_isolation(name: str) -> tuple[Finding, ...]:
    """Make a cell and look at each of its properties; one finding where there can be no cell at all."""
    try:
        with Supervisor() as supervisor:
            properties = examined(name, supervisor, Premises(stack=_STACK))
    except KatasError as problem:
        return (Finding(subject=name, present=False, detail=problem.message, remedy=problem.hint),)
    return tuple(
        Finding(subject=each.name, present=each.holds, detail=each.seen, remedy=each.remedy) for each in properties
    )


def render(findings: Iterable[Finding]) -> str:
    """Return the findings as text, a line each and what to do below those that are missing."""
    return "\n".join(line for finding in findings for line in _lines(finding))


def _lines(finding: Finding) -> Iterator[str]:
    mark, colour = ("✓", "green") if finding.present else ("-", "yellow") if finding.optional else ("✗", "red")
    word = "" if finding.present else " (optional)" if finding.optional else " (needed)"
    first, *rest = finding.detail.splitlines() or [""]
    yield f"{click.style(f'{mark} {finding.subject:<12}', fg=colour)}  {first}{word}"
    yield from (f"                {line}" for line in rest)
    if finding.remedy and not finding.present:
        yield f"                {click.style('do:', bold=True)} {finding.remedy}"


def _ourselves() -> Finding:
    return Finding(
        subject="katas",
        present=sys.version_info >= _OLDEST,
        detail=f"{__version__} on Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        remedy="install Python 3.11 or later",
    )


def _cache(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as problem:
        return Finding(
            subject="cache",
            present=False,
            detail=f"cannot make `{folder}`: {problem.strerror}",
            remedy="make it writable, or set `XDG_CACHE_HOME` to a folder that is",
        )
    enough = free > 500 << 20 and os.access(folder, os.W_OK)
    detail = f"`{folder}`, {free / (1 << 30):.1f} GiB free"
    return Finding(subject="cache", present=enough, detail=detail, remedy="make it writable and free 0.5 GiB")


def _services(settings: Settings) -> Iterator[Finding]:
    with Supervisor() as supervisor:
        surroundings = Surroundings(supervisor=supervisor, environ=settings.environ, cache=settings.cache)
        for name in SERVICES:
            yield _service(name, surroundings)


def _service(name: str, surroundings: Surroundings) -> Finding:
    ways = ", ".join(way.provider for way in available(name, surroundings) if way.usable)
    try:
        with ExitStack() as stack:
            server = stack.enter_context(serve(name, surroundings))
            stack.enter_context(server.endpoint())
            detail = f"{f'{server.provider} {server.version}'.strip()}, started; usable here: {ways}"
    except KatasError as problem:
        # PostgreSQL is what nearly every kata needs; Redis is asked for by a few.
        return Finding(
            subject=name, present=False, detail=problem.message, remedy=problem.hint, optional=name == "redis"
        )
    return Finding(subject=name, present=True, detail=detail)


def _tools() -> Iterator[Finding]:
    for name, arguments in _TOOLS.items():
        path = shutil.which(name)
        detail = _version([path, *arguments]) if path else "not on the `PATH`"
        remedy = f"install it if your program needs `{name}`"
        yield Finding(subject=name, present=bool(path), detail=detail, remedy=remedy, optional=True)


def _version(command: Sequence[str]) -> str:
    try:
        told = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        return f"`{command[0]}` does not run: {problem}"
    lines = [line for line in (told.stdout + told.stderr).splitlines() if line.strip()]
    return f"{lines[0][:70] if lines else 'no version told'} (`{command[0]}`)"
