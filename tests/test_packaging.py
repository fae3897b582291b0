"""What is installed is what is in the repository, without solutions, and works for somebody who has nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend_katas.errors import ExitCode

ROOT = Path(__file__).parents[1]
OWN = ("--isolation", "none", "--trust-submission")
PACK = "backend_katas/_pack/"
IMAGES = "backend_katas/_docker/"
_MADE = shutil.ignore_patterns("__pycache__", "dist", "build")


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


@pytest.fixture(scope="module")
def scripts(wheel, tmp_path_factory) -> Path:
    """The commands of an environment in which nothing was installed but the wheel."""
    folder = tmp_path_factory.mktemp("installed") / ".venv"  # as most people call it
    _run([sys.executable, "-m", "venv", str(folder)])
    commands = folder / ("Scripts" if os.name == "nt" else "bin")
    _run([str(commands / "python"), "-m", "pip", "install", "-q", str(wheel)])
    return commands


@pytest.fixture
def acme(scripts, tmp_path) -> Iterator[Path]:
    """Somebody else's pack, built as a wheel and installed beside ours; the folder that it was installed to."""
    source = shutil.copytree(ROOT / "tests" / "packs" / "acme", tmp_path / "acme-source", ignore=_MADE)
    _run([sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path), str(source)])
    pip = [str(scripts / "python"), "-m", "pip"]
    (built,) = tmp_path.glob("acme_katas-*.whl")
    _run([*pip, "install", "-q", "--no-deps", str(built)])
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    yield Path(_run([str(scripts / "python"), "-c", code]).stdout.strip()) / "acme_katas"
    _run([*pip, "uninstall", "-q", "-y", "acme-katas"])


