"""Classes to compare: copies in disguise, programs by different people, and starters."""

from __future__ import annotations

import ast
import builtins
import io
import keyword
import random
import shutil
import tokenize
from pathlib import Path

import pytest

from backend_katas.batch.entries import find_entries
from backend_katas.batch.progress import shown
from backend_katas.batch.similar.finding import Order, find_similar
from backend_katas.batch.similar.lexing import Lexing
from backend_katas.batch.similar.reading import read_class
from backend_katas.catalogue import own_pack

_KEPT = frozenset(dir(builtins)) | frozenset({"self", "cls", "match", "case", "_"})


def disguised(source: str, seed: int) -> str:
    """Return Python code as a copyist hands it in: new names, functions in another order, comments changed."""
    return _renamed(_reordered(source, seed), f"of_{seed}")


def _reordered(source: str, seed: int) -> str:
    lines = source.splitlines()
    nodes = ast.parse(source).body
    starts = [min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]) - 1 for node in nodes]
    blocks = ["\n".join(lines[start : node.end_lineno]) for start, node in zip(starts, nodes, strict=True)]
    moved = [at for at, node in enumerate(nodes) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    places = random.Random(seed).sample(moved, len(moved))
    order = dict(zip(moved, places, strict=True))
    return "\n\n\n".join(blocks[order.get(at, at)] for at in range(len(blocks))) + "\n"


def _renamed(source: str, suffix: str) -> str:
    tokens = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kind, text = token.type, token.string
        if kind == tokenize.NAME and not keyword.iskeyword(text) and text not in _KEPT:
            text = f"{text[::-1]}_{suffix}"
        elif kind == tokenize.COMMENT:
            text = f"# {suffix}"
        tokens.append((kind, text))
    return tokenize.untokenize(tokens)


@pytest.fixture
def handed_in(tmp_path):
    """The folder of a class."""
    place = tmp_path / "handed-in"
    place.mkdir()
    return place


@pytest.fixture
def copied(handed_in):
    """Hand in a copy of a folder of ours; `seed` disguises its Python."""

    def copy(name: str, source: Path, *, seed: int | None = None) -> Path:
        target = handed_in / name
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("node_modules", "__pycache__", ".venv"))
        for path in target.rglob("*.py") if seed is not None else ():
            path.write_text(disguised(path.read_text(), seed))
        return target

    return copy


@pytest.fixture
def written(handed_in):
    """Hand in files by their names and content."""

    def write(name: str, **files: str | bytes) -> Path:
        for path, content in files.items():
            target = handed_in / name / path.replace("__", "/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
        return handed_in / name

    return write


@pytest.fixture
def compared(handed_in):
    """Compare the class, and return what was found."""

    def compare(kata: str = "contact-book", **order):
        return find_similar(Order(place=handed_in, kata=kata, **order), (own_pack(),))

    return compare


@pytest.fixture
def read(handed_in):
    """Read the class, and return the code of each submission by its name."""

    def read_all(**limits):
        entries = find_entries(handed_in)
        with Lexing(**limits) as lexing, shown(len(entries)) as teller:
            return {code.name: code for code in read_class(entries, lexing, teller=teller)}

    return read_all


@pytest.fixture
def program():
    """Make a Python program of drawn expressions, which no other seed makes."""

    def make(seed: int, functions: int = 12) -> str:
        drawn = random.Random(seed)
        return "\n\n".join(_function(number, drawn) for number in range(functions)) + "\n"

    return make


_TERMS = ("p", "s[3]", "p(s)", "(p, s)", "[s]", "not p", "-s", "{p: s}", "p.s", "s[p:]", "p[:s]", "*p", "~s")
_OPERATORS = ("+", "-", "*", "/", "%", "|", "&", "^", "<<", ">>", "<", ">", "==", "!=", "and", "or", "in", "is", "//")


def _function(number: int, drawn: random.Random) -> str:
    lines = (" ".join(f"{drawn.choice(_TERMS)} {drawn.choice(_OPERATORS)}" for _ in range(6)) for _ in range(8))
    return f"def step_{number}(p, s):\n" + "\n".join(f"    p = {line} s" for line in lines)
