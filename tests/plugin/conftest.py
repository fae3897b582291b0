"""What the tests of the plugin share: a way to run it as a learner does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from backend_katas.model import Result


@pytest.fixture
def judged(tmp_path):
    """Run `pytest --kata` in a folder; return the finished process and the result, None when there is none."""

    def run(folder: Path, *options: str) -> tuple[subprocess.CompletedProcess[str], Result | None]:
        path = tmp_path / "result.json"
        path.unlink(missing_ok=True)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
        process = subprocess.run(
            [sys.executable, "-m", "pytest", "--kata", f"--kata-result={path}", "-p", "no:valkey", *options],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return process, Result.from_json(path.read_text()) if path.exists() else None

    return run
