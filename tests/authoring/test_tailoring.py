"""References are made for variants line by line, and what nothing can come of is told."""

from __future__ import annotations

import shutil
from dataclasses import replace

import click
import pytest

from backend_katas.authoring import verification
from backend_katas.authoring.affected import Change
from backend_katas.authoring.bench import Bench
from backend_katas.authoring.case import Kind, references, starters
from backend_katas.authoring.fingerprint import Fingerprints
from backend_katas.authoring.survey import survey
from backend_katas.authoring.table import proofs_table
from backend_katas.authoring.tailoring import flaws_of_places, variants, variants_file
from backend_katas.catalogue import find_kata
from backend_katas.documents import DocumentError
from backend_katas.model import Pack
from backend_katas.variants import drawn

LINES = "solutions/parrot/variants.yaml"
SHOUT = "graders/parrot/test_shout.py"


@pytest.fixture
def pack(varied, tmp_path):
    """A copy of the pack, to be spoilt."""
    root = shutil.copytree(varied.root, tmp_path / "pack", ignore=shutil.ignore_patterns("__pycache__"))
    return Pack(name="varied", version="0", root=root)


@pytest.fixture
def parrot(pack):
    """Read its kata, as it is now."""
    return lambda: find_kata("parrot", [pack])


@pytest.fixture
def spoil(pack):
    """Replace a text in a file of the pack, which has to be there."""

    def change(file, old, new):
        path = pack.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return change


@pytest.fixture
def verify(pack, tmp_path):
    """Verify the variants of the kata; return the proof and the table."""

    def call(*kinds):
        order = verification.Order(katas=("parrot",), kinds=kinds or (Kind.VARIANT,))
        (proof,) = verification.verify(order, [pack], journal=tmp_path / "verify.jsonl")
        return proof, click.unstyle(proofs_table([proof], tmp_path))

    return call


def test_a_reference_is_made_for_seeds_that_show_all_values(parrot):
    """And once for each choice with the usual value in its place."""
    kata = parrot()
    cases = variants(kata)

    whole = [case.tailoring for case in cases if not case.tailoring.forgets]
    shown = [drawn("parrot", kata.choices, made.seed).values for made in whole]
    assert {values["times"] for values in shown} == {2, 3, 4}
    assert {values["option"] for values in shown} == {"loud", "noisy"}
    for made, values in zip(whole, shown, strict=True):
        assert f"\nTIMES = {values['times']}\n" in made.files["parrot.py"]
        assert f'\nOPTION = "--{values["option"]}"\n' in made.files["parrot.py"]
    forgetful = {case.tailoring.forgets: case.tailoring for case in cases if case.tailoring.forgets}
    assert "\nTIMES = 2\n" in forgetful["times"].files["parrot.py"]
    assert drawn("parrot", kata.choices, forgetful["times"].seed).values["times"] != 2
    assert 'OPTION = "--loud"' in forgetful["option"].files["parrot.py"]
    assert len({case.path for case in cases}) == len({case.name for case in cases}) == len(cases)


def test_lines_keep_their_margins(parrot, pack, spoil):
    """What stands deep in a program, and before a carriage return, stays where it is."""
    program = pack.root / "solutions/parrot/python-stdlib/parrot.py"
    program.write_bytes(program.read_bytes().replace(b"TIMES = 2\n", b"if True:\r\n\tTIMES = 2 \r\n"))

    case = next(case for case in variants(parrot()) if case.tailoring.forgets == "option")

    times = drawn("parrot", parrot().choices, case.tailoring.seed).values["times"]
    assert f"if True:\r\n\tTIMES = {times} \r\n" in case.tailoring.files["parrot.py"]


def test_a_bench_has_a_variant_for_a_while(parrot, tmp_path):
    """After it the reference is what it was."""
    bench, (reference, *_) = Bench(tmp_path / "bench"), references(parrot())
    case = variants(parrot())[0]
    usual = (reference.base / "parrot.py").read_text()

    with bench.laid_out(case) as folder:
        made = (folder / "parrot.py").read_text()
    with bench.laid_out(reference) as folder:
        after = (folder / "parrot.py").read_text()

    assert made == case.tailoring.files["parrot.py"] != usual
    assert after == usual


def test_a_variant_is_judged_again_when_its_lines_change(parrot, spoil):
    """And otherwise the verdict stands."""
    before = [Fingerprints(services="auto").of(case) for case in variants(parrot())]
    again = [Fingerprints(services="auto").of(case) for case in variants(parrot())]
    spoil("solutions/parrot/python-stdlib/parrot.py", "TIMES = 2", "TIMES = 2 + 0")
    spoil(LINES, "TIMES = {{times}}", "TIMES = {{times}} + 0")

    after = [Fingerprints(services="auto").of(case) for case in variants(parrot())]

    assert again == before
    assert len(set(before)) == len(before)
    assert not set(before) & set(after)


