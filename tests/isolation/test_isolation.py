"""Isolations are known by name, none stands in for another, and a report says which was in force."""

from __future__ import annotations

import pytest

from backend_katas.errors import KatasError
from backend_katas.grading import grade_copy
from backend_katas.isolation import ISOLATIONS, in_words, isolation_of
from backend_katas.reports.text import render_result
from backend_katas.runner import Isolation


def test_an_unknown_isolation_is_refused():
    """Nothing weaker is taken instead."""
    with pytest.raises(KatasError, match="there is no isolation `bwarp`") as caught:
        isolation_of("bwarp")

    assert caught.value.hint == "did you mean `bwrap`?"
    assert isolation_of("none") is ISOLATIONS["none"]


def test_the_limits_are_told():
    """Those in force that matter most, and what was let be."""
    plain = {"memory": 2 << 30, "storage": 1 << 30, "processes": 512, "processors": 1.5, "open_files": 4096}
    lenient = {"memory_each": 2 << 30, "storage": 1 << 30, "processes": 512}

    assert in_words("bwrap", plain, build_network=False) == (
        "bwrap: 2048 MiB memory, 1024 MiB storage, 512 processes, 1.5 processors"
    )
    assert in_words("bwrap", lenient, build_network=True) == (
        "bwrap: 2048 MiB memory for each process, 1024 MiB storage, 512 processes, build with network"
    )
    assert in_words("none", {}, build_network=True) == "none"


def test_a_submission_is_graded_in_a_cell(needs_bwrap, submission, mini):
    """Built and run inside, told in the report; what the build wants of the network it does not get, and hears why."""
    isolation = Isolation(name="bwrap", soft_memory=True)
    right = submission(web="sh run", more="build: echo exec python3 server.py > run\n")
    online = submission(
        name="online", more="build: python3 -c 'import urllib.request as u; u.urlopen(\"http://a.b\")'\n"
    )

    result = grade_copy(right, [mini], isolation=isolation, tell=print)
    refused = grade_copy(online, [mini], isolation=isolation, tell=print)

    assert result.score == 100, render_result(result)
    assert f"confined by {result.isolation}; Linux " in render_result(result)
    assert f"bubblewrap {result.versions['bwrap']}" in render_result(result)
    assert {"processes": 512, "storage": 1 << 30}.items() <= result.limits.items()
    assert ("memory" in result.limits) != ("memory_each" in result.limits)
    assert sorted(path.name for path in right.iterdir()) == ["kata.yaml", "server.py"]
    assert "likely cause: it wants the network, which a confined build does not have" in render_result(refused)
    assert refused.score == 0
