"""A submission says what to build and run, or its files do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend_katas.catalogue import find_kata
from backend_katas.errors import ExitCode, KatasError
from backend_katas.manifest import read_submission, require_commands


@pytest.fixture
def folder(tmp_path):
    """Write files into a folder and return it."""

    def write(**files: str):
        for name, text in files.items():
            (tmp_path / name.replace("__", ".")).write_text(text)
        return tmp_path

    return write


def test_what_the_manifest_says_is_taken(folder):
    """Build, its inputs and processes come from kata.yaml, and nothing is detected beside them."""
    text = "kata: greeter\nstack: go\nbuild: make\nbuild_inputs: [Makefile]\nprocesses:\n  web: ./run\n"

    submission = read_submission(folder(kata__yaml=text, go__mod="module x\n"))

    assert (submission.kata, submission.stack, submission.build) == ("greeter", "go", "make")
    assert submission.build_inputs == ("Makefile",)
    assert dict(submission.processes) == {"web": "./run"}
    assert submission.detected == ()


@pytest.mark.parametrize(
    ("files", "build", "web"),
    [
        ({"Procfile": "web: gunicorn app:app\n"}, "", "gunicorn app:app"),
        ({"Procfile": "web: ./x\n", "go__mod": "module x\n"}, "go build -o .katas/bin/web .", "./x"),
        ({"package__json": '{"scripts": {"start": "node ."}}'}, "npm install", "npm start"),
        (
            {"package__json": '{"main": "x.js", "scripts": {"build": "tsc"}}', "package-lock__json": "{}"},
            "npm ci --no-audit --no-fund && npm run build",
            "node x.js",
        ),
        ({"go__mod": "module x\n"}, "go build -o .katas/bin/web .", ".katas/bin/web"),
        ({"pom__xml": "<project/>"}, "mvn -q -B -DskipTests package", "java -jar target/*.jar"),
        (
            {"requirements__txt": "uvicorn\n", "main__py": ""},
            "python3 -m venv .venv && .venv/bin/pip install -q -r requirements.txt",
            ".venv/bin/uvicorn main:app --host $HOST --port $PORT",
        ),
    ],
)
def test_what_it_does_not_say_is_detected(folder, files, build, web):
    """Each ecosystem's own file tells how to build and start; what was detected is said."""
    submission = read_submission(folder(kata__yaml="kata: greeter\n", **files))

    assert submission.build == build
    assert submission.processes["web"] == web
    assert any(web in line for line in submission.detected)


def test_a_build_of_ones_own_outweighs_the_detected_one(folder):
    """kata.yaml has the last word on each line it gives."""
    submission = read_submission(folder(kata__yaml="kata: greeter\nbuild: make\n", go__mod="module x\n"))

    assert submission.build == "make"
    assert submission.processes["web"] == ".katas/bin/web"


def test_a_command_line_program_needs_a_line_of_its_own(folder, mini):
    """A kata of kind `cli` is called by `cli`; processes that were found are no answer."""
    kata = find_kata("shout", [mini])
    submission = read_submission(folder(kata__yaml="kata: shout\n", go__mod="module x\n"))

    with pytest.raises(KatasError, match="does not say how to call the program") as caught:
        require_commands(submission, kata)
    assert caught.value.exit_code is ExitCode.USAGE
    assert "`cli: ./shout`" in caught.value.hint
    require_commands(replace(submission, cli="./shout"), kata)


def test_a_server_needs_no_line_for_the_command_line(folder, mini):
    """A kata of kind `http` is started by `web`."""
    kata = find_kata("greeter", [mini])
    submission = read_submission(folder(kata__yaml="kata: greeter\ncli: ./greeter\n"))

    with pytest.raises(KatasError, match="does not say how to start `web`"):
        require_commands(submission, kata)


def test_a_folder_without_manifest_is_nothing_to_grade(folder):
    """The error says where it looked and how to get one."""
    with pytest.raises(KatasError, match=r"no `kata\.yaml` in") as caught:
        read_submission(folder())

    assert caught.value.exit_code is ExitCode.NOTHING_TO_GRADE
    assert "katas start" in caught.value.hint


def test_a_manifest_one_folder_below_is_pointed_at(tmp_path):
    """Whoever stands one folder too high is told where to go."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "kata.yaml").write_text("kata: greeter\n")

    with pytest.raises(KatasError) as caught:
        read_submission(tmp_path)

    assert "`mine`" in caught.value.hint


def test_a_folder_that_is_not_there_is_said(tmp_path):
    """A mistyped folder is not taken for an empty submission."""
    with pytest.raises(KatasError, match="no folder"):
        read_submission(tmp_path / "nowhere")


def test_a_variant_is_read(folder):
    """Its seed is kept; who names none has none."""
    text = "kata: greeter\nprocesses:\n  web: ./run\n"

    assert read_submission(folder(kata__yaml=text)).variant is None
    assert read_submission(folder(kata__yaml=f"{text}variant: {{seed: 4711}}\n")).variant == 4711


@pytest.mark.parametrize(
    ("variant", "told"),
    [
        ("17", "`variant` is `17`, expected a mapping"),
        ("{}", "the key `seed` is missing in `variant`"),
        ("{seed: ada}", "`variant.seed`"),
        ("{seed: -1}", "`variant.seed`"),
        ("{seed: 1.5}", "`variant.seed`"),
        ("{seed: true}", "`variant.seed`"),
        ("{seed: 1, values: {}}", "unknown key `values`"),
    ],
)
def test_a_variant_that_cannot_be_meant_is_told(folder, variant, told):
    """The message has file and line."""
    with pytest.raises(KatasError) as caught:
        read_submission(folder(kata__yaml=f"kata: greeter\nvariant: {variant}\n"))

    assert told in caught.value.message
    assert "kata.yaml:2: " in caught.value.message
