"""Verifying proves every case, keeps what it found, and goes on where it was."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from backend_katas.authoring import verification
from backend_katas.authoring.journal import open_journal
from backend_katas.authoring.proof import Proof, exit_code
from backend_katas.authoring.survivors import survivors_file
from backend_katas.authoring.table import proofs_document, proofs_table
from backend_katas.authoring.verification import Order
from backend_katas.catalogue import PACKS_VARIABLE, find_kata, find_packs
from backend_katas.errors import ExitCode, KatasError
from backend_katas.grader import eventually

SERVER = "solutions/greeter/python-stdlib/server.py"
MINI = Path(__file__).parents[1] / "packs" / "mini"
STRICT = "graders/greeter/test_be_strict.py"
FAULTY = """\
import json
import os
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

READY = {True: "/healthz"}.get(bool("x"), "/nowhere")


class Greeter(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        self.send_response({"/hello": HTTPStatus.OK, READY: HTTPStatus.OK}.get(url.path, HTTPStatus.NOT_FOUND))
        self.end_headers()
        # Of several names the first one counts.
        name = parse_qs(url.query).get("name", ["nobody"])[0]
        self.wfile.write(json.dumps({"greeting": ", ".join([os.environ["GREETING"], name])}).encode())


ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Greeter).serve_forever()
"""
EXPLAINED = """\
format: 1
survivors:
  - file: server.py
    before: name = parse_qs(url.query).get("name", ["nobody"])[0]
    after: name = parse_qs(url.query).get("name", ["nobody"])[-1]
    kind: free
    why: The brief does not say which of two names in one query counts.
"""


@pytest.fixture
def journal(tmp_path) -> Path:
    """A journal of this test's own."""
    return tmp_path / "verify.jsonl"


@pytest.fixture
def verify(pack, journal):
    """Verify what an order asks for."""
    packs = find_packs({PACKS_VARIABLE: str(pack.root)})
    return lambda **order: verification.verify(Order(**order), packs, journal=journal)


def _table(proofs: tuple[Proof, ...], folder: Path) -> str:
    return click.unstyle(proofs_table(proofs, folder))


def test_a_kata_is_proved_by_all_its_cases(verify, pack):
    """Every case as often as it was asked for, on two workers, and a row for each."""
    proofs = verify(runs=2, jobs=2)

    assert exit_code(proofs, strict=False) is ExitCode.PASSED
    assert _table(proofs, pack.root) == (
        "greeter\n"
        "  ✓ reference  python-stdlib         2 of 2   earns 100 points\n"
        "  ✓ starter    python-stdlib         2 of 2   starts, and fails all 4 checks\n"
        "  ✓ mutant     everybody-is-nobody   2 of 2   fails test_hello.py::test_a_name_is_greeted\n"
        "                                              fails test_hello.py::test_the_greeting_is_configurable\n"
        "  ✓ mutant     everything-is-there   2 of 2   fails test_be_strict.py::test_an_unknown_path_is_refused\n"
        "  ✓ mutant     fixed-greeting        2 of 2   fails test_hello.py::test_the_greeting_is_configurable\n"
        "\n"
        "1 of 1 kata proved: 5 of 5 cases as they have to be, 0 flaws"
    )


def test_what_was_judged_is_not_judged_again(verify, journal, spoil):
    """Unless it is asked for, or its inputs changed; then that alone."""
    verify(kinds=("mutant",))
    first = journal.read_text()
    verify(kinds=("mutant",))
    second = journal.read_text()
    spoil("solutions/greeter/mutants/fixed-greeting.patch", "mistake: the greeting", "mistake: a greeting")
    verify(kinds=("mutant",))
    third = journal.read_text()
    verify(kinds=("mutant",), again=True)

    assert second == first
    assert third.removeprefix(first).count("fixed-greeting") == third.removeprefix(first).count('"case"') == 1
    assert journal.read_text().removeprefix(third).count('"case"') == 3


def test_more_runs_go_on_from_those_there_are(verify, journal):
    """Asked for three after one, two are made, and all three are told."""
    verify(kinds=("reference",))
    (proof,) = verify(kinds=("reference",), runs=3)

    assert journal.read_text().count('"case"') == 3
    assert (proof.verdicts[0].good, len(proof.verdicts[0].runs)) == (3, 3)


