"""One-line faults in the Python of a reference, made by the operators of cosmic-ray."""

from __future__ import annotations

import ast
import dis
import hashlib
import importlib
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import CodeType
from typing import Any

from backend_katas.authoring.alteration import Alteration
from backend_katas.authoring.fingerprint import source_files
from backend_katas.errors import ExitCode, KatasError

_Place = tuple[int, int]
"""A line, counted from 1, and a column of it, counted in characters from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """What an operator can do to a file: where, and how many times it could have done it before that place."""

    file: str
    operator: str
    occurrence: int
    start: _Place
    end: _Place

    def lot(self, seed: str) -> bytes:
        """Return what it drew; other files and further operators leave that as it is."""
        drawn = f"{seed}\0{self.file}\0{self.operator}\0{self.occurrence}"
        return hashlib.sha256(drawn.encode()).digest()


def python_files(reference: Path) -> list[Path]:
    """Return the modules of a reference, without what tools and builds have made."""
    return [path for path in source_files(reference) if path.suffix == ".py"]


def alterations(reference: Path, *, seed: str, number: int) -> list[Alteration]:
    """Draw so many faults, or as many as there are; those of a smaller number are the first of a larger one.

    Left out is what would be no fault of a program: what changes imports, annotations or `__all__`, and what does not
    compile or compiles to the same as before. KatasError without cosmic-ray.
    """
    files = {path.relative_to(reference).as_posix(): path for path in python_files(reference)}
    sources = {name: path.read_text(encoding="utf-8") for name, path in files.items()}
    mutator = _Mutator()
    sites = [site for name, source in sources.items() for site in mutator.sites(name, source)]
    made = (_altered(site, sources[site.file], mutator) for site in _drawn(sites, seed))
    return list(islice(_once(alteration for alteration in made if alteration), number))


def _drawn(sites: list[_Site], seed: str) -> list[_Site]:
    """Put sites in the order of their lots, but each place once before any a second time.

    There are eleven faults for one `+` and one for an `if`, so most of those drawn would be of the first sort.
    """
    turns: Counter[tuple[str, _Place]] = Counter()
    order: list[tuple[int, _Site]] = []
    for site in sorted(sites, key=lambda site: site.lot(seed)):
        turns[site.file, site.start] += 1
        order.append((turns[site.file, site.start], site))
    return [site for _, site in sorted(order, key=lambda pair: pair[0])]


class _Mutator:
    """The operators of cosmic-ray that need no arguments, by their names."""

    def __init__(self) -> None:
        try:
            plugins: Any = importlib.import_module("cosmic_ray.plugins")
            self._trees: Any = importlib.import_module("cosmic_ray.ast")
            self._mutating: Any = importlib.import_module("cosmic_ray.mutating")
        except ModuleNotFoundError as problem:
            raise KatasError(
                f"`--mutate` needs cosmic-ray, which makes the faults: no module `{problem.name}`",
                "pip install 'backend-katas[mutate]'",
                exit_code=ExitCode.USAGE,
            ) from None
        classes: dict[str, Any] = {name: plugins.get_operator(name) for name in plugins.operator_names()}
        self._operators = {name: found() for name, found in classes.items() if not found.arguments()}

    def sites(self, file: str, source: str) -> Iterator[_Site]:
        """Give what can be done to a file, but for its parts that only tools and readers look at."""
        nodes: list[Any] = list(self._trees.ast_nodes(self._trees.get_ast(source)))
        left_out = list(_left_out(source))
        for name, operator in self._operators.items():
            positions = (position for node in nodes for position in operator.mutation_positions(node))
            for occurrence, (start, end) in enumerate(positions):
                if not any(first <= start < last for first, last in left_out):
                    yield _Site(file=file, operator=name, occurrence=occurrence, start=start, end=end)

    def mutated(self, site: _Site, source: str) -> str:
        """Return the file with the fault, or as it is where the operator fails, as with `except a.B` among others."""
        try:
            return self._mutating.mutate_code(source, self._operators[site.operator], site.occurrence) or source
        except Exception:  # noqa: BLE001 - whatever a library stumbles over in a tree
            return source


def _left_out(source: str) -> Iterator[tuple[_Place, _Place]]:
    """Give the spans that say nothing to a running program."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import() | ast.ImportFrom():
                yield _span(node, lines)
            case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
                yield _span(node, lines)
            case ast.Assign(targets=[ast.Name(id="__all__")]):
                yield _span(node, lines)
            case ast.AnnAssign(annotation=ast.expr() as annotation) | ast.arg(annotation=ast.expr() as annotation):
                yield _span(annotation, lines)
            case ast.FunctionDef(returns=ast.expr() as returned) | ast.AsyncFunctionDef(returns=ast.expr() as returned):
                yield _span(returned, lines)
            case _:
                pass


