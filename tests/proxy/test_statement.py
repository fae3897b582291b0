"""A statement knows its kind, and a ledger stays within bounds."""

from __future__ import annotations

import pytest

from backend_katas.proxy.statement import Count, Ledger, Statement


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("select 1", "SELECT"),
        ("  \n(SELECT 1)", "SELECT"),
        ("-- why\n/* app */ update t set a = 1", "UPDATE"),
        ("BEGIN;", "BEGIN"),
        ("GET key", "GET"),
        ("", ""),
        ("/* never closed", ""),
        ("-- never closed", ""),
        ("5", ""),
    ],
)
def test_the_kind_is_the_first_keyword(text, kind):
    """Comments and parentheses before it do not matter."""
    assert Statement(text=text, at=0.0).kind == kind


def test_a_ledger_keeps_only_the_beginnings_when_texts_pile_up():
    """A program cannot fill the grader's memory with the texts of its statements."""
    ledger = Ledger()
    for _ in range(10_000):
        ledger.add("x" * 20_000)

    assert len(ledger.statements) == 10_000
    assert len(ledger.statements[0].text) == 10_000
    assert len(ledger.statements[-1].text) == 200


def test_a_count_ends_with_its_block():
    """What comes before and after does not belong to it."""
    ledger = Ledger()
    ledger.add("BEFORE")
    count = Count(ledger)
    ledger.add("SELECT 1")
    inside = count.number
    ledger.add("BEGIN")
    count.close()
    ledger.add("AFTER")

    assert inside == 1
    assert count.statements == ["SELECT 1", "BEGIN"]
    assert count.of_kind("SELECT", "UPDATE") == ["SELECT 1"]


def test_a_ledger_counts_what_it_cannot_keep():
    """Of endless statements nothing is kept in the end but their number."""
    ledger = Ledger()
    for _ in range(120_000):
        ledger.add("\U0001f600" * 200)

    assert len(ledger.statements) == 120_000
    assert ledger.statements[0].text
    assert ledger.statements[-1] is ledger.statements[-2]