def test_further_runs_of_a_mutant_judge_the_levels_it_is_about(verify, journal):
    """One run shows that it fails nowhere else; the others that it is caught, and all levels can be asked for."""
    name = "fixed-greeting"
    verify(kinds=("mutant",), runs=2)
    mixed = _levels(journal, name)
    verify(kinds=("mutant",), runs=2, whole=True)

    assert sorted(mixed) == [[], ["hello"]]
    assert sorted(_levels(journal, name)) == [[], [], ["hello"]]


def _levels(journal: Path, name: str) -> list[list[str]]:
    lines = [json.loads(line) for line in journal.read_text().splitlines() if line]
    return [line["run"]["levels"] for line in lines if line["case"].endswith(f"/{name}")]


def test_an_earlier_failure_is_not_forgotten(verify, spoil, pack):
    """A reference that failed once of two times with the same inputs is no proof."""
    spoil(SERVER, 'url.path == "/healthz"', 'url.path == "/healthz" or once()')
    spoil(
        SERVER,
        "class Greeter",
        f"def once():\n    if os.path.exists({str(pack.root.parent / 'was-here')!r}):\n        return False\n"
        f"    open({str(pack.root.parent / 'was-here')!r}, 'w').close()\n    return True\n\n\nclass Greeter",
    )
    verify(kinds=("reference",))

    proofs = verify(kinds=("reference",), runs=2)

    assert exit_code(proofs, strict=False) is ExitCode.FAILED
    text = " ".join(_table(proofs, pack.root).split())
    assert "✗ reference python-stdlib 1 of 2 earns 100 points 1 of 2: `test_be_strict.py::test_an_unknown" in text


def test_a_broken_kata_leaves_the_others_as_they_are(verify, pack, mini, spoil):
    """A manifest that is no YAML, a grader that cannot be read: told with file and line."""
    for name in ("spoilt", "unread"):
        shutil.copytree(pack.root / "exercises" / "greeter", pack.root / "exercises" / name)
        shutil.copytree(pack.root / "graders" / "greeter", pack.root / "graders" / name)
        spoil(f"exercises/{name}/exercise.yaml", "id: greeter", f"id: {name}")
    spoil("exercises/spoilt/exercise.yaml", "kind: http", "kind: [http")
    spoil("graders/unread/test_hello.py", "import environment", "import environmental")

    proofs = verify(kinds=("reference",))

    text = _table(proofs, pack.root)
    assert exit_code(proofs, strict=False) is ExitCode.FAILED
    assert {proof.kata: (proof.judged, proof.holds) for proof in proofs} == {
        "spoilt": (False, False),
        "greeter": (True, True),
        "unread": (False, False),
    }
    assert re.search(r"✗ exercises/spoilt/exercise.yaml:\d+: not YAML", text)
    assert "✗ graders/unread/test_hello.py:3: cannot be collected: ImportError: cannot import name" in text
    assert "nothing was graded: its checks or its manifest have to be mended first" in text


def test_katas_of_one_name_are_kept_apart(pack, journal, spoil):
    """Each pack's own is judged."""
    other = pack.root.parent / "other"
    shutil.copytree(pack.root, other)
    spoil(SERVER, "self.answer(404", "self.answer(200")
    packs = find_packs({PACKS_VARIABLE: f"{pack.root}{os.pathsep}{other}"})
    order = Order(katas=("pack/greeter", "other/greeter"), kinds=("reference",))

    proofs = verification.verify(order, packs, journal=journal)

    assert [proof.verdicts[0].good for proof in proofs] == [0, 1]


def test_a_mutant_that_does_not_fit_any_more_leaves_the_others_as_they_are(verify, pack, spoil):
    """It is told in its own row."""
    spoil(SERVER, 'GREETING = os.environ["GREETING"]', 'GREETING = os.environ.get("GREETING")')

    (proof,) = verify(jobs=2)

    assert {verdict.case.name for verdict in proof.verdicts if not verdict.good} == {"fixed-greeting"}
    assert "✗ mutant     fixed-greeting        0 of 1   does not apply: patch failed: server.py:7" in _table(
        (proof,), pack.root
    )


def test_a_check_that_cannot_say_no_is_listed(verify, pack, spoil):
    """It passes on the starter and on every mutant of its level."""
    spoil(STRICT, "assert answer.status_code in (404, 410)", "assert answer.status_code")
    path = pack.root / STRICT
    path.write_text(path.read_text().replace("@points(40,", "@points(30,"))
    with path.open("a") as file:
        file.write(
            '\n\n@points(10, clause="be-strict-1")\ndef test_another(api):\n    """It refuses."""\n'
            '    assert api.get("/another").status_code == 404\n'
        )
    spoil("solutions/greeter/mutants/everything-is-there.patch", "test_an_unknown_path_is_refused", "test_another")

    (proof,) = verify()

    assert [flaw.problem for flaw in proof.flaws] == [
        "`test_an_unknown_path_is_refused` cannot say no: it passed on every starter and on every mutant of its level"
    ]


