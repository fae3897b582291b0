"""`make redteam`: every attack and its innocent twin under every isolation, in one table, then all of them shuffled."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import psutil

ROOT = Path(__file__).parents[1]
ORDINARY = 1000  # the user and group as which an ordinary user's row is run by root
SYSTEM_PYTHON = "/usr/bin/python3"
GONE_WITHIN = 30.0

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A back end, and as whom it is used; `prefix` is what turns root into an ordinary user."""

    name: str
    isolation: str
    prefix: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a row: a document for each program, what was left over on the machine, and how pytest ended."""

    row: Row
    records: tuple[Record, ...]
    left: tuple[str, ...]
    seconds: float
    said: str


@click.command()
@click.option("--isolation", "wanted", multiple=True, help="Only this row or back end; repeatable.")
@click.option("--honest", default=100, show_default=True, help="Honest programs of the shuffled run; 0 leaves it out.")
@click.option("--jobs", default=os.cpu_count() or 1, show_default=True, help="Programs at the same time.")
def main(wanted: tuple[str, ...], honest: int, jobs: int) -> None:
    """Run the red team and print what came of it; the exit code is 1 unless all of it came to nothing."""
    chosen = [row for row in rows() if not wanted or {row.name, row.isolation} & set(wanted)]
    outcomes = [run(row, "not shuffled and not honest_programs", jobs=jobs, more=("--each",)) for row in chosen]
    mixed = [run(chosen[0], "honest_programs", jobs=0, more=("--honest", f"{honest}"))] if honest and chosen else []
    click.echo(render(outcomes, mixed))
    sys.exit(0 if all(map(sound, [*outcomes, *mixed])) else 1)


def rows() -> list[Row]:
    """Return what can be asked of this machine; whether it can be had here each row tells itself."""
    as_root = os.geteuid() == 0
    found = [Row(name="bwrap as root" if as_root else "bwrap as a user", isolation="bwrap")]
    if as_root:
        # By way of `env`, because what setpriv itself starts is looked for with root's rights.
        prefix = ("setpriv", f"--reuid={ORDINARY}", f"--regid={ORDINARY}", "--clear-groups", "env")
        found.append(Row(name="bwrap as a user", isolation="bwrap", prefix=prefix))
    return [*found, Row(name="docker", isolation="docker")]


def run(row: Row, which: str, *, jobs: int, more: Sequence[str]) -> Outcome:
    """Run the tests of a row."""
    click.echo(f"{row.name}: {which} (load {os.getloadavg()[0]:.1f})", err=True)
    with tempfile.TemporaryDirectory(prefix="redteam-") as folder:
        place = Path(folder)
        place.chmod(0o777)  # the row may be run as another user
        command = [
            *row.prefix,
            interpreter(row, place),
            "-m",
            "pytest",
            "tests/redteam",
            "-q",
            "-rs",
            "-p",
            "no:cacheprovider",
        ]
        command += [f"--isolation={row.isolation}", f"--record={place / 'records'}", "-k", which, *more]
        command += [f"--basetemp={place / 'pytest'}", *(["-n", f"{jobs}"] if jobs > 1 else [])]
        environment = {**os.environ, "HOME": folder} if row.prefix else dict(os.environ)
        before, begun = census(), time.monotonic()
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - begun
        lines = (place / "records").read_text().splitlines() if (place / "records").exists() else []
        return Outcome(
            row=row, records=tuple(map(json.loads, lines)), left=left_of(before), seconds=seconds, said=done.stdout
        )


def interpreter(row: Row, place: Path) -> str:
    """Return a Python that can be run in a row: ours, or the system's with our packages if ours lies in root's home."""
    if not row.prefix or _starts(row, sys.executable):
        return sys.executable
    subprocess.run([SYSTEM_PYTHON, "-m", "venv", "--without-pip", place / "venv"], check=True)
    (packages,) = (place / "venv" / "lib").glob("*/site-packages")
    (packages / "ours.pth").write_text(f"{ROOT / 'src'}\n{sysconfig.get_path('purelib')}\n")
    return f"{place / 'venv' / 'bin' / 'python'}"


def _starts(row: Row, python: str) -> bool:
    return subprocess.run([*row.prefix, python, "-c", ""], capture_output=True, check=False).returncode == 0


def left_of(before: set[str]) -> tuple[str, ...]:
    """Return what is there that was not, after a moment for what is just going."""
    deadline = time.monotonic() + GONE_WITHIN
    while (left := census() - before) and time.monotonic() < deadline:
        time.sleep(0.2)
    return tuple(sorted(left))


def census() -> set[str]:
    """Return what graders have on this machine: folders, groups, mounts, users, processes, ports, containers."""
    places = [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm")]  # noqa: S108 - to look what is there
    found = {f"folder {path}" for folder in places for path in folder.glob("katas-*")}
    groups = Path("/sys/fs/cgroup")
    found |= {f"group {path}" for pattern in ("katas-*", "*/katas-*") for path in groups.glob(pattern)}
    for what, path in (("mount", "/proc/self/mounts"), ("user", "/proc/net/unix")):
        with contextlib.suppress(OSError):
            lines = Path(path).read_text(errors="replace").splitlines()
            found |= {f"{what} {line.split()[-1] if what == 'user' else line}" for line in lines if "katas" in line}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            words = process.cmdline()
            if any("/katas-" in word for word in words) or any(word.startswith("hostile") for word in words):
                found.add(f"process {process.pid} {' '.join(words)[:60]}")
                found |= {f"port {each.laddr.port}" for each in process.net_connections() if each.status == "LISTEN"}
    return found | containers()


def containers() -> set[str]:
    """Return the containers there are, where an engine is named."""
    docker = shutil.which("docker")
    if not docker or not os.environ.get("DOCKER_HOST"):
        return set()
    listed = subprocess.run([docker, "ps", "-aq"], capture_output=True, text=True, timeout=60, check=False)
    return {f"container {word}" for word in listed.stdout.split()}


def sound(outcome: Outcome) -> bool:
    """Say whether all of a row held; one that has nothing to show has not."""
    return bool(outcome.records) and all(record["held"] for record in outcome.records) and not outcome.left


def render(outcomes: Sequence[Outcome], mixed: Iterable[Outcome]) -> str:
    """Return the table, the totals of each row, and what came of the shuffled run."""
    names = sorted({record["attack"] for outcome in outcomes for record in outcome.records})
    width = max([len(name) for name in names] or [10])
    lines = [f"{'attack':<{width}}  " + "  ".join(f"{outcome.row.name:<30}" for outcome in outcomes)]
    lines += [f"{name:<{width}}  " + "  ".join(f"{_cell(name, each):<30}" for each in outcomes) for name in names]
    return "\n".join([*lines, "", *map(_total, outcomes), *map(_mixed, mixed)])


def _cell(attack: str, outcome: Outcome) -> str:
    mine = [record for record in outcome.records if record["attack"] == attack]
    hostile = [record for record in mine if record["program"] != "innocent"]
    innocent = [record for record in mine if record["program"] == "innocent"]
    if not mine:
        return "not tried"
    verdicts = "/".join(dict.fromkeys(f"{record.get('verdict', 'none')}" for record in hostile))
    canaries = sum(record.get("canaries", 0) for record in hostile)
    sign = "✓" if all(record["held"] for record in mine) else "✗"
    twin = "/".join(f"{record.get('verdict')}" for record in innocent) or "not tried"
    return f"{sign} {verdicts or 'not tried'}, {canaries} canaries; {twin}"


def _total(outcome: Outcome) -> str:
    hostile = [record for record in outcome.records if record["program"] != "innocent"]
    innocent = [record for record in outcome.records if record["program"] == "innocent"]
    attacks = {record["attack"] for record in hostile}
    broken = {record["attack"] for record in hostile if not record["held"]}
    failed = [record["attack"] for record in innocent if record.get("verdict") != "passed"]
    if not outcome.records:
        return f"{outcome.row.name}: nothing could be tried\n{outcome.said.strip()[-1500:]}"
    tried = f"{len(broken)} of {len(attacks)} attacks ({len(hostile)} programs) succeed{_named(broken)}"
    twins = f"{len(failed)} of {len(innocent)} innocents fail{_named(failed)}"
    gone = f"all of a program gone after {_most(hostile, 'gone'):.2f} s at most"
    grown = f"a grader grew by {_most(hostile, 'grown'):.0f} MiB at most"
    left = f"left over: {', '.join(outcome.left) or 'nothing'}"
    return f"{outcome.row.name}: {tried}, {twins}\n  {left}; {gone}; {grown}; {outcome.seconds:.0f} s in all"


def _named(attacks: Iterable[str]) -> str:
    names = ", ".join(sorted(name[:5] for name in attacks))
    return f" ({names})" if names else ""


def _most(records: Iterable[Record], name: str) -> float:
    return max([float(record.get(name) or 0) for record in records] or [0.0])


def _mixed(outcome: Outcome) -> str:
    if not outcome.records:
        return f"shuffled, {outcome.row.name}: nothing could be tried\n{outcome.said.strip()[-1500:]}"
    found = outcome.records[0]
    return (
        f"shuffled, {outcome.row.name}: {found.get('kept', 0)} of {found.get('honest', 0)} honest programs keep their "
        f"marks among {found.get('hostile', 0)} hostile ones, of which {found.get('passed', 0)} pass; "
        f"{found.get('canaries', 0)} canaries, left over: {', '.join(outcome.left) or 'nothing'}, "
        f"seed {found.get('seed')}, {outcome.seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
