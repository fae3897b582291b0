"""A session's supervisor, folder and cell come and go together."""

from __future__ import annotations

import os

import pytest

from backend_katas.catalogue import find_kata
from backend_katas.enclosure import Enclosure
from backend_katas.errors import NotConfined
from backend_katas.host import Host, Settings
from backend_katas.manifest import read_submission


@pytest.fixture
def enclosed(submission, mini):
    """Make an enclosure for a submission by the name of its isolation."""
    mine = read_submission(submission())
    return lambda isolation: Enclosure(isolation, mine, environ=os.environ, hidden=mini.root, soft_memory=True)


def test_all_of_it_goes_at_the_end(enclosed):
    """The folder is there as long as the block lasts."""
    with enclosed("none") as enclosure:
        assert enclosure.folder.is_dir()
        assert enclosure.cell.name == "none"

    assert not enclosure.folder.exists()


def test_without_a_cell_there_is_a_refusal(enclosed, tmp_path, monkeypatch):
    """Nothing weaker takes the place, and nothing is left."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = sorted(tmp_path.iterdir())

    with pytest.raises(NotConfined, match="there is no isolation `bwarp`") as caught:
        enclosed("bwarp").__enter__()
    assert caught.value.hint == "did you mean `bwrap`?"
    assert sorted(tmp_path.iterdir()) == before


def test_a_host_closes_what_it_was_given(enclosed, submission, mini):
    """An enclosure that was opened before ends with the host."""
    mine = read_submission(submission(name="another"))
    enclosure = enclosed("none").__enter__()

    with Host(find_kata("greeter", [mini]), mine, Settings(seed=7), enclosure) as host:
        assert host.limits == host.versions == {}
        assert enclosure.folder.is_dir()
    assert not enclosure.folder.exists()
