"""Each kata is complete, and containers judge as embedded services do; `make verify` grades what proves its grader."""

from __future__ import annotations

import pytest

from backend_katas.authoring.bench import Bench
from backend_katas.authoring.case import Case, references
from backend_katas.authoring.survey import survey
from backend_katas.catalogue import find_packs, read_catalogue
from backend_katas.grading import grade
from backend_katas.model import Kata

PACKS = find_packs({})
CATALOGUE = read_catalogue(PACKS[:1])
KATAS = CATALOGUE.katas
# One of each kata, for what is compared here are the services.
WITH_SERVICES = [references(kata)[-1] for kata in KATAS if kata.services]


def _label(value: Kata | Case) -> str:
    """Name a test by the kata that it is about."""
    return value.id if isinstance(value, Kata) else f"{value.kata.id}-{value.name}"


def test_every_kata_can_be_read():
    """What is wrong with a manifest would take its kata out of the tests below."""
    assert CATALOGUE.problems == ()


@pytest.mark.parametrize("kata", KATAS, ids=_label)
def test_the_kata_is_complete(kata):
    """Manifest, points, hints, a rule for each check and a mutant for each level are all there."""
    needs = {other.id: other.prerequisites for other in KATAS}

    assert [str(flaw) for flaw in survey(kata, needs, PACKS).flaws] == []


@pytest.mark.docker
@pytest.mark.parametrize("case", WITH_SERVICES, ids=_label)
def test_containers_give_the_same_points(case, tmp_path):
    """Services from images judge as the embedded ones do."""
    with Bench(tmp_path).laid_out(case) as folder:
        result = grade(folder, PACKS, services="docker")
        embedded = grade(folder, PACKS)

    assert {version.split()[0] for name, version in result.services.items() if name != "smtp"} == {"docker"}
    assert [(check.id, check.earned) for check in result.checks] == [
        (check.id, check.points) for check in embedded.checks
    ]
