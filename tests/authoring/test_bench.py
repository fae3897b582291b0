"""Cases are graded in copies, and a copy is the reference again after each mutant."""

from __future__ import annotations

import pytest

from backend_katas.authoring.alteration import Alteration
from backend_katas.authoring.bench import Bench, DoesNotApply
from backend_katas.authoring.case import Case, altered, mutant, references, starters

PATCH = "solutions/greeter/mutants/fixed-greeting.patch"


@pytest.fixture
def bench(tmp_path) -> Bench:
    """An empty bench."""
    return Bench(tmp_path / "bench")


@pytest.fixture
def planted(kata) -> Case:
    """The mutant with a fixed greeting."""
    return mutant(kata, kata.pack.root / PATCH)


def test_mutants_take_turns_in_one_copy(bench, kata, planted):
    """The mistake is there in the block alone, in the folder of the reference, so nothing is built again."""
    (reference,) = references(kata)
    with bench.laid_out(reference) as folder:
        before = (folder / "server.py").read_text()
    with bench.laid_out(planted) as mutated:
        during = (mutated / "server.py").read_text()

    assert mutated == folder
    assert 'GREETING = "Hello"' in during
    assert (folder / "server.py").read_text() == before == (reference.path / "server.py").read_text()


def test_what_tools_made_is_not_copied(bench, kata):
    """A virtual environment cannot be moved, and a build's stamp would keep it from being made."""
    (reference,) = references(kata)
    for name in (".venv", ".katas", "__pycache__", "node_modules"):
        (reference.path / name).mkdir()

    with bench.laid_out(reference) as folder:
        assert {path.name for path in folder.iterdir()} == {"kata.yaml", "server.py"}


def test_a_starter_is_laid_out_as_a_learner_gets_it(bench, kata):
    """With the brief and the kata's files beside it."""
    (starter,) = starters(kata)

    with bench.laid_out(starter) as folder:
        assert {path.name for path in folder.iterdir()} == {"kata.yaml", "server.py", "BRIEF.md", "files"}


def test_a_patch_that_does_not_fit_is_told(bench, kata, spoil):
    """In git's words, and the copy stays as it was."""
    patch = spoil(PATCH, '-GREETING = os.environ["GREETING"]', "-GREETING = 'gone'")

    with (
        pytest.raises(DoesNotApply, match=r"does not apply: patch failed: server.py:7"),
        bench.laid_out(mutant(kata, patch)),
    ):
        pass


def test_a_program_that_changes_its_source_spoils_no_other(bench, kata, planted):
    """Where the mistake cannot be taken back the next case gets a new copy."""
    (reference,) = references(kata)
    with bench.laid_out(planted) as mutated:
        (mutated / "server.py").write_text("changed by the program itself")

    with bench.laid_out(reference) as folder:
        assert folder != mutated
        assert (folder / "server.py").read_text() == (reference.path / "server.py").read_text()


def test_a_fault_is_there_in_the_block_alone(bench, kata):
    """The file is as it was afterwards, and what Python has compiled of it is gone each time."""
    (reference,) = references(kata)
    made = altered(reference, Alteration(file="server.py", line=1, before="a", after="b", text="x = 1\n"))
    with bench.laid_out(reference) as folder:
        (folder / "__pycache__").mkdir()
    compiled = [folder / "__pycache__" / f"{name}.cpython-311.pyc" for name in ("server", "other")]

    for path in compiled:
        path.touch()
    with bench.laid_out(made) as faulty:
        during = (faulty / "server.py").read_text(), [path.exists() for path in compiled]
        compiled[0].touch()

    assert faulty == folder
    assert during == ("x = 1\n", [False, True])
    assert (folder / "server.py").read_text() == (reference.path / "server.py").read_text()
    assert [path.exists() for path in compiled] == [False, True]


def test_the_repository_around_does_not_matter(bench, planted, monkeypatch):
    """Neither a folder above that is a repository nor git's variables, as in a hook, redirect a patch."""
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_WORK_TREE", "/nowhere")

    with bench.laid_out(planted) as folder:
        assert 'GREETING = "Hello"' in (folder / "server.py").read_text()
