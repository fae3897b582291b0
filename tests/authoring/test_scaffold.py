"""What `katas new` makes is proved as it stands, and what it refuses it leaves as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_katas.authoring.scaffold import kinds, new_kata, next_steps
from backend_katas.authoring.verification import Order, verify
from backend_katas.catalogue import PACKS_VARIABLE, find_packs, pack_at, read_catalogue
from backend_katas.errors import ExitCode, KatasError


def _files(folder: Path) -> dict[Path, str]:
    return {path.relative_to(folder): path.read_text() for path in folder.rglob("*") if path.is_file()}


def _refused(*arguments, **options) -> KatasError:
    with pytest.raises(KatasError) as caught:
        new_kata(*arguments, **options)
    assert caught.value.exit_code is ExitCode.USAGE
    return caught.value


@pytest.mark.parametrize("kind", kinds())
def test_a_draft_is_proved_as_it_stands(kind, tmp_path):
    """It builds, starts and fails; its reference passes, its mutant is caught, and nothing is to be mended."""
    pack = tmp_path / "my-katas"
    new_kata("guest-book", kind=kind, folder=pack)

    packs = find_packs({PACKS_VARIABLE: str(pack)})
    (proof,) = verify(Order(jobs=2), packs, journal=tmp_path / "journal")

    assert (proof.kata, proof.draft, proof.flaws) == ("guest-book", True, ())
    assert [(str(verdict.case.kind), verdict.faults) for verdict in proof.verdicts] == [
        ("reference", {}),
        ("starter", {}),
        ("mutant", {}),
    ]


def test_there_is_a_template_for_both_kinds():
    """What the command offers can be made."""
    assert kinds() == ("cli", "http")


def test_words_are_filled_in(tmp_path):
    """No gap is left, and names, title and stage are those that were asked for."""
    draft = new_kata("guest-book", kind="http", stage="apis", folder=tmp_path / "My Katas!")

    (kata,) = read_catalogue([pack_at(draft.root)]).katas
    assert (kata.id, kata.title, kata.stage, kata.draft) == ("guest-book", "Guest book", "apis", True)
    texts = _files(draft.root)
    assert set(draft.files) == set(texts)
    assert [path for path, text in texts.items() if "{{" in text or "KATA" in str(path)] == []
    assert '"my-katas" = "my_katas"\n' in texts[Path("pyproject.toml")]


def test_a_second_kata_goes_into_the_same_pack(tmp_path):
    """The pack is as it was, with one kata more."""
    new_kata("guest-book", kind="http", folder=tmp_path)
    (tmp_path / "pyproject.toml").write_text("mine")
    before = _files(tmp_path)

    new_kata("phone-book", kind="cli", folder=tmp_path)

    assert before.items() <= _files(tmp_path).items()
    assert {kata.id for kata in read_catalogue([pack_at(tmp_path)]).katas} == {"guest-book", "phone-book"}


def test_a_new_repository_counts_as_empty(tmp_path):
    """Hidden files, as git makes them, stay as they are."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("mine")

    draft = new_kata("guest-book", kind="cli", folder=tmp_path)

    assert Path("pyproject.toml") in draft.files
    assert (tmp_path / ".gitignore").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "told", "hint"),
    [
        ("Guest Book", "a name is lower case with dashes", "`guest-book` would do"),
        ("guest_book", "a name is lower case with dashes", "`guest-book` would do"),
        ("../guest", "a name is lower case with dashes", "`guest` would do"),
        ("my-pack/guest", "a name is lower case with dashes", "`my-pack-guest` would do"),
        ("-", "a name is lower case with dashes", ""),
        ("", "a name is lower case with dashes", ""),
        ("a" * 51, "at most 50 characters", f"`{'a' * 50}` would do"),
        ("nul", "Windows has no folder of this name", "`nul-kata` would do"),
        ("404", "YAML would not read it as text", "`404-kata` would do"),
        ("yes", "YAML would not read it as text", "`yes-kata` would do"),
        ("contact-book", "`contact-book` is a kata of `backend-katas`", "choose another"),
    ],
)
def test_a_name_that_will_not_do_is_refused(name, told, hint, tmp_path):
    """The message says why, and what would do; nothing is written."""
    problem = _refused(name, kind="cli", folder=tmp_path / "pack")

    assert told in problem.message
    assert problem.hint == hint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("part", ["exercises", "graders", "solutions"])
def test_what_is_there_is_never_overwritten(part, tmp_path):
    """Also of a kata of which only a part is left."""
    (tmp_path / "exercises").mkdir()
    (tmp_path / part / "guest-book").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))

    problem = _refused("guest-book", kind="cli", folder=tmp_path)

    assert problem.message == f"`{tmp_path}` has `{part}/guest-book` already; nothing was written"
    assert sorted(tmp_path.rglob("*")) == before


def test_an_unknown_stage_is_told_with_its_neighbour(tmp_path):
    """The roadmap is ours, whatever the pack."""
    problem = _refused("guest-book", kind="cli", stage="authentification", folder=tmp_path / "pack")

    assert problem.message == "the roadmap has no stage `authentification`"
    assert problem.hint == "did you mean `authentication`?"
    assert not (tmp_path / "pack").exists()


def test_a_folder_with_other_things_is_no_place_for_a_pack(tmp_path):
    """Whoever mistypes a path does not find three new folders among their own."""
    (tmp_path / "holiday.jpg").touch()
    other = tmp_path / "backend-katas"

    assert "has no folder `exercises`, but `holiday.jpg`" in _refused("x", kind="cli", folder=tmp_path).message
    assert "is a file" in _refused("x", kind="cli", folder=tmp_path / "holiday.jpg").message
    assert "is the name of our own pack" in _refused("x", kind="cli", folder=other).message
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_a_mishap_while_it_writes_leaves_nothing(tmp_path):
    """All files or none: here a folder that cannot be written to comes last."""
    pack = tmp_path / "pack"
    new_kata("first", kind="cli", folder=pack)
    (pack / "solutions").rename(pack / "away")
    (pack / "solutions").write_text("in the way")
    before = sorted(pack.rglob("*"))

    with pytest.raises(KatasError, match="cannot write"):
        new_kata("second", kind="cli", folder=pack)

    assert sorted(pack.rglob("*")) == before


def test_the_next_steps_can_be_typed(tmp_path):
    """They begin with the proof, and name files that are there."""
    draft = new_kata("guest-book", kind="http", folder=tmp_path / "pack")
    lines = next_steps(draft, Path("pack")).splitlines()

    assert lines[0] == f"{len(draft.files)} files for the draft `guest-book` in `pack`"
    assert lines[1] == "next: katas --pack pack verify guest-book"
    named = [line.split()[1] for line in lines if line.strip()[0].isdigit() and "/" in line.split()[1]]
    assert len(named) == 5
    assert all((draft.root / name).exists() for name in named)
