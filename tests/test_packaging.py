"""What is installed is what is in the repository, without solutions, and works for somebody who has nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACK = "backend_katas/_pack/"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built by way of the source distribution as a release is."""
    folder = tmp_path_factory.mktemp("dist")
    _run([sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)])
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def tracked() -> set[str]:
    """The files of the repository, those that are about to be committed too."""
    listed = _run(["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]).stdout
    return {line for line in listed.splitlines() if (ROOT / line).exists()}


def _run(command: list[str], **options) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_the_wheel_holds_katas_and_graders_and_no_solution(wheel, tracked):
    """Exactly the tracked files of `exercises/` and `graders/` go along."""
    names = set(zipfile.ZipFile(wheel).namelist())

    packed = {name.removeprefix(PACK) for name in names if name.startswith(PACK)}
    assert packed == {name for name in tracked if name.startswith(("exercises/", "graders/"))}
    assert not [name for name in names if "solutions" in name or "mutants" in name]


def test_the_wheel_holds_every_module_and_its_data(wheel, tracked):
    """No module, schema or settings file is left behind, and nothing stray goes along."""
    names = set(zipfile.ZipFile(wheel).namelist())

    modules = {name for name in names if name.startswith("backend_katas/") and not name.startswith(PACK)}
    assert modules == {name.removeprefix("src/") for name in tracked if name.startswith("src/")}


def test_a_new_user_gets_from_nothing_to_a_hundred_points(wheel, tmp_path):
    """Install, start, be told what to build, solve it, be graded: with the installed commands alone."""
    _run([sys.executable, "-m", "venv", str(tmp_path / "env")])
    scripts = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    _run([str(scripts / "python"), "-m", "pip", "install", "-q", str(wheel)])
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "KATAS_"))}
    katas, folder = str(scripts / "katas"), tmp_path / "auth-system"

    _run([katas, "start", "auth-system"], cwd=tmp_path, env=environment)
    told = [
        subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False)
        for command in (
            [str(scripts / "pytest"), "--kata", "--kata-level", "signup"],
            [katas, "test", "--level", "signup"],
        )
    ]
    shutil.copytree(ROOT / "solutions" / "auth-system" / "python-fastapi", folder, dirs_exist_ok=True)
    graded = _run([katas, "grade", ".", "--format", "json"], cwd=folder, env=environment)

    for run in told:
        assert run.returncode == 1, run.stdout + run.stderr
        assert "level signup: Sign up\n  Build `POST /auth/signup`" in run.stdout
        assert "next: level signup; `katas hint signup` gives a hint" in run.stdout
    result = json.loads(graded.stdout)
    assert (result["score"], result["max_score"], len(result["levels"])) == (100, 100, 10)
