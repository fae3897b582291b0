"""A trial's rows show what somebody has to look at, and count the rest."""

from __future__ import annotations

import pytest

from backend_katas.authoring.alteration import Alteration
from backend_katas.authoring.case import references
from backend_katas.authoring.survivors import Explanation, Sort
from backend_katas.authoring.trial import Survivor, Trial
from backend_katas.authoring.trial_table import trial_document, trial_rows

WHY = "The brief asks for it, and no request could tell within the time of a run."


@pytest.fixture
def mixed(kata) -> Trial:
    """One fault of every fate."""
    fates = [None, *Sort]
    survivors = [Survivor(alteration=_fault(line), explanation=_why(sort)) for line, sort in enumerate(fates, 1)]
    return Trial(
        reference=references(kata)[0],
        killed=tuple(_fault(line) for line in range(10, 15)),
        survivors=tuple(survivors),
        not_judged=((_fault(20), "the disk is full"),),
    )


def _fault(line: int) -> Alteration:
    return Alteration(file="server.py", line=line, before=f"a{line}", after="" if line == 20 else "b", text="")


def _why(sort: Sort | None) -> Explanation | None:
    return Explanation(key=("", "", ""), sort=sort, why=WHY, line=1) if sort else None


def test_what_need_not_be_noticed_is_only_counted(mixed):
    """What is unexplained, promised or not judged stands there with its lines."""
    assert list(trial_rows(mixed, good="+", bad="x")) == [
        (
            "  x python-stdlib: 10 faults made, 5 killed, "
            "4 survived (1 equivalent, 1 free, 1 unjudged, 1 unexplained), 1 not judged; 62.5 % of 8"
        ),
        "    at least 95 % have to be killed",
        "    x server.py:1  survived, and nothing explains it",
        "        - a1",
        "        + b",
        "    - server.py:4  survived, and is promised",
        f"        {WHY}",
        "        - a4",
        "        + b",
        "    x server.py:20  was not judged: the disk is full",
        "        - a20",
        "        +",
    ]


def test_programs_are_told_of_every_survivor(mixed):
    """With the kind and the reason of each."""
    document = trial_document(mixed)

    assert [(each["line"], each["kind"], each["why"]) for each in document["survivors"]] == [
        (1, None, ""),
        (2, "equivalent", WHY),
        (3, "free", WHY),
        (4, "unjudged", WHY),
    ]
    assert (document["made"], document["killed"], document["rate"], document["holds"]) == (10, 5, 62.5, False)
    assert document["not_judged"] == [
        {"file": "server.py", "line": 20, "before": "a20", "after": "", "problem": "the disk is full"}
    ]
