"""Hostile submissions gain, see and harm nothing; innocent ones that do something alike earn everything.

Each folder `RT-NN-name` has hostile programs, an innocent twin, and what comes of the hostile ones. They are ordinary
submissions, graded as any other. What an attack finds it carries off in a wrong answer, so that it is in the report;
whether it found or changed something is also looked at from outside, by canaries.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
import pytest

from backend_katas.console import write_report
from backend_katas.model import Status
from backend_katas.reports import FORMATS

GROWTH = 64  # MiB that an attack may cost its grader beyond an innocent program
DISK = 1 << 30
UNSAFE = frozenset({"Cc", "Cs", "Zl", "Zp"})
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.fixture(scope="module")
def ordinary() -> dict[tuple[str, str], int]:
    """How much memory a grader has for an honest program, by isolation and kata, once that is known."""
    return {}


def growth(arena, graded, kata: str, ordinary: dict[tuple[str, str], int]) -> int:
    """Return how many MiB more a grader had than for an honest program of the kata."""
    key = (arena.isolation.name, kata)
    if key not in ordinary:
        ordinary[key] = arena.grade(*arena.honest(kata)).sight.grown
    return graded.sight.grown - ordinary[key] if ordinary[key] else 0


def test_an_attack_comes_to_nothing(attack, program, arena, outside, expected, ordinary, record):
    """Its verdict is the one foreseen, no canary was read, reached or changed, and nothing of it is left."""
    before, free = outside.digest(), shutil.disk_usage("/").free
    folder, mark = arena.submission(attack, program)

    with ThreadPoolExecutor() as pool:
        kata = expected.get("kata", "greeter")
        beside = [pool.submit(arena.grade, *arena.honest(kata))] if expected.get("neighbour") else []
        other = []
        if "beside" in expected:
            running = pool.submit(arena.grade, folder, mark)
            arena.gone(lambda: not arena.left(mark) or None, within=60)
            other = [arena.grade(*arena.submission(attack, "beside"))]
            graded = running.result()
        else:
            for _ in range(expected.get("times", 1)):
                graded = arena.grade(folder, mark)
        neighbours = [future.result() for future in beside]
    lasted = arena.gone(lambda: arena.left(mark) or arena.remains(graded, *neighbours, *other), within=60)
    if expected.get("afterwards"):
        neighbours.append(arena.grade(*arena.honest(kata)))
    grown = growth(arena, graded, "shout" if program == "hostile_cli" else kata, ordinary)
    canaries = [*outside.visitors, *(["read"] if "CANARY" in graded.everything else [])]
    canaries += ["changed"] if outside.digest() != before else []
    canaries += ["ran outside"] if outside.mark.exists() else []
    record |= {"attack": attack, "program": program, "verdict": graded.verdict, "grown": grown, "gone": lasted}
    record |= {"score": graded.result.score if graded.result else 0, "canaries": len(canaries)}

    allowed = expected["verdict"] if isinstance(expected["verdict"], list) else [expected["verdict"]]
    assert graded.verdict in allowed, (expected["why"], graded.everything[-3000:])
    assert record["score"] <= expected["most"], [(check.title, check.message) for check in graded.result.checks]
    assert canaries == [], graded.everything[-3000:]
    assert graded.result.isolation.startswith(arena.isolation.name)
    for each in neighbours:
        assert each.result, each.refusal
        assert each.result.score == 100, [(check.title, check.message, check.log) for check in each.result.checks]
    for each in other:
        assert each.verdict == expected["beside"], each.everything
        assert each.result.score == 0
    assert_told(graded, expected)
    assert_inert(graded, folder.parent)
    assert grown < GROWTH, f"the grader grew by {grown} MiB"
    assert free - shutil.disk_usage("/").free < DISK, "the disk filled up meanwhile"


def assert_told(graded, expected: dict[str, Any]) -> None:
    """Hold the messages of a kata's pages against those foreseen; none of them is an error of ours."""
    messages = expected.get("messages", [])
    by_page = {int(check.id.rpartition("[")[2].rstrip("]")): check for check in graded.result.checks if "[" in check.id}
    told = {page: by_page[page].message for page in range(len(messages))}

    assert [page for page, message in enumerate(messages) if message not in told[page]] == [], told
    assert "traceback" not in graded.everything.lower() or not messages
    if messages:
        assert Status.ERROR not in {check.status for check in graded.result.checks}


def assert_inert(graded, folder) -> None:
    """Look through all that anybody may read of a result: nothing in there acts on a terminal, a log or a file."""
    texts = list(_texts(json.loads(graded.result.to_json())))
    acting = [text for text in texts if any(_acts(character) for character in text)]
    for form, render in FORMATS.items():
        write_report(render([graded.result]), folder / form)
    lines = [line for form in FORMATS for line in (folder / form).read_text(encoding="utf-8").splitlines()]
    obeyed = [line for line in [*lines, *graded.told.splitlines()] if line.lstrip().startswith("::") or "##[" in line]

    assert acting == []
    assert obeyed == []
    assert json.loads((folder / "json").read_text()) == json.loads(graded.result.to_json())


