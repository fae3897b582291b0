"""Each kata's grader says yes to its references, no to its starters, and to each mutant where it should."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend_katas.catalogue import find_kata, find_packs, read_clauses, read_hints
from backend_katas.grading import grade
from backend_katas.model import Kata, Result, Status

ROOT = Path(__file__).parents[2]
KATAS = sorted(folder.name for folder in (ROOT / "solutions").iterdir() if folder.is_dir())
REFERENCES = sorted(file.parent for file in (ROOT / "solutions").glob("*/*/kata.yaml"))
STARTERS = sorted(file.parent for file in (ROOT / "exercises").glob("*/starters/*/kata.yaml"))
MUTANTS = sorted((ROOT / "solutions").glob("*/mutants/*.patch"))
WITH_SERVICES = [folder for folder in REFERENCES if find_kata(folder.parent.name, find_packs({})).services]


def _label(path: Path) -> str:
    """Name a test by the kata and the reference, starter or mutant it is about."""
    kata = path.relative_to(ROOT).parts[1]
    return f"{kata}-{path.stem}"


@pytest.fixture(scope="module")
def packs():
    """The pack of this checkout."""
    return find_packs({})


@pytest.fixture
def kata(request, packs) -> Kata:
    """The kata under test."""
    return find_kata(request.param, packs)


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Callable[[Path], Path]:
    """A copy of a reference, always the same one, in which mutants take turns so that it is built once."""
    copies: dict[Path, Path] = {}

    def copy(reference: Path) -> Path:
        if reference not in copies:
            folder = tmp_path_factory.mktemp(reference.parent.name) / "solution"
            copies[reference] = _copy(reference, folder)
        return copies[reference]

    return copy


@pytest.fixture
def mutated(request, bench) -> Iterator[tuple[Path, set[str]]]:
    """The reference with one mistake, and the ids of the checks that the patch's header names."""
    patch: Path = request.param
    folder = bench(_reference(patch))
    _apply(patch, folder)
    yield folder, _named(patch)
    _apply(patch, folder, "--reverse")


def _copy(folder: Path, to: Path) -> Path:
    return Path(shutil.copytree(folder, to, ignore=shutil.ignore_patterns(".venv", ".katas", "__pycache__")))


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


def _header(patch: Path) -> str:
    return patch.read_text(encoding="utf-8").partition("\ndiff ")[0].partition("\n--- ")[0]


def _reference(patch: Path) -> Path:
    named = re.search(r"^reference: *(\S+)$", _header(patch), flags=re.MULTILINE)
    references = [folder for folder in REFERENCES if folder.parent == patch.parents[1]]
    return next(folder for folder in references if not named or folder.name == named[1])


def _named(patch: Path) -> set[str]:
    caught = _header(patch).partition("catches:")[2]
    return set(re.findall(r"test_\w+\.py::\w+(?:\[[^\]]+\])?", caught))


def _fallen(result: Result) -> set[str]:
    return {check.id for check in result.checks if check.status is not Status.PASSED}


def _told(result: Result) -> str:
    return "\n".join(
        f"{check.id}: {check.status}: {check.message}" for check in result.checks if check.status is not Status.PASSED
    )


@pytest.mark.parametrize("reference", REFERENCES, ids=_label)
def test_the_reference_earns_everything(reference, bench, packs):
    """The correct solution passes every check."""
    result = grade(bench(reference), packs)

    assert _told(result) == ""
    assert (result.score, result.max_score) == (100, 100)


@pytest.mark.docker
@pytest.mark.parametrize("reference", WITH_SERVICES, ids=_label)
def test_containers_give_the_same_points(reference, bench, packs):
    """Services from images judge as the embedded ones do."""
    result = grade(bench(reference), packs, services="docker")

    assert _told(result) == ""
    assert {version.split()[0] for name, version in result.services.items() if name != "smtp"} == {"docker"}
    assert (result.score, len(result.checks)) == (100, len(grade(bench(reference), packs).checks))


@pytest.mark.parametrize("starter", STARTERS, ids=_label)
def test_the_starter_starts_and_fails(starter, packs, tmp_path):
    """What a learner begins with comes up and earns nothing: each check can say no."""
    result = grade(_copy(starter, tmp_path / "starter"), packs)

    assert result.stopped_by() is None
    assert {check.status for check in result.checks} == {Status.FAILED}
    assert result.score == 0


@pytest.mark.parametrize("mutated", MUTANTS, indirect=True, ids=_label)
def test_a_mutant_fails_where_it_should(mutated, packs):
    """Each planted mistake fails the checks that its header names, and no others."""
    folder, named = mutated

    result = grade(folder, packs)

    assert named, "the header names no check"
    assert _fallen(result) == named, _told(result)


@pytest.mark.parametrize("kata", KATAS, indirect=True)
def test_every_level_has_a_mutant(kata):
    """A level without a mutant has a grader of which nobody knows whether it can say no."""
    mutants = [patch for patch in MUTANTS if patch.parents[1].name == kata.id]
    caught = {check.partition(".py")[0].removeprefix("test_").replace("_", "-") for m in mutants for check in _named(m)}

    assert caught >= {level.id for level in kata.levels}


@pytest.mark.parametrize("kata", KATAS, indirect=True)
def test_every_check_names_a_rule_of_the_brief(kata):
    """Nothing is asked for that BRIEF.md does not promise, and no rule belongs to another level."""
    clauses = read_clauses(kata)

    for module in kata.graders.glob("test_*.py"):
        level = module.stem.removeprefix("test_").replace("_", "-")
        named = re.findall(r'^@points\(\d+, clause="([^"]+)"\)', module.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert len(named) == len(re.findall(r"^def test_", module.read_text(encoding="utf-8"), flags=re.MULTILINE))
        assert {name for name in named if name not in clauses} == set(), module.name
        assert {name.rpartition("-")[0] for name in named} == {level}, module.name


@pytest.mark.parametrize("kata", KATAS, indirect=True)
def test_every_level_has_hints(kata):
    """A learner who is stuck is helped in each level."""
    hints = read_hints(kata)

    assert {level.id for level in kata.levels} <= set(hints)
    assert min(len(hints[level.id]) for level in kata.levels) >= 2
