"""A cell of containers: programs are started, reached and stopped as anywhere, and see and touch nothing else."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backend_katas import _container
from backend_katas.doctor import diagnose_isolation
from backend_katas.engine import LABEL, find_engine
from backend_katas.errors import ExitCode, KatasError
from backend_katas.isolation import ISOLATIONS, Premises, container_proof, docker, seccomp
from backend_katas.isolation.confinement import Confinement
from backend_katas.isolation.container_engine import IMAGE_VARIABLE, usable_engine, usable_image
from backend_katas.isolation.docker import DockerCell
from backend_katas.supervisor import Supervisor

pytestmark = pytest.mark.docker


def containers_of(name: str) -> list[str]:
    """Return the containers of the cell to which the one of this name belongs."""
    label = name.split("-")[1]
    return find_engine(os.environ).containers(f"{LABEL}={label}")


@pytest.fixture(scope="module")
def cell(contained) -> Iterator[DockerCell]:
    """A cell for all tests of this module that do not break it."""
    with Supervisor() as supervisor, docker.docker(supervisor, contained) as cell:
        yield cell


def test_only_those_who_may_have_another_network(run):
    """One has an interface to the engine's network, and the others have none."""
    assert run("ls /sys/class/net") == (0, "lo\n")
    assert "eth0" in run("ls /sys/class/net", networked=True)[1]


def test_a_program_can_look_itself_up(run):
    """Its user, its machine and `localhost` have names, as runtimes expect."""
    code = "import pwd, os, socket; print(pwd.getpwuid(os.getuid())[0], socket.gethostname())"
    code += "; print(socket.gethostbyname(socket.gethostname()), socket.gethostbyname('localhost'))"

    assert run(f'python3 -c "{code}"') == (0, "program program\n127.0.0.1 127.0.0.1\n")


def test_nothing_survives_its_end(cell, start):
    """Daemons that ignore every polite signal are gone with the program."""
    source = "import os, signal, time\nfor s in (1, 2, 15): signal.signal(s, 1)\n"
    source += "for _ in range(3):\n  if os.fork() == 0: os.setsid(); time.sleep(300)\n"
    source += "print('ready', flush=True)\ntime.sleep(300)"
    child, _ = start(source)
    during = containers_of(cell.container_of(child))
    child.stop(grace=0.2)

    assert len(during) == 2
    assert len(containers_of(cell.container_of(child))) == 1
    assert child.defied


def test_a_program_that_ends_takes_what_it_left_with_it(run):
    """Its exit code is told at once, whatever it has left running."""
    assert run("setsid sleep 300 & sleep 0.1; exit 4", within=60) == (4, "")


def test_streams_are_kept_apart_and_in_order(cell, folder, run, tmp_path):
    """Both in one log in the order they were written; with a file for errors each in its own; and input arrives."""
    given = tmp_path / "given"
    given.write_bytes(b"line\n" * 100_000)
    errors = tmp_path / "errors"
    script = "for n in 1 2 3; do echo out $n; echo err $n >&2; done"

    assert run(script)[1] == "out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n"
    assert run(script, errors=errors) == (0, "out 1\nout 2\nout 3\n")
    assert errors.read_text() == "err 1\nerr 2\nerr 3\n"
    assert run("wc -c; read more || echo end", stdin=given) == (0, "500000\nend\n")
    assert run("wc -c") == (0, "0\n")


def test_a_flood_is_stopped(cell, folder, tmp_path, until):
    """Who writes without end is ended, and its container is gone."""
    log = tmp_path / "flood"
    child = cell.spawn(["/bin/sh", "-c", "yes"], cwd=folder, environment={}, log=log, log_limit=1 << 20)
    name = cell.container_of(child)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(20)

    assert until(lambda: child.flooded)
    child.release()
    assert log.stat().st_size == 1 << 20
    assert usable_engine(os.environ).first_process(name) == 0


