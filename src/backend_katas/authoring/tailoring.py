"""References made for a variant: `solutions/<kata>/variants.yaml` has those of their lines that differ, with places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend_katas.authoring.case import Case, Tailoring, references, tailored
from backend_katas.documents import DocumentError, line_of, read_document
from backend_katas.errors import did_you_mean
from backend_katas.inventory import Flaw
from backend_katas.model import Kata
from backend_katas.variants import Value, drawn, filled, places, telling_seeds

_PROSE = ("BRIEF.md", "HINTS.md", "openapi.yaml", "exercise.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The lines of one file of a reference that a variant changes."""

    reference: Case
    file: str
    lines: tuple[str, ...]

    def made(self, usual: Mapping[str, Value], values: Mapping[str, Value]) -> str:
        """Return the text of the file with these values in place of the usual ones."""
        wanted = {filled(line, usual): filled(line, values) for line in self.lines}
        text = _text(self.reference.base / self.file)
        return "".join(_replaced(line, wanted) for line in text.splitlines(keepends=True))


def variants_file(kata: Kata) -> Path:
    """Return where a kata's references have their places, if any have."""
    return kata.pack.root / "solutions" / kata.id / "variants.yaml"


def variants(kata: Kata) -> list[Case]:
    """Return the references made for a few variants, by which each value comes up.

    And the first reference made for one but for a single value: that of each choice in its turn. DocumentError for a
    mistake in the file.
    """
    if not kata.choices:
        return []
    templates = read_templates(kata)
    seeds = telling_seeds(kata.id, kata.choices)
    stacks = list(dict.fromkeys(template.reference.name for template in templates))
    whole = [_case(kata, templates, stack, seed) for stack in stacks for seed in seeds]
    return [*whole, *_forgetful(kata, templates, stacks[0], seeds)]


def _forgetful(kata: Kata, templates: Sequence[Template], stack: str, seeds: Sequence[int]) -> Iterator[Case]:
    for choice in kata.choices:
        seed = next(seed for seed in seeds if drawn(kata.id, [choice], seed).values[choice.key] != choice.usual)
        yield _case(kata, templates, stack, seed, forgets=choice.key)


def _case(kata: Kata, templates: Sequence[Template], stack: str, seed: int, forgets: str = "") -> Case:
    usual = kata.variant.values
    values = {**drawn(kata.id, kata.choices, seed).values, **({forgets: usual[forgets]} if forgets else {})}
    own = [template for template in templates if template.reference.name == stack]
    files = {template.file: template.made(usual, values) for template in own}
    return tailored(own[0].reference, Tailoring(seed=seed, forgets=forgets, files=files))


def read_templates(kata: Kata) -> list[Template]:
    """Return the lines with places of a kata's references; DocumentError for one that nothing comes of."""
    path = variants_file(kata)
    if not path.is_file():
        raise DocumentError(path, 1, f"`{kata.id}` offers variants, and no reference shows that they can be solved")
    document = read_document(path, "variants")["references"]
    known = {case.name: case for case in references(kata)}
    for stack in document:
        if stack not in known:
            problem = f"`{kata.id}` has no reference `{stack}`"
            raise DocumentError(path, line_of(path, ["references", stack]), problem, did_you_mean(stack, known))
    templates = [
        Template(reference=known[stack], file=file, lines=tuple(line.strip() for line in lines))
        for stack, files in document.items()
        for file, lines in files.items()
    ]
    for template in templates:
        _require_lines(kata, template, path)
    return templates


def flaws_of_places(kata: Kata) -> Iterator[Flaw]:
    """Give the places that no value goes to, and the choices that a learner is not told of."""
    keys = {choice.key for choice in kata.choices}
    files = [path for name in _PROSE if (path := kata.folder / name).is_file()] if keys else []
    for path in files:
        text = _text(path)
        for unknown in sorted(places(text) - keys):
            line = 1 + text[: text.index(f"{{{{{unknown}}}}}")].count("\n")
            yield Flaw(file=path, line=line, problem=f"`{{{{{unknown}}}}}` is no place: `variants` has no such key")
    told = places("".join(_text(path) for path in files if path.name != "exercise.yaml"))
    for key in sorted(keys - told):
        yield Flaw(file=kata.folder / "BRIEF.md", problem=f"it has no place `{{{{{key}}}}}`, so no learner is told")


def _require_lines(kata: Kata, template: Template, path: Path) -> None:
    where = ["references", template.reference.name, template.file]
    file = template.reference.base / template.file
    if not file.is_file():
        raise DocumentError(path, line_of(path, where), f"`{template.reference.name}` has no file `{template.file}`")
    there = [line.strip() for line in _text(file).splitlines()]
    for number, line in enumerate(template.lines):
        at = line_of(path, [*where, str(number)])
        if unknown := sorted(places(line) - kata.variant.values.keys()):
            raise DocumentError(path, at, f"`{{{{{unknown[0]}}}}}` is no key of `variants`")
        if not places(line):
            raise DocumentError(path, at, "the line has no place for a value, such as `{{page_size}}`")
        if (found := there.count(filled(line, kata.variant.values))) != 1:
            problem = f"with the usual values it stands {found} times in `{template.file}`, and has to stand there once"
            raise DocumentError(path, at, problem)


def _replaced(line: str, wanted: Mapping[str, str]) -> str:
    """Put another text between the margins of a line."""
    stripped = line.strip()
    return line.replace(stripped, wanted[stripped]) if stripped in wanted else line


def _text(path: Path) -> str:
    # Not `read_text`, which would make other line ends of a program's.
    return path.read_bytes().decode("utf-8", errors="replace")