def _acts(character: str) -> bool:
    return character not in "\n\t" and (unicodedata.category(character) in UNSAFE or character in TURNING)


def _texts(value: Any):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from _texts(member)
    elif isinstance(value, list):
        for element in value:
            yield from _texts(element)


@pytest.mark.parametrize("victim", ["katas", "pytest"])
def test_nothing_outlives_a_grader_that_is_killed(attack, arena, record, victim):
    """Whether it is the command or the run of checks below it: with it goes all that there was."""
    folder, mark = arena.submission(attack, "hostile")
    options = ["--isolation", arena.isolation.name, *(["--soft-memory"] if arena.isolation.soft_memory else [])]
    packs = [word for pack in arena.packs for word in ("--pack", f"{pack.root}")]
    command = [sys.executable, "-m", "backend_katas", *packs, "grade", f"{folder}", *options]
    with (
        arena.watched(mark) as watching,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as grader,
    ):
        arena.gone(lambda: sum("hostile.py" in " ".join(words(each)) for each in arena.left(mark)) < 4, within=60)
        if arena.isolation.name == "bwrap" and not arena.isolation.soft_memory:
            arena.gone(lambda: "" if watching.sight.places else "nobody has seen a control group", within=60)
        inner = [each for each in arena.left(mark) if "backend_katas.plugin" in words(each)]
        if victim == "pytest":
            inner[0].send_signal(signal.SIGKILL)
        else:
            grader.kill()
        lasted = arena.gone(lambda: arena.left(mark) or arena.remains(watching), within=60)
        said = grader.communicate(timeout=60)[0]
    record |= {"attack": attack, "program": f"killed {victim}", "verdict": "gone", "gone": lasted, "canaries": 0}

    assert grader.returncode == (3 if victim == "pytest" else -signal.SIGKILL), said


def words(process: psutil.Process) -> list[str]:
    """Return the command line of a process, of one that has gone an empty one."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_what_cannot_be_graded_is_refused_in_clear_words(attack, arena, outside, traps, record, tmp_path):
    """An archive, a folder without end or a manifest that is none is refused at once, and read through no link."""
    found = {}
    for name, (lay, wanted) in traps.REFUSED.items():
        path = lay(tmp_path / "refused" / name.replace(" ", "-"), outside)
        begun = time.monotonic()
        graded = arena.grade(path, "nothing")
        found[name] = (bool(re.search(wanted, graded.refusal)), graded.refusal[:300], time.monotonic() - begun < 60)
    record |= {"attack": attack, "program": "refused", "verdict": "refused", "canaries": len(outside.visitors)}

    assert {name: entry for name, entry in found.items() if not (entry[0] and entry[2])} == {}
    assert not outside.mark.exists()
    assert list(tmp_path.rglob("*escaped*")) == []


def test_its_innocent_twin_passes(attack, twin, arena, record):
    """What is alike, but honest, earns everything."""
    graded = arena.grade(*arena.submission(twin, "innocent"))
    record |= {"attack": attack, "program": "innocent", "verdict": graded.verdict, "grown": graded.sight.grown}

    assert_earned(graded)


def test_innocent_programs_pass_in_company(company, arena, record):
    """What they do does not harm either when one program does all of it."""
    graded = arena.grade(*arena.together(company))
    record |= {"attack": "several", "program": "innocent", "verdict": graded.verdict, "together": company}

    assert_earned(graded)


def assert_earned(graded) -> None:
    """Hold an innocent program to what it deserves."""
    assert graded.result, graded.refusal
    lost = [check for check in graded.result.checks if check.earned != check.points]
    assert [(check.title, check.message, check.log) for check in lost] == []
    assert graded.result.score == 100


def test_honest_programs_keep_their_marks_among_attacks(arena, attacks, request, record, outside):
    """All attacks and many honest programs, shuffled, on all processors."""
    number = request.config.getoption("--honest")
    if not number:
        pytest.skip("`make redteam` mixes all attacks with honest programs, which takes some minutes")
    seed = int(time.time())
    katas = ["greeter", "gauntlet", "vault", "greeter"]
    made = [(True, *arena.honest(katas[turn % len(katas)])) for turn in range(number)]
    made += [(False, *arena.submission(attack, program)) for attack, program in attacks]
    random.Random(seed).shuffle(made)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        graded = list(pool.map(lambda each: arena.grade(each[1], each[2]), made))
    honest = [each for (good, _, _), each in zip(made, graded, strict=True) if good]
    hostile = [each for (good, _, _), each in zip(made, graded, strict=True) if not good]
    kept = [each for each in honest if each.result and each.result.score == 100]
    record |= {
        "attack": "all",
        "program": "shuffled",
        "seed": seed,
        "honest": number,
        "kept": len(kept),
        "hostile": len(hostile),
    }
    record |= {"hostile": len(hostile), "passed": sum(each.verdict == "passed" for each in hostile)}
    record |= {"canaries": len(outside.visitors)}

    assert [each.everything[-2000:] for each in honest if each not in kept] == []
    assert record["passed"] == 0
    assert record["canaries"] == 0
    assert not outside.mark.exists()