def test_the_images_tools_are_found_and_not_this_machines(cell, folder, tmp_path, contained):
    """A variable that names a folder of this machine does not come along, one of the program's own does."""
    log = tmp_path / "log"
    ours = {**contained.environ, "JAVA_HOME": str(tmp_path)}
    given = {"PATH": f"{folder}/bin:{tmp_path}", "JAVA_HOME": str(tmp_path), "BASE_PATH": "/api", "HOME": str(folder)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cell, "_premises", replace(contained, environ=ours))
        child = cell.spawn(["/bin/sh", "-c", "env"], cwd=folder, environment=given, log=log)
        assert child.wait(20) == 0
        child.release()
    seen = dict(line.split("=", 1) for line in log.read_text().splitlines())

    assert seen["PATH"] == f"{folder}/bin:{cell.image.path}"
    assert (seen["BASE_PATH"], seen["HOME"]) == ("/api", str(folder))
    assert "JAVA_HOME" not in seen


def _missing(cell, **premises) -> set[str]:
    with Supervisor() as supervisor:
        found = container_proof.examine(cell, supervisor, Premises(**premises))
    return {each.name for each in found if not each.holds}


def test_a_cell_has_every_property(cell):
    """As it is made here."""
    assert _missing(cell) == set()


def test_the_doctor_shows_each_property(image, monkeypatch):
    """As a table, or why there can be no cell."""
    monkeypatch.setenv(IMAGE_VARIABLE, image)
    found = diagnose_isolation("docker")
    monkeypatch.setenv(IMAGE_VARIABLE, "no-such-image:1")
    missing = diagnose_isolation("docker")

    assert {each.subject for each in found} >= {"user", "system calls", "secrets", "memory", "network"}
    assert all(each.present for each in found)
    assert [(each.subject, each.present) for each in missing] == [("docker", False)]


def _without(**changes):
    def document(self, *given, **more):
        made = ORDER(self, *given, **more)
        made["HostConfig"].update(changes.get("host", {}))
        made.update(changes.get("top", {}))
        return made

    return document


ORDER = Confinement.document
FILTER = "seccomp=unconfined"
HOLES = {
    "user": {"top": {"User": "0:0"}},
    "capabilities": {"host": {"CapDrop": []}, "top": {"User": "0:0"}},
    "rights": {"host": {"SecurityOpt": [f"seccomp={json.dumps(seccomp.profile(os.uname().machine))}"]}},
    "system calls": {"host": {"SecurityOpt": ["no-new-privileges:true"]}},
    "namespaces": {"host": {"IpcMode": "host"}},
    "processes": {"host": {"PidMode": "host"}},
    "system": {"host": {"ReadonlyRootfs": False}, "top": {"User": "0:0"}},
    "secrets": {"host": {"Binds": ["/var/run/docker.sock:/var/run/docker.sock"]}},
    "environment": {"top": {"Env": ["SECRET=1"]}},
    "storage": {"host": {"ShmSize": 1 << 30}},
    "limits": {"host": {"PidsLimit": 0}},
    "memory": {"host": {"Memory": 3 << 30, "MemorySwap": 4 << 30}},
    "processors": {"host": {"CpuQuota": 0, "CpuPeriod": 0}},
    "network": {"host": {"NetworkMode": "bridge"}},
}


@pytest.mark.parametrize("name", HOLES)
def test_a_hole_is_found(cell, monkeypatch, name):
    """The probe does not believe in what was asked for, it tries: without one wall it finds what is open."""
    monkeypatch.setattr(Confinement, "document", _without(**HOLES[name]))

    assert name in _missing(cell)


def test_a_secret_that_is_seen_is_found(cell):
    """A folder of graders that is in the image."""
    assert "secrets" in _missing(cell, hidden=(Path("/usr/bin"),))


def test_a_hole_ends_the_run(image, monkeypatch, contained):
    """With what is missing and what to do, and as our fault: no mark comes of it."""
    monkeypatch.setattr(Confinement, "document", _without(host={"ShmSize": 1 << 30}))

    with (
        Supervisor() as supervisor,
        pytest.raises(KatasError, match=r"nothing was run:\n  storage: ") as caught,
        ISOLATIONS["docker"](supervisor, contained),
    ):
        pass

    assert caught.value.exit_code is ExitCode.OUR_FAULT


