"""A class to grade: a folder of submissions to `greeter`."""

from __future__ import annotations

import shutil

import pytest


@pytest.fixture
def classroom(submission, tmp_path):
    """Make a folder of submissions by their names; a value is the program's source, or None for one that is right."""

    def make(**sources):
        place = tmp_path / "handed-in"
        place.mkdir(exist_ok=True)
        for name, source in sources.items():
            made = submission(name=f"making-{name}", **({"source": source} if source else {}))
            shutil.move(made, place / name)
        return place

    return make
