"""The grader of auth-system says yes to the reference, no to the starter, and to each mutant where it should."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend_katas.catalogue import find_kata, find_packs, read_clauses, read_hints
from backend_katas.grading import grade
from backend_katas.model import Kata, Result, Status

ROOT = Path(__file__).parents[2]
SOLUTION = ROOT / "solutions" / "auth-system" / "python-fastapi"
MUTANTS = sorted((ROOT / "solutions" / "auth-system" / "mutants").glob("*.patch"))


@pytest.fixture(scope="module")
def packs():
    """The pack of this checkout."""
    return find_packs({})


@pytest.fixture(scope="module")
def kata(packs) -> Kata:
    """The kata under test."""
    return find_kata("auth-system", packs)


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Path:
    """A copy of the reference, in which mutants take turns so that its environment is built once."""
    folder = tmp_path_factory.mktemp("auth-system") / "solution"
    return Path(shutil.copytree(SOLUTION, folder, ignore=shutil.ignore_patterns(".venv", ".katas", "__pycache__")))


@pytest.fixture
def mutated(request, bench) -> Iterator[tuple[Path, set[str]]]:
    """The reference with one mistake, and the ids of the checks that the patch's header names."""
    patch: Path = request.param
    _apply(patch, bench)
    yield bench, _named(patch)
    _apply(patch, bench, "--reverse")


def _apply(patch: Path, folder: Path, *options: str) -> None:
    # Without the ceiling git would look for a repository above, and take the paths as relative to it.
    subprocess.run(
        ["git", "apply", "-p1", "--whitespace=nowarn", *options, str(patch)],
        cwd=folder,
        env={"GIT_CEILING_DIRECTORIES": str(folder.parent), "PATH": _path()},
        check=True,
        timeout=30,
    )


def _path() -> str:
    return str(Path(shutil.which("git") or "git").parent)


def _named(patch: Path) -> set[str]:
    header = patch.read_text(encoding="utf-8").partition("\ndiff ")[0].partition("\n--- ")[0]
    caught = header.partition("catches:")[2]
    return set(re.findall(r"test_\w+\.py::\w+(?:\[[^\]]+\])?", caught))


def _fallen(result: Result) -> set[str]:
    return {check.id for check in result.checks if check.status is not Status.PASSED}


def _told(result: Result) -> str:
    return "\n".join(
        f"{check.id}: {check.status}: {check.message}" for check in result.checks if check.status is not Status.PASSED
    )


def test_the_reference_earns_everything(bench, packs):
    """The correct solution passes every check."""
    result = grade(bench, packs)

    assert _told(result) == ""
    assert (result.score, result.max_score) == (100, 100)


@pytest.mark.docker
def test_containers_give_the_same_points(bench, packs):
    """PostgreSQL from an image judges as the embedded one does."""
    result = grade(bench, packs, services="docker")

    assert _told(result) == ""
    assert result.services["postgres"].startswith("docker")
    assert (result.score, len(result.checks)) == (100, len(grade(bench, packs).checks))


def test_the_starter_starts_and_fails(kata, packs, tmp_path):
    """What a learner begins with comes up and earns nothing: each check can say no."""
    folder = Path(shutil.copytree(kata.folder / "starters" / "python-fastapi", tmp_path / "starter"))

    result = grade(folder, packs)

    assert result.stopped_by() is None
    assert {check.status for check in result.checks} == {Status.FAILED}
    assert result.score == 0


@pytest.mark.parametrize("mutated", MUTANTS, indirect=True, ids=lambda patch: patch.stem)
def test_a_mutant_fails_where_it_should(mutated, packs):
    """Each planted mistake fails the checks that its header names, and no others."""
    folder, named = mutated

    result = grade(folder, packs)

    assert named, "the header names no check"
    assert _fallen(result) == named, _told(result)


def test_every_level_has_a_mutant(kata):
    """A level without a mutant has a grader of which nobody knows whether it can say no."""
    caught = {check.partition(".py")[0].removeprefix("test_").replace("_", "-") for m in MUTANTS for check in _named(m)}

    assert caught >= {level.id for level in kata.levels}


def test_every_check_names_a_rule_of_the_brief(kata):
    """Nothing is asked for that BRIEF.md does not promise, and no rule belongs to another level."""
    clauses = read_clauses(kata)

    for module in kata.graders.glob("test_*.py"):
        level = module.stem.removeprefix("test_").replace("_", "-")
        named = re.findall(r'^@points\(\d+, clause="([^"]+)"\)', module.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert len(named) == len(re.findall(r"^def test_", module.read_text(encoding="utf-8"), flags=re.MULTILINE))
        assert {name for name in named if name not in clauses} == set(), module.name
        assert {name.rpartition("-")[0] for name in named} == {level}, module.name


def test_every_level_has_hints(kata):
    """A learner who is stuck is helped in each level."""
    hints = read_hints(kata)

    assert {level.id for level in kata.levels} <= set(hints)
    assert min(len(hints[level.id]) for level in kata.levels) >= 2