def test_a_case_that_could_not_be_tried_lists_no_check(verify, spoil):
    """The starter, whose tool is missing, may be all that a check says no to."""
    spoil("exercises/greeter/starters/python-stdlib/kata.yaml", "processes", "build: gopher build\nprocesses")

    (proof,) = verify(kinds=("starter", "mutant"))

    assert proof.flaws == ()
    assert (proof.holds, proof.holds_here) == (False, True)


def test_only_what_a_change_touched_is_judged(verify, pack, spoil):
    """A patch its mutant, nothing nothing."""
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "before"]):
        subprocess.run([*git, *arguments], cwd=pack.root, check=True, timeout=30)
    untouched = verify(since="HEAD")
    spoil("solutions/greeter/mutants/fixed-greeting.patch", "mistake: the greeting", "mistake: a greeting")
    (proof,) = verify(since="HEAD")
    spoil(STRICT, "the path does not exist", "there is no such path")
    (checked,) = verify(since="HEAD", kinds=("reference",))

    assert _table(untouched, pack.root) == "nothing to verify: the change touches no kata"
    assert [verdict.case.name for verdict in proof.verdicts] == ["fixed-greeting"]
    assert "1 of 1   passes `be-strict`\n" in _table([checked], pack.root)


def test_an_unknown_kata_is_nothing_to_verify(verify):
    """As everywhere, with its neighbour."""
    with pytest.raises(KatasError, match="no kata called `greter`") as caught:
        verify(katas=("greter",))

    assert caught.value.exit_code is ExitCode.NOTHING_TO_GRADE


def test_the_document_tells_what_the_table_tells(verify, spoil):
    """Counts, checks and flaws, for programs."""
    spoil("exercises/greeter/HINTS.md", "2. What you do", "What you do")
    (kata,) = proofs_document(verify(kinds=("mutant",)))["katas"]

    assert (kata["id"], kata["holds"], kata["judged"]) == ("greeter", False, True)
    assert kata["flaws"][0]["problem"] == "the level `be-strict` has 1 of at least 2 hints"
    assert {case["name"]: (case["runs"], case["good"], case["failed"]) for case in kata["cases"]} == {
        "everybody-is-nobody": (1, 1, dict.fromkeys(kata["cases"][0]["named"], 1)),
        "everything-is-there": (1, 1, {"test_be_strict.py::test_an_unknown_path_is_refused": 1}),
        "fixed-greeting": (1, 1, {"test_hello.py::test_the_greeting_is_configurable": 1}),
    }


@pytest.fixture(scope="module")
def tried(tmp_path_factory) -> Path:
    """A journal of the faults of `FAULTY`, graded once for all tests: a verdict depends on no place."""
    place = tmp_path_factory.mktemp("tried")
    shutil.copytree(MINI, place / "pack", ignore=shutil.ignore_patterns("__pycache__", "broken", "shout"))
    _make_faulty(place / "pack")
    packs = find_packs({PACKS_VARIABLE: str(place / "pack")})
    verification.verify(Order(mutate=10, jobs=2), packs, journal=place / "verify.jsonl")
    return place / "verify.jsonl"


@pytest.fixture
def faulty(pack, journal, tried) -> None:
    """Let the reference be one of which three faults can be made: one is caught, one not, with one it never starts."""
    _make_faulty(pack.root)
    shutil.copy(tried, journal)


def _make_faulty(root: Path) -> None:
    manifest = root / "exercises/greeter/exercise.yaml"
    manifest.write_text(manifest.read_text().replace("start_timeout: 5", "start_timeout: 2"))
    (root / SERVER).write_text(FAULTY)


