"""Errors carry their hint and exit code, and the nearest names."""

from __future__ import annotations

from backend_katas.errors import ExitCode, KatasError, did_you_mean


def test_an_error_reads_with_its_hint():
    """The text of an error is its message, and then its hint."""
    assert str(KatasError("no such thing", "try another")) == "no such thing\nhint: try another"
    assert str(KatasError("no such thing")) == "no such thing"


def test_an_error_is_our_fault_unless_it_says_otherwise():
    """A command that stops for an unnamed reason ends with 3, never with a learner's 1."""
    assert KatasError("x").exit_code is ExitCode.OUR_FAULT


def test_the_nearest_names_are_suggested():
    """A mistyped name finds its neighbours; a name from nowhere finds none."""
    assert did_you_mean("auth-sytem", ["auth-system", "contact-book"]) == "did you mean `auth-system`?"
    assert did_you_mean("zzz", ["auth-system"]) == ""
