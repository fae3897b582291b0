"""`katas`, which writes down at its end what it used itself: `python -m benchmarks.batch.noted NOTES batch ...`."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from backend_katas.__main__ import main as katas

_STATUS = Path("/proc/self/status")


def main() -> None:
    """Run `katas` with the arguments behind the first, which names the file for the notes."""
    notes = Path(sys.argv.pop(1))
    try:
        katas()
    finally:
        used = resource.getrusage(resource.RUSAGE_SELF)
        notes.write_text(json.dumps({"processor": used.ru_utime + used.ru_stime, "peak": _peak(used.ru_maxrss)}))


def _peak(largest: int) -> int:
    """Return the most memory held, in bytes; `ru_maxrss` has that of the process before `exec` in it, on Linux."""
    if _STATUS.exists():
        held = next(line for line in _STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(held.split()[1]) << 10
    return largest


if __name__ == "__main__":
    main()