def test_a_survivor_is_told_until_it_is_explained(verify, faulty, pack, journal):
    """What the explanation says of another line is a flaw; and nothing is graded twice, whatever it says."""
    first = journal.read_text()
    told = verify(mutate=10)
    explain = survivors_file(find_kata("greeter", [pack]))
    explain.write_text(EXPLAINED)
    explained = verify(mutate=10)
    explain.write_text(EXPLAINED.replace("name =", "named ="))
    (outdated,) = verify(mutate=10)

    assert exit_code(told, strict=True) is ExitCode.FAILED
    assert _table(told, pack.root) == (
        "greeter\n"
        "  ✓ reference  python-stdlib   1 of 1   earns 100 points\n"
        "  ✗ python-stdlib: 3 faults made, 2 killed, 1 survived (1 unexplained); 66.7 % of 3\n"
        "    at least 95 % have to be killed\n"
        "    ✗ server.py:16  survived, and nothing explains it\n"
        '        - name = parse_qs(url.query).get("name", ["nobody"])[0]\n'
        '        + name = parse_qs(url.query).get("name", ["nobody"])[-1]\n'
        "\n"
        "0 of 1 kata proved: 1 of 1 cases as they have to be, 0 flaws, 2 of 3 faults killed"
    )
    assert "did not start: after 2 s" in first or "did not start: `GET /healthz`" in first
    assert exit_code(explained, strict=True) is ExitCode.PASSED
    assert "✓ python-stdlib: 3 faults made, 2 killed, 1 survived (1 free); 100.0 % of 2" in _table(explained, pack.root)
    assert [(flaw.line, flaw.problem.partition(": ")[0]) for flaw in outdated.flaws] == [
        (3, "explains a line that is not there")
    ]
    assert journal.read_text() == first


def test_another_check_is_tried_on_survivors_alone(verify, faulty, pack, journal):
    """And on what the changed module has killed; here nothing, for both kills are of another level."""
    before = journal.read_text()
    with (pack.root / STRICT).open("a") as file:
        file.write("\n# changed\n")
    verify(mutate=10)

    lines = [json.loads(line)["case"] for line in journal.read_text().removeprefix(before).splitlines() if line]
    assert [case.partition("#")[0] for case in lines] == [
        "greeter/reference/python-stdlib",
        "greeter/altered/python-stdlib/server.py:16",
    ]


def test_faults_are_made_only_in_what_passes_and_is_python(verify, spoil, pack):
    """A reference that fails is told with its check, one in another language is left alone."""
    spoil(SERVER, "self.answer(404", "self.answer(200")
    (pack.root / "solutions" / "greeter" / "node").mkdir()
    (pack.root / "solutions" / "greeter" / "node" / "server.js").write_text("x = 1")

    proofs = verify(mutate=10)

    text = _table(proofs, pack.root)
    assert exit_code(proofs, strict=True) is ExitCode.FAILED
    assert "✗ reference  python-stdlib   0 of 1   `test_be_strict.py::test_an_unknown_path_is_refused` failed" in text
    assert "– node: left alone, for faults are made in Python only" in text  # noqa: RUF001 - a dash
    assert "– python-stdlib: not tried with faults, for it does not pass as it is" in text  # noqa: RUF001 - a dash
    assert proofs[0].trials == ()


def test_the_document_has_what_became_of_the_faults(verify, faulty):
    """Counts, the rate, and the survivors with their lines."""
    (kata,) = proofs_document(verify(mutate=10))["katas"]

    assert kata["trials"] == [
        {
            "reference": "python-stdlib",
            "holds": False,
            "made": 3,
            "killed": 2,
            "equivalent": 0,
            "free": 0,
            "unjudged": 0,
            "unexplained": 1,
            "rate": 66.67,
            "survivors": [
                {
                    "file": "server.py",
                    "line": 16,
                    "before": 'name = parse_qs(url.query).get("name", ["nobody"])[0]',
                    "after": 'name = parse_qs(url.query).get("name", ["nobody"])[-1]',
                    "kind": None,
                    "why": "",
                }
            ],
            "not_judged": [],
        }
    ]


def test_an_interruption_loses_nothing_that_was_judged(pack, tmp_path):
    """SIGINT ends it soon with 130, without a folder left; the next one goes on from there."""
    temporary, cache = tmp_path / "tmp", tmp_path / "cache"
    temporary.mkdir()
    environment = {**os.environ, PACKS_VARIABLE: str(pack.root), "TMPDIR": str(temporary), "XDG_CACHE_HOME": str(cache)}
    command = [sys.executable, "-m", "backend_katas", "verify", "--runs", "50", "--jobs", "2"]
    journal = cache / "backend-katas" / "verify.jsonl"
    if sys.platform == "darwin":
        pytest.skip("a Mac has its cache where no variable leads to")

    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        eventually(lambda: journal.is_file() and journal.stat().st_size > 0, within=60, what="the first run")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()

    assert (process.returncode, out) == (ExitCode.INTERRUPTED, "")
    assert "interrupted" in err
    assert list(temporary.iterdir()) == []
    assert open_journal(journal)._runs  # noqa: SLF001 - there is no other way to see whether any run was kept