def _span(node: ast.stmt | ast.expr, lines: list[str]) -> tuple[_Place, _Place]:
    return (
        _place(node.lineno, node.col_offset, lines),
        _place(node.end_lineno or node.lineno, node.end_col_offset or 0, lines),
    )


def _place(line: int, column: int, lines: list[str]) -> _Place:
    """Python's own trees count columns in bytes."""
    return line, len(lines[line - 1].encode()[:column].decode())


def _altered(site: _Site, source: str, mutator: _Mutator) -> Alteration | None:
    text = _in_place(source, mutator.mutated(site, source), site)
    old, new = source.splitlines(), text.splitlines()
    same = _alike(old, new)
    rest = _alike(old[same:][::-1], new[same:][::-1])
    before, after = old[same : len(old) - rest], new[same : len(new) - rest]
    if len(before) != 1 or len(after) > 1 or not _says_something_else(text, source):
        return None
    return Alteration(
        file=site.file, line=same + 1, before=before[0].strip(), after=after[0].strip() if after else "", text=text
    )


def _in_place(source: str, mutated: str, site: _Site) -> str:
    """Return a file with a fault but with its blanks and comments as they were, which the operators do not keep."""
    lines = source.splitlines(keepends=True)
    start, end = (sum(map(len, lines[: line - 1])) + column for line, column in (site.start, site.end))
    front = mutated[: len(mutated) - len(source[end:])]
    put = front[_alike(source[:start], front) :].lstrip()
    if put:
        return source[:start] + put + source[end:]
    # What is taken out takes the blanks along that parted it from the next word or, with a whole line, were its margin.
    if source[:end].endswith("\n"):
        return source[:start].rstrip(" \t") + source[end:]
    return source[:start] + source[end:].lstrip(" \t")


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many items two sequences have in common before the first that differs."""
    pairs = zip(one, other, strict=False)
    return next((number for number, (mine, yours) in enumerate(pairs) if mine != yours), min(len(one), len(other)))


def _says_something_else(text: str, source: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such as `is` with a literal, which is the fault
        try:
            code = compile(text, "", "exec", dont_inherit=True, optimize=0)
        except (SyntaxError, ValueError):
            return False
        return _essence(code) != _essence(compile(source, "", "exec", dont_inherit=True, optimize=0))


def _essence(code: CodeType) -> tuple[object, ...]:
    """Return what a code object does, without the lines it stands in and without constants that nothing loads."""
    found = [(step.opcode, step.argval) for step in dis.get_instructions(code)]
    steps = [(step, _essence(value) if isinstance(value, CodeType) else repr(value)) for step, value in found]
    names = (code.co_name, code.co_varnames, code.co_freevars, code.co_cellvars)
    return steps, names, code.co_flags, code.co_exceptiontable


def _once(made: Iterator[Alteration]) -> Iterator[Alteration]:
    known: set[tuple[str, str]] = set()
    for alteration in made:
        if (alteration.file, alteration.text) not in known:
            known.add((alteration.file, alteration.text))
            yield alteration
