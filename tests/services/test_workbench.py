"""Commands run in a private folder, and what they wrote is there when they fail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from signal import SIGTERM

import pytest

from backend_katas.errors import KatasError
from backend_katas.services import Surroundings
from backend_katas.services import workbench as module
from backend_katas.services.workbench import Workbench, free_port, workbench


@pytest.fixture
def bench(surroundings: Surroundings) -> Iterator[Workbench]:
    """Give a workbench."""
    with workbench(surroundings, "katas-test-") as made:
        yield made


def test_the_folder_is_private_and_goes(surroundings):
    """Nobody else may look in."""
    with workbench(surroundings, "katas-test-") as bench:
        assert bench.folder.stat().st_mode & 0o077 == 0
        (bench.make_folder("inside") / "file").touch()

    assert not bench.folder.exists()


def test_memory_is_used_only_where_there_is_plenty(surroundings, monkeypatch, tmp_path):
    """A container's 64 MB of it would not hold one cluster."""
    for room, place in ((0, tmp_path), (1 << 60, Path(module.tempfile.gettempdir()))):
        monkeypatch.setattr(module, "SHARED_MEMORY", tmp_path)
        monkeypatch.setattr(module, "ROOM", room)
        with workbench(surroundings, "katas-test-") as bench:
            assert bench.folder.parent == place


def test_a_command_that_fails_shows_what_it_wrote(bench):
    """On both of its streams."""
    with pytest.raises(KatasError, match="`sh` ended with code 3") as error:
        bench.run(["sh", "-c", "echo some output; echo some error >&2; exit 3"])

    assert "some output\nsome error" in error.value.message


def test_a_command_that_fails_silently_asks_for_the_disk(bench):
    """A full disk swallows the log as well."""
    with pytest.raises(KatasError) as error:
        bench.run(["false"])

    assert error.value.hint == f"is the disk full? `df -h {bench.folder.parent}`"


def test_the_log_shows_its_end_only(bench):
    """Twenty lines are enough to see the cause."""
    bench.run(["seq", "100"])

    assert bench.log_tail(lines=2) == "99\n100"
    assert bench.log_tail().splitlines()[0] == "81"


def test_a_server_is_stopped_by_its_signal(bench):
    """It may tidy up before it goes."""
    script = "trap 'echo tidied; exit' TERM; echo ready; while :; do sleep 0.01; done"
    with bench.running(["sh", "-c", script], stop=SIGTERM) as child:
        while "ready" not in bench.log_tail():
            assert child.poll() is None

    assert bench.log_tail().splitlines()[-1] == "tidied"


def test_a_folder_is_copied_whole(bench):
    """With modes, and with links as they are."""
    source = bench.make_folder("a source")
    (source / "secret").touch(mode=0o600)
    (source / "link").symlink_to("secret")
    bench.copy(source, bench.folder / "a copy")

    copied = bench.folder / "a copy"
    assert (copied / "secret").stat().st_mode & 0o777 == 0o600
    assert (copied / "link").readlink() == Path("secret")


def test_a_free_port_can_be_listened_on():
    """It is one of the system's choice."""
    port = free_port()

    with module.socket.create_server(("127.0.0.1", port)) as listener:
        assert listener.getsockname()[1] == port
