"""A full disk, which many other mishaps turn out to be."""

from __future__ import annotations

import shutil
from pathlib import Path

_ROOM = 64 << 10  # bytes; with less not even a log worth reading can be written


def is_full(folder: Path) -> bool:
    """Say whether the disk that a folder lies on has no room left; False where that cannot be told."""
    try:
        return shutil.disk_usage(folder).free < _ROOM
    except OSError:
        return False
