"""What docs/cluster.md has people copy: manifests that are whole, and scripts that do what they say."""

from __future__ import annotations

import ast
import csv
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

PAGE = Path(__file__).parents[1] / "docs" / "cluster.md"
FILES = dict(
    re.findall(r"^<!-- cluster: (\S+) -->\n```\w+\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
)
WALLS = "--build-network --soft-memory"
OPEN = "--isolation none --trust-submission"


def pods() -> dict[str, dict[str, Any]]:
    """Return the specs of all pods, by file and kind and name."""
    found = {}
    for name in FILES:
        for document in yaml.safe_load_all(FILES[name]) if name.endswith(".yaml") else ():
            if template := document["spec"].get("template"):
                found[f"{name} {document['kind']} {document['metadata']['name']}"] = template["spec"]
    return found


def test_all_files_are_there():
    """A mark that is misspelt would leave a file untested."""
    assert {Path(name).suffix for name in FILES} == {".sh", ".py", ".yaml", ""}
    assert len(pods()) == 4


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".sh")])
def test_a_script_can_be_read_by_bash(name):
    """None has a mistake of syntax, in a branch that is seldom taken either."""
    done = subprocess.run(["bash", "-n"], input=FILES[name], text=True, capture_output=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_the_scripts_of_python_can_be_read():
    """The cluster's software is not here, so that is all that can be said."""
    for name in FILES:
        if name.endswith(".py"):
            assert ast.parse(FILES[name])


@pytest.mark.parametrize("name", pods())
def test_a_pod_mounts_what_it_has(name):
    """Each mount is a volume's, and what a container writes to is on one."""
    pod = pods()[name]
    volumes = {volume["name"] for volume in pod.get("volumes", ())}

    for container in pod["containers"]:
        mounts = {mount["name"]: mount["mountPath"] for mount in container.get("volumeMounts", ())}
        written = {each["value"] for each in container.get("env", ()) if each["name"] in {"HOME", "TMPDIR"}}
        assert mounts.keys() == volumes
        assert written <= set(mounts.values())
    assert not pod["automountServiceAccountToken"]


@pytest.mark.parametrize("name", ["job.yaml Job katas", "dask.yaml Deployment katas-workers"])
def test_a_pod_that_grades_can_confine_and_is_not_privileged(name):
    """It has what `bwrap` needs, and no right beyond."""
    pod = pods()[name]
    context = pod["containers"][0]["securityContext"]

    assert pod["hostUsers"] is False
    assert pod["securityContext"]["runAsNonRoot"]
    assert context == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
        "procMount": "Unmasked",
        "seccompProfile": {"type": "Unconfined"},
        "appArmorProfile": {"type": "Unconfined"},
    }


def test_shares_are_as_many_as_jobs():
    """Each array and each indexed job makes all the shares that it tells its jobs of."""
    array, job = FILES["array.sh"], yaml.safe_load(FILES["job.yaml"])

    assert re.search(r"--array=1-(\d+)", array)[1] == re.search(r'TASK_ID" (\d+)$', array, re.MULTILINE)[1]
    assert job["spec"]["template"]["spec"]["containers"][0]["command"][-1].endswith(f" {job['spec']['completions']}")


@pytest.fixture
def shared(mini, classroom, tmp_path, monkeypatch):
    """A folder that all machines see, with a class of three and the scripts, for a kata that takes no time."""
    place = classroom(ann=None, bob="raise SystemExit(3)\n", cem=None).parent
    for name, text in FILES.items():
        if name.endswith(".sh"):
            (place / name).write_text(text.replace(WALLS, OPEN).replace("auth-system", "greeter").replace("20", "3"))
    (tmp_path / "bin").mkdir()
    for name, body in {
        "katas": f'exec "{sys.executable}" -m backend_katas "$@"',
        "ssh": 'shift 3; exec "$@"',  # no other machine is here
    }.items():
        program = tmp_path / "bin" / name
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "disk").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("KATAS_PACKS", f"{mini.root}")
    monkeypatch.setenv("TMPDIR", f"{tmp_path / 'disk'}")
    return place


@pytest.fixture
def classroom(submission, tmp_path):
    """Make a folder of submissions by their names; a value is the program's source, or None for one that is right."""

    def make(**sources):
        place = tmp_path / "class" / "handed-in"
        place.mkdir(parents=True)
        for name, source in sources.items():
            made = submission(name=f"making-{name}", **({"source": source} if source else {}))
            shutil.move(made, place / name)
        return place

    return make


def marks(folder: Path) -> list[tuple[str, str, str]]:
    """Read who got what."""
    with (folder / "marks.csv").open(newline="", encoding="utf-8") as file:
        return [(row["submission"], row["status"], row["score"]) for row in csv.DictReader(file)]


MARKS = [("ann", "passed", "100"), ("bob", "failed", "0"), ("cem", "passed", "100")]


def test_an_array_of_jobs_grades_a_class(shared, tmp_path):
    """Each job has its share, and what they wrote is merged; nothing is left on the nodes' disks."""
    for number in (1, 2, 3):
        environment = {**os.environ, "SLURM_ARRAY_TASK_ID": f"{number}", "SLURM_SUBMIT_DIR": f"{shared}"}
        subprocess.run(["bash", shared / "array.sh"], env=environment, check=True, timeout=120)
    merged = [shared / "shares" / f"{number}" for number in (1, 2, 3)]

    subprocess.run(["katas", "merge", tmp_path / "marks", *merged], check=True, timeout=120)

    assert marks(tmp_path / "marks") == MARKS
    assert list((tmp_path / "disk").iterdir()) == []


def test_machines_by_ssh_grade_a_class(shared):
    """Each has a share of its own, also when they are done at the same time."""
    subprocess.run(["bash", shared / "by_ssh.sh", "one", "two", "three"], check=True, timeout=120)

    assert sorted(mark for number in (1, 2, 3) for mark in marks(shared / "shares" / f"{number}")) == MARKS


def test_a_job_that_is_asked_to_end_keeps_what_it_has(shared, tmp_path):
    """It finishes what runs, copies it back, and the next attempt grades the rest alone."""
    command = ["bash", shared / "share.sh", "1", "1"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as job:
        told = job.stderr.readline()
        job.send_signal(signal.SIGTERM)
        told += job.stderr.read()
    first = marks(shared / "shares" / "1")

    again = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=True, timeout=120)

    assert job.returncode == 1
    assert "nothing else begun" in told
    assert 0 < len(first) < 3
    assert again.stderr.count("graded before") == len(first)
    assert marks(shared / "shares" / "1") == MARKS
    assert sorted(path.name for path in (shared / "shares").iterdir()) == ["1", "1.old"]
    assert list((tmp_path / "disk").iterdir()) == []
