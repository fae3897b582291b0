"""The program keeps notes."""

import pytest

from backend_katas.grader import points, word


@pytest.fixture
def note(api, rng):
    """A note that the program was given."""
    text = word(rng, 20)
    assert api.post("/notes", data=text.encode()).status_code == 200
    return text


@points(40, clause="notes-1")
def test_a_note_is_found_again(api, deployment, note):
    """A note is still there after a restart."""
    deployment.restart()

    assert note in api.get("/notes").member("notes", list)


@points(20, clause="notes-2")
def test_a_note_lies_in_postgresql(postgres, note):
    """A note lies in a table."""
    assert postgres.database.find([note])


@points(20, clause="notes-3")
def test_a_note_lies_in_redis(redis, note):
    """The latest note lies in Redis."""
    assert redis.keyspace.find([note])


@points(20, clause="notes-4")
def test_a_note_is_mailed(mailbox, note):
    """Each note is mailed."""
    assert mailbox.wait(to="keeper@example.com", containing=note)