def test_a_missing_image_is_told_with_how_to_make_it(image):
    """By the very command, for the stacks whose images we know; and nothing weaker takes its place."""
    known = Premises(environ={**os.environ, IMAGE_VARIABLE: ""}, stack="java-spring")
    other = Premises(environ={**os.environ, IMAGE_VARIABLE: "no-such-image:1"})
    engine = usable_engine(os.environ)
    told = []
    for premises in (known, other):
        with pytest.raises(KatasError) as caught:
            usable_image(replace_missing(engine), premises)
        told.append((caught.value.message, caught.value.hint))

    assert told[0][0] == "there is no image `katas-java` on this machine"
    assert told[0][1].startswith("`docker build --tag katas-java /")
    assert (Path(told[0][1].split("`")[1].split()[-1]) / "Dockerfile").is_file()
    assert told[1][0] == "there is no image `no-such-image:1` on this machine"
    assert told[1][1] == "build or pull it, or name another by `--image`"


def replace_missing(engine):
    """Return an engine that has no image of ours."""
    engine.image = lambda name: None
    return engine


def test_an_image_with_volumes_is_refused(image, contained):
    """They would lie on the disk, where nothing limits them."""
    engine = usable_engine(os.environ)
    engine.image = lambda name: {"Id": "1", "Config": {"Volumes": {"/data": {}}}}

    with pytest.raises(KatasError, match="has volumes, which have no limit: `/data`"):
        usable_image(engine, contained)


def test_without_an_engine_there_is_no_cell(tmp_path):
    """It says where it was looked for."""
    nowhere = Premises(environ={"DOCKER_HOST": f"unix://{tmp_path}/docker.sock"})

    with (
        Supervisor() as supervisor,
        pytest.raises(KatasError, match="no Docker engine answers"),
        ISOLATIONS["docker"](supervisor, nowhere),
    ):
        pass


LACKS = {
    "it cannot limit memory": {"MemoryLimit": False},
    "it cannot limit swap": {"SwapLimit": False},
    "it cannot limit the number of processes": {"PidsLimit": False},
    "it cannot limit processor time": {"CpuCfsQuota": False},
    "it does not filter system calls": {"SecurityOptions": ["name=apparmor"]},
    "its users are others than ours": {"SecurityOptions": ["name=seccomp,profile=builtin", "name=rootless"]},
    "it runs in another machine": {"KernelVersion": "6.10.14-linuxkit"},
}


@pytest.mark.parametrize("what", LACKS)
def test_an_engine_that_lacks_something_is_refused(monkeypatch, what):
    """Whatever would be discarded in silence is told, with a remedy."""
    ask = _container.Engine.ask
    monkeypatch.setattr(_container.Engine, "ask", lambda *given: {**ask(*given), **LACKS[what]})

    with pytest.raises(KatasError, match=what) as caught:
        usable_engine(os.environ)

    assert caught.value.hint


def test_an_engine_on_another_machine_is_refused(monkeypatch):
    """Sockets are handed over on one machine only."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_answer_pings, args=(server,), daemon=True).start()
        environ = {"DOCKER_HOST": f"tcp://127.0.0.1:{server.getsockname()[1]}"}
        with pytest.raises(KatasError, match="is not on this machine"):
            usable_engine(environ)


def _answer_pings(server: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection, _ = server.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")


def test_a_limit_that_is_discarded_ends_the_run(cell, folder, tmp_path, monkeypatch, until):
    """The engine warns when it makes a container; that is no container for us."""
    source = Path(_container.__file__).parents[1]
    place = tmp_path / "loud" / "backend_katas"
    place.mkdir(parents=True)
    (place / "__init__.py").touch()
    text = (source / "backend_katas" / "_container.py").read_text()
    told = '.get("Warnings")'
    assert told in text
    (place / "_container.py").write_text(text.replace(told, ' and ["Limitation discarded."]'))
    monkeypatch.setattr(_container, "__file__", str(place / "_container.py"))
    name = cell.network.partition(":")[2]

    with pytest.raises(KatasError, match=r"did not run a container: Limitation discarded\."):
        cell.spawn(["/bin/sh", "-c", "true"], cwd=folder, environment={}, log=tmp_path / "log")

    assert until(lambda: len(containers_of(name)) == 1)


def test_a_folder_that_goes_meanwhile_is_left_out(cell, folder, tmp_path, monkeypatch):
    """Another deployment may end between the order and the container's start."""
    mounts = cell._mounts()  # noqa: SLF001
    gone = [{**mounts[0], "Source": f"{cell.volume}/gone-{number}", "Target": f"/srv/gone-{number}"} for number in "ab"]
    monkeypatch.setattr(cell, "_mounts", lambda: [gone[0], *mounts, gone[1]])
    log = tmp_path / "log"
    child = cell.spawn(["/bin/sh", "-c", "ls -d /srv/gone* ."], cwd=folder, environment={}, log=log)

    assert child.wait(20) == 2
    assert log.read_text().endswith(".\n")
    child.release()


