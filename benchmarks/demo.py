"""`make demo`: a learner's first hour in a minute, with the real commands and a real program.

Starts `auth-system`, has the untouched starter judged, puts the reference in its place and has that graded.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
KATAS = [sys.executable, "-m", "backend_katas"]


def main() -> int:
    """Run the demonstration and return the exit status of its last step."""
    with tempfile.TemporaryDirectory(prefix="katas-demo-") as place:
        folder = Path(place) / "auth-system"
        step("katas start auth-system", [*KATAS, "start", "auth-system", str(folder)], place)
        step("katas test --level signup", [*KATAS, "test", str(folder), "--level", "signup", "-q"], place)
        print("\n# ... an evening later, here by copying the reference solution over the starter\n", flush=True)
        shutil.copytree(ROOT / "solutions" / "auth-system" / "python-fastapi", folder, dirs_exist_ok=True)
        own = ["--isolation", "none", "--trust-submission"]
        return step(f"katas grade auth-system {' '.join(own)}", [*KATAS, "grade", str(folder), *own], place)


def step(told: str, command: list[str], place: str) -> int:
    """Show a command as the learner would type it, run it, and return its exit status."""
    print(f"$ {told}", flush=True)
    return subprocess.run(command, cwd=place, check=False, timeout=600).returncode


if __name__ == "__main__":
    sys.exit(main())
