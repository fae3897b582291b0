"""A learner's folder is started without loss, and gives one more hint at each call."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
import yaml

from backend_katas.catalogue import as_variant, find_kata
from backend_katas.errors import KatasError
from backend_katas.manifest import read_submission
from backend_katas.model import Check, Result, Status
from backend_katas.workspace import next_hint, remember, start


@pytest.fixture
def kata(mini):
    """The kata that the tests start."""
    return find_kata("greeter", [mini])


def _result(kata, *passed: str, missing: int = 0) -> Result:
    checks = tuple(
        Check(id=level.id, level=level.id, title="", status=Status.PASSED, points=level.points - missing, earned=1)
        for level in kata.levels
        if level.id in passed
    )
    return Result(
        kata=kata.id,
        pack={},
        submission="x",
        seed=1,
        services={},
        isolation="none",
        started_at="",
        seconds=0.0,
        levels=tuple(level for level in kata.levels if level.id in passed),
        checks=checks,
    )


def test_a_start_brings_starter_brief_and_files(kata, tmp_path):
    """The new folder has what a learner needs, and no hints or graders to stumble over."""
    made = start(kata, tmp_path / "new")

    names = {path.relative_to(tmp_path / "new").as_posix() for path in made}
    assert names == {"kata.yaml", "server.py", "BRIEF.md", "files/names.txt"}
    assert (tmp_path / "new" / "kata.yaml").read_text().startswith("kata: greeter")


def test_a_start_never_overwrites(kata, tmp_path):
    """One file in the way is enough to write nothing at all."""
    (tmp_path / "server.py").write_text("mine")

    with pytest.raises(KatasError, match=r"already has `server.py`; nothing was written"):
        start(kata, tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["server.py"]
    assert (tmp_path / "server.py").read_text() == "mine"


def test_a_start_beside_other_files_leaves_them(kata, tmp_path):
    """A folder that has other files, such as a fresh repository, is as good as an empty one."""
    (tmp_path / "README.md").write_text("mine")

    start(kata, tmp_path)

    assert (tmp_path / "README.md").read_text() == "mine"


def test_an_unknown_stack_is_told_with_those_there_are(kata, tmp_path):
    """A learner reads which starters exist, and nothing is made."""
    with pytest.raises(KatasError, match="no starter for `python-stdlb`") as caught:
        start(kata, tmp_path / "new", stack="python-stdlb")

    assert caught.value.hint == "did you mean `python-stdlib`?"
    assert not (tmp_path / "new").exists()


def test_who_names_no_stack_gets_the_one_of_the_manifest(kata, tmp_path):
    """A starter whose name comes earlier in the alphabet changes nothing for them."""
    root = tmp_path / "pack"
    shutil.copytree(kata.pack.root, root)
    starters = root / "exercises/greeter/starters"
    shutil.copytree(starters / "python-stdlib", starters / "go-stdlib")
    (starters / "go-stdlib/server.py").rename(starters / "go-stdlib/server.go")
    manifest = root / "exercises/greeter/exercise.yaml"
    manifest.write_text(manifest.read_text().replace("kind: http", "kind: http\nstack: python-stdlib"))
    found = find_kata("greeter", [replace(kata.pack, root=root)])

    start(found, tmp_path / "unnamed")
    start(found, tmp_path / "named", stack="go-stdlib")

    assert found.stacks == ("python-stdlib", "go-stdlib")
    assert (tmp_path / "unnamed/server.py").is_file()
    assert (tmp_path / "named/server.go").is_file()


def test_what_a_build_left_in_a_starter_is_not_handed_out(kata, tmp_path):
    """But all else is, also where the engine itself is installed in a `.venv`."""
    root = tmp_path / ".venv" / "pack"
    shutil.copytree(kata.pack.root, root)
    starter = root / "exercises/greeter/starters/python-stdlib"
    for left in ("node_modules/express/index.js", "target/app.jar", ".venv/pyvenv.cfg", "lib/__pycache__/a.pyc"):
        (starter / left).parent.mkdir(parents=True)
        (starter / left).touch()

    made = start(find_kata("greeter", [replace(kata.pack, root=root)]), tmp_path / "new")

    names = {path.relative_to(tmp_path / "new").as_posix() for path in made}
    assert names == {"kata.yaml", "server.py", "BRIEF.md", "files/names.txt"}


def test_a_place_that_cannot_be_written_is_one_message(kata, tmp_path):
    """The error names the place and what to do; nothing half-made stays."""
    (tmp_path / "taken").write_text("a file where a folder is needed")

    with pytest.raises(KatasError, match="cannot write") as caught:
        start(kata, tmp_path / "taken" / "new")

    assert "choose a folder" in caught.value.hint


def test_the_workflow_is_valid_and_pinned(kata, tmp_path):
    """--github adds a workflow that grades with this very version."""
    from backend_katas import __version__

    start(kata, tmp_path / "new", github=True)

    text = (tmp_path / "new" / ".github" / "workflows" / "katas.yml").read_text()
    steps = yaml.safe_load(text)["jobs"]["grade"]["steps"]
    assert any(step.get("run") == f"pip install backend-katas=={__version__}" for step in steps)
    # The machine is thrown away, and nothing that it has is secret: it is the wall.
    assert "katas grade . --isolation none --trust-submission" in text
    assert yaml.safe_load(text)["permissions"] == {"contents": "read"}
    assert "GITHUB_STEP_SUMMARY" in text


def test_each_call_gives_one_more_hint(kata, tmp_path):
    """Hints come one at a time, and the last one stays."""
    numbers = [next_hint(kata, tmp_path, "hello").number for _ in range(3)]

    assert numbers == [1, 2, 2]


def test_a_level_may_be_named_by_its_number(kata, tmp_path):
    """Level 2 is the second one."""
    assert next_hint(kata, tmp_path, "2").level.id == "be-strict"


def test_without_a_name_the_hint_is_for_the_first_level_that_is_not_done(kata, tmp_path):
    """What the last run found passed needs no more hints."""
    before = next_hint(kata, tmp_path).level.id
    remember(tmp_path, _result(kata, "hello"))
    after = next_hint(kata, tmp_path).level.id

    assert (before, after) == ("hello", "be-strict")


def test_a_level_that_was_judged_in_part_is_not_done(kata, tmp_path):
    """After `-k` or Ctrl-C the checks that passed are not all there are."""
    remember(tmp_path, _result(kata, "hello", missing=10))

    assert next_hint(kata, tmp_path).level.id == "hello"


def test_an_unknown_level_is_told_with_its_neighbour(kata, tmp_path):
    """A mistyped level is not an internal error."""
    with pytest.raises(KatasError, match="has no level `helo`") as caught:
        next_hint(kata, tmp_path, "helo")

    assert caught.value.hint == "did you mean `hello`?"


def test_a_variant_is_handed_out_in_its_own_words(varied, tmp_path):
    """Brief, files and starter have the values that the seed draws, `kata.yaml` the seed, and no place is left."""
    kata = as_variant(find_kata("parrot", [varied]), 4711)

    made = start(kata, tmp_path / "new", name="varied/parrot")

    values = kata.variant.values
    texts = {path.name: path.read_text() for path in made}
    assert f"prints the word {values['times']} times" in texts["BRIEF.md"]
    assert f"`--{values['option']}` neither" in texts["parrot.py"]
    assert texts["sounds.txt"] == f"{values['times']} sounds: {{squawk}} {{{{other}}}}\n"
    assert texts["kata.yaml"].splitlines()[0] == "kata: varied/parrot"
    assert read_submission(tmp_path / "new").variant == 4711


def test_who_names_no_variant_gets_the_usual_one(varied, tmp_path):
    """Then `kata.yaml` names none."""
    start(find_kata("parrot", [varied]), tmp_path / "new")

    assert "prints the word 2 times" in (tmp_path / "new" / "BRIEF.md").read_text()
    assert "variant" not in (tmp_path / "new" / "kata.yaml").read_text()
