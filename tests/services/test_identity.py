"""Whose folders an identity can reach."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from backend_katas.services.identity import OURSELVES, nobody


def test_a_folder_in_a_closed_home_is_out_of_nobody_s_reach():
    """One closed folder on the way is enough; for ourselves there is none."""
    with tempfile.TemporaryDirectory(dir="/tmp") as home:
        inside = Path(home, "open")
        inside.mkdir()
        Path(home).chmod(0o755)
        assert nobody().may_enter(inside)

        Path(home).chmod(0o700)
        assert not nobody().may_enter(inside)
        assert OURSELVES.may_enter(inside)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_is_given_to_the_identity(tmp_path):
    """Root keeps its own when it runs the server itself."""
    nobody().give(tmp_path)
    assert tmp_path.stat().st_uid == nobody().user

    OURSELVES.give(tmp_path)
    assert tmp_path.stat().st_uid == nobody().user
