"""Each kata's grader says yes to its references, no to its starters, and to each mutant where it should."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_katas.authoring.bench import Bench
from backend_katas.authoring.case import Case, mutant, patches, references, starters
from backend_katas.authoring.judging import faults, judge
from backend_katas.authoring.survey import survey
from backend_katas.catalogue import find_packs, read_katas
from backend_katas.grading import grade
from backend_katas.model import Kata

PACKS = find_packs({})
KATAS = read_katas(PACKS)
REFERENCES = [case for kata in KATAS for case in references(kata)]
STARTERS = [case for kata in KATAS for case in starters(kata)]
MUTANTS = [(kata, patch) for kata in KATAS for patch in patches(kata)]
WITH_SERVICES = [case for case in REFERENCES if case.kata.services]


def _label(value: Kata | Case | tuple[Kata, Path]) -> str:
    """Name a test by the kata and the reference, starter or mutant it is about."""
    if isinstance(value, Kata):
        return value.id
    if isinstance(value, Case):
        return f"{value.kata.id}-{value.name}"
    return f"{value[0].id}-{value[1].stem}"


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Bench:
    """Copies of references, always the same ones, in which mutants take turns so that each is built once."""
    return Bench(tmp_path_factory.mktemp("bench"))


def _judged(case: Case, bench: Bench) -> tuple[str, ...]:
    """Grade a case and return what is wrong with how it came out."""
    return faults(case, judge(case, bench))


@pytest.mark.parametrize("kata", KATAS, ids=_label)
def test_the_kata_is_complete(kata):
    """Manifest, points, hints, a rule for each check and a mutant for each level are all there."""
    needs = {other.id: other.prerequisites for other in KATAS}

    assert [str(flaw) for flaw in survey(kata, needs, PACKS).flaws] == []


@pytest.mark.parametrize("case", REFERENCES, ids=_label)
def test_the_reference_earns_everything(case, bench):
    """The correct solution passes every check."""
    assert _judged(case, bench) == ()


@pytest.mark.docker
@pytest.mark.parametrize("case", WITH_SERVICES, ids=_label)
def test_containers_give_the_same_points(case, bench):
    """Services from images judge as the embedded ones do."""
    with bench.laid_out(case) as folder:
        result = grade(folder, PACKS, services="docker")
        embedded = grade(folder, PACKS)

    assert {version.split()[0] for name, version in result.services.items() if name != "smtp"} == {"docker"}
    assert [(check.id, check.earned) for check in result.checks] == [
        (check.id, check.points) for check in embedded.checks
    ]


@pytest.mark.parametrize("case", STARTERS, ids=_label)
def test_the_starter_starts_and_fails(case, bench):
    """What a learner begins with comes up and earns nothing: each check can say no."""
    assert _judged(case, bench) == ()


@pytest.mark.parametrize("planted", MUTANTS, ids=_label)
def test_a_mutant_fails_where_it_should(planted, bench):
    """Each planted mistake fails the checks that its header names, and no others."""
    assert _judged(mutant(*planted), bench) == ()
