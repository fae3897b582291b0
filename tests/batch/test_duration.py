"""Lengths of time are read as they are written, and written as they are read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend_katas.batch.duration import duration, in_words


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("15m", 900), ("36h", 129_600), ("1d12h", 129_600), ("2w", 1_209_600), ("90s", 90), ("", 0)],
)
def test_a_length_is_read(text, seconds):
    """The parts of it are added."""
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "1s", "15m", "1d12h", "14d", "3d4h5m6s"])
def test_a_length_is_written_as_it_is_read(text):
    """There and back nothing is lost."""
    assert in_words(duration(text)) == text