GRADER = """
import os, sys, time
from pathlib import Path
from backend_katas.isolation import Premises
from backend_katas.isolation.docker import docker
from backend_katas.supervisor import Supervisor
folder = Path(sys.argv[1])
premises = Premises(environ={**os.environ, "KATAS_IMAGE": sys.argv[2]})
with Supervisor() as supervisor, docker(supervisor, premises) as cell:
    with cell.shared(folder):
        script = "trap '' TERM HUP; setsid sleep 600 & sleep 600"
        environment = {"KATAS_TEST_MARK": sys.argv[3]}
        child = cell.spawn(["/bin/sh", "-c", script], cwd=folder, environment=environment, log=folder.parent / "log")
        time.sleep(0.3)
        print(cell.container_of(child), cell.folder, cell.volume, flush=True)
        sys.stdin.read(1)
"""


@pytest.mark.parametrize("ending", ["in order", *range(3)])
def test_nothing_is_left_of_a_cell(image, tmp_path, ending, until, marked):
    """No container, no process, no folder, no volume, whether the grader ends in order or is killed."""
    folder, mark = tmp_path / "shared", secrets.token_hex(8)
    folder.mkdir()
    command = [sys.executable, "-c", GRADER, str(folder), image, mark]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as grader:
        assert grader.stdout
        assert grader.stdin
        name, *words = grader.stdout.readline().split()
        places = [Path(word) for word in words]
        there = [_exists(path) for path in places], len(marked(mark)) > 1
        made = containers_of(name)
        if ending == "in order":
            grader.stdin.close()
        else:
            grader.send_signal(signal.SIGKILL)

    assert there == ([True, os.geteuid() == 0], True)
    assert len(made) == 2
    assert until(lambda: not any(_exists(path) for path in places) and not marked(mark))
    assert until(lambda: not containers_of(name))


def _exists(path: Path) -> bool:
    """Say whether something is there, as far as we may look."""
    try:
        return path.exists()
    except PermissionError:
        return False


def test_an_image_can_be_named(image, greeter, tmp_path, with_mini, monkeypatch):
    """By `--image`; the report says how it was confined, and one that is not here ends with how to get it."""
    monkeypatch.setenv(IMAGE_VARIABLE, "")
    (tmp_path / "greeter.py").write_text(greeter)
    (tmp_path / "kata.yaml").write_text("kata: greeter\nprocesses:\n  web: exec python3 greeter.py\n")
    katas = [sys.executable, "-m", "backend_katas", "grade", str(tmp_path), "--isolation", "docker", "--format", "json"]
    given = {"capture_output": True, "text": True, "check": False}
    graded = subprocess.run([*katas, "--image", image], **given)
    refused = subprocess.run([*katas, "--image", "no-such-image:1"], **given)
    result = json.loads(graded.stdout)

    assert (graded.returncode, result["score"]) == (0, 100), graded.stderr
    assert result["isolation"].startswith("docker: 2048 MiB memory")
    assert result["versions"]["image"].startswith(f"{image} sha256:")
    assert (refused.returncode, refused.stdout) == (ExitCode.OUR_FAULT, "")
    assert "there is no image `no-such-image:1` on this machine" in refused.stderr
