"""A server that a stranger's program uses gets no more of the machine than it may."""

from __future__ import annotations

import resource
import sys
from dataclasses import replace
from signal import SIGTERM

import pytest

from backend_katas.services.bounds import MEMORY
from backend_katas.services.workbench import workbench


@pytest.mark.parametrize("walled", [True, False])
def test_a_server_is_ended_when_its_files_become_too_many(surroundings, soon, monkeypatch, walled):
    """With all that it has started, and its log says why; one's own program may write what it likes."""
    monkeypatch.setattr("backend_katas.services.bounds.FILES", 1 << 20)
    monkeypatch.setattr("backend_katas.services.bounds._WORTH_A_LOOK", 0)
    script = "head -c 3000000 /dev/zero > filler; echo written; trap '' TERM; while :; do sleep 0.05; done"
    with workbench(replace(surroundings, walled=walled), "katas-test-") as bench:
        with bench.running(["sh", "-c", script], stop=SIGTERM) as child:
            soon(lambda: "written" in bench.log_tail(), within=60)
            if walled:
                soon(lambda: child.poll() is not None, within=60)
            child.let_go()
        told = bench.log_tail()

    assert ("so it was ended" in told) is walled


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of another process")
def test_the_memory_of_each_process_is_limited(surroundings):
    """Also where nobody may limit what all of them take together."""
    with (
        workbench(replace(surroundings, walled=True), "katas-test-") as bench,
        bench.running(["sleep", "60"], stop=SIGTERM) as child,
    ):
        limit = resource.prlimit(child.pid, resource.RLIMIT_DATA)

    assert limit == (MEMORY, MEMORY)