@pytest.fixture
def installed(scripts, tmp_path):
    """Run an installed command as somebody would who has nothing else, and return how it ended and what it said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "KATAS_"))}

    def run(name: str, *arguments: str, cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        command = [str(scripts / name), *arguments]
        return subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=600, check=False
        )

    return run


def _run(command: list[str], **options) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_the_wheel_holds_katas_and_graders_and_no_solution(wheel, tracked):
    """Exactly the tracked files of `exercises/` and `graders/` go along; solutions are there for drafts alone."""
    names = set(zipfile.ZipFile(wheel).namelist())

    packed = {name.removeprefix(PACK) for name in names if name.startswith(PACK)}
    assert packed == {name for name in tracked if name.startswith(("exercises/", "graders/"))}
    solutions = [name for name in names if "solutions" in name or "mutants" in name]
    assert [name for name in solutions if not name.startswith("backend_katas/authoring/templates/")] == []


def test_the_wheel_holds_every_module_and_its_data(wheel, tracked):
    """No module, schema, settings file or recipe of an image is left behind, and nothing stray goes along."""
    names = set(zipfile.ZipFile(wheel).namelist())

    modules = {name for name in names if name.startswith("backend_katas/") and not name.startswith((PACK, IMAGES))}
    assert {name.removeprefix(IMAGES) for name in names if name.startswith(IMAGES)} == {
        name.removeprefix("docker/") for name in tracked if name.startswith("docker/")
    }
    assert modules == {name.removeprefix("src/") for name in tracked if name.startswith("src/")}


def test_a_new_user_gets_from_nothing_to_a_hundred_points(installed, tmp_path):
    """Install, start, be told what to build, solve it, be graded: with the installed commands alone."""
    folder = tmp_path / "auth-system"

    started = installed("katas", "start", "auth-system")
    told = [
        installed("pytest", "--kata", "--kata-level", "signup", cwd=folder),
        installed("katas", "test", "--level", "signup", cwd=folder),
    ]
    shutil.copytree(ROOT / "solutions" / "auth-system" / "python-fastapi", folder, dirs_exist_ok=True)
    graded = installed("katas", "grade", ".", *OWN, "--format", "json", cwd=folder)

    assert started.returncode == 0, started.stderr
    for run in told:
        assert run.returncode == 1, run.stdout + run.stderr
        assert "level signup: Sign up\n  Build `POST /auth/signup`" in run.stdout
        assert "next: level signup; `katas hint signup` gives a hint" in run.stdout
    result = json.loads(graded.stdout)
    assert (result["score"], result["max_score"], len(result["levels"])) == (100, 100, 10)


def test_a_pack_of_somebody_else_is_used_as_our_own_is(acme, installed, tmp_path):
    """Listed, started, failed helpfully and solved, by both of its names; no code of it runs, or all would end."""
    folder, solution = tmp_path / "greet", ROOT / "tests" / "packs" / "acme" / "acme_katas" / "solutions"

    listed = installed("katas", "list")
    started = installed("katas", "start", "acme/greet", "--github")
    told = [installed("pytest", "--kata", cwd=folder), installed("katas", "test", cwd=folder)]
    shutil.copytree(solution / "greet" / "python-stdlib", folder, dirs_exist_ok=True)
    graded = [installed("katas", "grade", ".", *OWN, "--format", "json", cwd=folder)]
    (folder / "kata.yaml").write_text((folder / "kata.yaml").read_text().replace("kata: ", "kata: acme/"))
    graded.append(installed("katas", "grade", ".", *OWN, "--format", "json", cwd=folder))
    proved = installed("katas", "verify", "acme/greet", "--only", "starter")

    assert not (acme / "solutions").exists()
    assert "acme/greet            100 points  Greet whoever is named" in listed.stdout
    assert (started.returncode, listed.stderr) == (0, "")
    assert "acme-katas==1.2" in (folder / ".github" / "workflows" / "katas.yml").read_text()
    for run in told:
        assert run.returncode == 1, run.stdout + run.stderr
        assert "✗ The name that was given is greeted  (60 points)" in run.stdout
        assert "next: level greet; `katas hint greet` gives a hint" in run.stdout
    for run in graded:
        result = json.loads(run.stdout)
        assert (result["score"], result["max_score"]) == (100, 100)
        assert (result["kata"], result["pack"]) == ("greet", {"name": "acme", "version": "1.2"})
    assert "starts, and fails all 2 checks" in proved.stdout
    assert "there is no reference" in proved.stdout


def test_a_broken_pack_takes_nothing_else_away(acme, installed, tmp_path):
    """Its katas are told to be missing in a line; the others, and everybody's own tests, are as they were."""
    shutil.rmtree(acme / "exercises")
    (tmp_path / "test_own.py").write_text("def test_own():\n    pass\n")

    listed = installed("katas", "list")
    asked = installed("katas", "show", "acme/greet")
    tested = installed("pytest", "-q", "test_own.py")

    assert listed.returncode == 0
    assert "contact-book" in listed.stdout
    assert listed.stderr.count("\n") == 1
    assert listed.stderr.startswith(f"warning: `acme` cannot be used: `{acme}` has no folder `exercises`")
    assert asked.returncode == ExitCode.NOTHING_TO_GRADE
    assert "the pack `acme` cannot be used" in asked.stderr
    assert (tested.returncode, tested.stderr) == (0, "")
    assert "1 passed" in tested.stdout


def test_an_author_gets_from_nothing_to_a_package(scripts, installed, tmp_path):
    """With the installed command alone: a draft that is proved, in a pack that is built and found where it lies."""
    nowhere = installed("katas", "new", "guest-book", "--kind", "cli")
    made = installed("katas", "new", "guest-book", "--kind", "cli", "--pack", "my-katas")
    proved = installed("katas", "--pack", "my-katas", "verify", "guest-book", "--again")
    _run([sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path), str(tmp_path / "my-katas")])
    pip = [str(scripts / "python"), "-m", "pip"]
    _run([*pip, "install", "-q", "--no-deps", str(next(tmp_path.glob("*.whl")))])
    shown = installed("katas", "show", "my-katas/guest-book")
    _run([*pip, "uninstall", "-q", "-y", "my-katas"])

    assert nowhere.returncode == ExitCode.USAGE
    assert "the katas that were installed with `katas` are no place to write to" in nowhere.stderr
    assert "next: katas --pack my-katas verify guest-book\n" in made.stdout
    assert (proved.returncode, "1 of 1 kata proved" in proved.stdout) == (0, True), proved.stdout
    assert (shown.returncode, "Guest book" in shown.stdout) == (0, True), shown.stderr
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    assert "my_katas/graders/guest-book/test_hello.py" in names
    assert not [name for name in names if "solutions" in name or "mutants" in name]