def test_a_change_of_the_lines_affects_the_variants(parrot, pack):
    """And no other case."""
    cases = (*references(parrot()), *starters(parrot()), *variants(parrot()))

    change = Change(frozenset({(pack.root / LINES).resolve()}))

    assert {case.kind for case, _ in change.chosen(cases)} == {Kind.VARIANT}
    assert len(change.chosen(cases)) == len(variants(parrot()))


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("python-stdlib:", "python-stdlip:", 3, "`parrot` has no reference `python-stdlip`"),
        ("parrot.py:", "parot.py:", 4, "`python-stdlib` has no file `parot.py`"),
        ("- TIMES = {{times}}", "- TIMES = {{tims}}", 5, "`{{tims}}` is no key of `variants`"),
        ("- TIMES = {{times}}", "- TIMES = 2", 5, "the line has no place"),
        ("- TIMES = {{times}}", "- TIMES == {{times}}", 5, "it stands 0 times in `parrot.py`"),
        ("- OPTION", "- TIMES = {{times}}\n      - OPTIONS", 7, "it stands 0 times in `parrot.py`"),
        ("references:", "reference:", 2, "unknown key `reference`"),
    ],
)
def test_lines_of_which_nothing_comes_are_told(parrot, pack, spoil, old, new, line, told):
    """With the place in the file."""
    spoil(LINES, old, new)

    with pytest.raises(DocumentError) as caught:
        variants(parrot())

    assert told in caught.value.problem
    assert caught.value.line == line
    flaws = [flaw for flaw in survey(parrot(), {"parrot": ()}, [pack]).flaws if flaw.file == variants_file(parrot())]
    assert [(flaw.line, told in flaw.problem) for flaw in flaws] == [(line, True)]


def test_a_line_that_stands_twice_is_told(parrot, spoil):
    """Nobody knows which of the two the variant changes."""
    spoil("solutions/parrot/python-stdlib/parrot.py", "TIMES = 2", "TIMES = 2\nTIMES = 2")

    with pytest.raises(DocumentError, match=r"it stands 2 times in `parrot.py`"):
        variants(parrot())


def test_variants_that_nobody_has_solved_are_told(parrot, pack):
    """A kata that offers variants needs its lines."""
    variants_file(parrot()).unlink()

    found = survey(parrot(), {"parrot": ()}, [pack])

    assert any("no reference shows that they can be solved" in flaw.problem for flaw in found.flaws)


def test_a_kata_without_variants_needs_nothing(mini):
    """It has no such cases, and places in its texts are nobody's."""
    kata = find_kata("greeter", [mini])

    assert variants(kata) == []
    assert list(flaws_of_places(kata)) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("exercises/parrot/BRIEF.md", "{{times}}", "{{tims}}", "BRIEF.md:3: `{{tims}}` is no place"),
        ("exercises/parrot/HINTS.md", "{{times}}", "{{tims}}", "HINTS.md:6: `{{tims}}` is no place"),
        ("exercises/parrot/exercise.yaml", "the word {{times}}", "the {{word}}", "yaml:14: `{{word}}` is no place"),
    ],
)
def test_a_place_that_no_value_goes_to_is_told(parrot, spoil, file, old, new, told):
    """A learner would read the braces."""
    spoil(file, old, new)

    assert [f"{flaw}" for flaw in flaws_of_places(parrot()) if told in f"{flaw}"]


def test_a_choice_that_nobody_is_told_of_is_told(parrot, spoil):
    """Else a learner would have to guess the value."""
    spoil("exercises/parrot/BRIEF.md", "{{option}}", "loud")
    spoil("exercises/parrot/HINTS.md", "{{option}}", "loud")

    (flaw,) = flaws_of_places(parrot())

    assert flaw.problem == "it has no place `{{option}}`, so no learner is told"


def test_variants_are_proved(verify):
    """The whole ones pass, and each forgotten value is met by a check."""
    proof, table = verify()

    assert proof.holds
    assert "variant    python-stdlib@1          1 of 1   earns 100 points" in table
    assert "python-stdlib@1-times    1 of 1   fails test_say.py::test_a_word_is_repeated\n" in table


def test_a_value_that_no_check_asks_for_is_told(verify, spoil):
    """A program made for another variant would pass."""
    spoil(SHOUT, "cli(f\"--{variant['option']}\", word)", 'cli("--loud", word.upper())')
    spoil(SHOUT, "set(words) == {word.upper()}", "word.upper() in words")

    proof, table = verify()

    assert not proof.holds
    told = "passes with the usual `option`, which is another one in this variant: no check asks for it"
    assert told in " ".join(table.split())


def test_a_reference_that_is_wrong_in_a_variant_is_told(verify, spoil):
    """Whatever it earns with the usual values."""
    spoil("solutions/parrot/python-stdlib/parrot.py", "print(*words * TIMES)", "print(*words * min(TIMES, 3))")

    proof, table = verify(Kind.REFERENCE, Kind.VARIANT)

    assert not proof.holds
    assert "reference  python-stdlib            1 of 1   earns 100 points" in table
    assert "`test_say.py::test_a_word_is_repeated` failed" in table


def test_a_variant_says_what_it_is(parrot):
    """Its name has the stack and the seed, and the choice that was forgotten."""
    cases = variants(parrot())
    case = next(case for case in cases if case.tailoring.forgets == "times")

    assert case.id == f"parrot/variant/python-stdlib@{case.tailoring.seed}-times"
    assert replace(case, tailoring=replace(case.tailoring, forgets="")).name == f"python-stdlib@{case.tailoring.seed}"
