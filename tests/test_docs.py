"""What the documentation says is so: its examples are valid, its links lead somewhere, and nothing is left out."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator

from backend_katas.batch.course import read_course
from backend_katas.catalogue import PACKS_VARIABLE, find_packs, read_catalogue, read_kata
from backend_katas.cli import katas
from backend_katas.console import run
from backend_katas.documents import read_document
from backend_katas.errors import ExitCode
from backend_katas.listing import catalogue_document
from backend_katas.manifest import read_submission
from backend_katas.model import Level, Pack, Result

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
LEARNER, INSTRUCTOR, FORMATS = (ROOT / "docs" / f"{name}.md" for name in ("learner", "instructor", "formats"))

_MARKED = re.compile(r"^<!-- (\w+)(?:: (\S+))? -->\n```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")


class Block(NamedTuple):
    """A fenced block below a comment such as `<!-- example: kata.yaml -->`."""

    page: Path
    mark: str
    subject: str
    text: str


def _blocks(mark: str) -> list[Block]:
    found = [(page, match) for page in PAGES for match in _MARKED.finditer(page.read_text("utf-8"))]
    return [Block(page, match[1], match[2] or "", match[4]) for page, match in found if match[1] == mark]


def _schema(name: str) -> dict[str, Any]:
    return json.loads((files("backend_katas") / "schemas" / f"{name}.schema.json").read_text("utf-8"))


def _read_manifest(path: Path) -> None:
    read_submission(path.parent)


def _read_exercise(path: Path) -> None:
    name = read_document(path, "exercise")["id"]
    folder = path.parent / "exercises" / name
    folder.mkdir(parents=True)
    path.rename(folder / "exercise.yaml")
    read_kata(Pack(name="example", version="0", root=path.parent), name)


def _read_roadmap(path: Path) -> None:
    read_document(path, "roadmap")


def _read_survivors(path: Path) -> None:
    read_document(path, "survivors")


def _read_result(path: Path) -> None:
    Draft202012Validator(_schema("result")).validate(json.loads(path.read_text("utf-8")))
    result = Result.from_json(path.read_text("utf-8"))
    assert json.loads(result.to_json()) == json.loads(path.read_text("utf-8"))


def _read_variants(path: Path) -> None:
    read_document(path, "variants")


def _read_course(path: Path) -> None:
    read_course(path, [Level(id="be-strict", title="Refuse", points=40)])


READERS: dict[str, Callable[[Path], None]] = {
    "kata.yaml": _read_manifest,
    "exercise.yaml": _read_exercise,
    "roadmap.yaml": _read_roadmap,
    "result.json": _read_result,
    "survivors.yaml": _read_survivors,
    "course.yaml": _read_course,
    "variants.yaml": _read_variants,
}


def _named(block: Block) -> str:
    return f"{block.page.name}-{block.subject}"


@pytest.mark.parametrize("block", _blocks("example"), ids=_named)
def test_an_example_is_valid(block, tmp_path):
    """Whoever copies an example gets a file that is read without a complaint."""
    path = tmp_path / block.subject
    path.write_text(block.text, encoding="utf-8")

    READERS[block.subject](path)


def test_every_format_has_an_example():
    """docs/formats.md shows each file that it describes."""
    assert {block.subject for block in _blocks("example") if block.page == FORMATS} == set(READERS)


@pytest.mark.parametrize("block", _blocks("file"), ids=_named)
def test_a_quoted_file_is_quoted_exactly(block):
    """A file that a page explains is the one that is tested."""
    assert block.text == (ROOT / block.subject).read_text("utf-8")


def test_the_sitting_of_authors_can_be_followed(monkeypatch, tmp_path, capsys):
    """docs/author.md goes from nothing to a kata that is proved: each command and change, and what is said to it."""
    section = (ROOT / "docs" / "author.md").read_text("utf-8").partition("## From nothing")[2].partition("\n## ")[0]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(PACKS_VARIABLE, "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    new, prove = [line.split()[1:] for line in section.splitlines() if line.startswith("    katas ")][:2]
    said: list[tuple[str, str]] = []

    assert (run(katas, new), run(katas, prove)) == (0, 0)
    for mark, subject, _, text in _MARKED.findall(section):
        if mark == "change":
            subprocess.run(["git", "apply", "-p1"], cwd=tmp_path / subject, input=text, text=True, check=True)
        elif mark == "write":
            (tmp_path / subject).write_text(text, encoding="utf-8")
        else:
            capsys.readouterr()
            run(katas, prove)
            said.append((text, capsys.readouterr().out))

    assert [said_now for _, said_now in said] == [text for text, _ in said]
    assert len(said) == 2


def test_the_layers_are_those_that_are_enforced():
    """docs/design.md shows the layers of import-linter's contract."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"][0]

    assert [block.text.splitlines() for block in _blocks("layers")] == [contract["layers"]]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    """A link to a file of the project, and to a heading in it, finds both."""
    targets = [target for target in _LINK.findall(_FENCE.sub("", page.read_text("utf-8"))) if "://" not in target]
    missing = [target for target in targets if not _leads_somewhere(page, target)]

    assert missing == []


def _leads_somewhere(page: Path, target: str) -> bool:
    name, _, heading = target.partition("#")
    path = (page.parent / name).resolve() if name else page
    return path.exists() and (not heading or heading in _anchors(path))


def _anchors(page: Path) -> set[str]:
    """Headings as GitHub names them: lower case, without punctuation, dashes for blanks."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_exit_code_is_explained():
    """docs/learner.md has a row for each exit code, and for no other."""
    section = LEARNER.read_text("utf-8").partition("## Exit codes")[2].partition("\n## ")[0]

    assert {int(code) for code in re.findall(r"^\| (\d+) \|", section, re.MULTILINE)} == set(ExitCode)


@pytest.mark.parametrize("command", sorted(katas.commands))
def test_every_command_is_explained(command):
    """docs/learner.md shows each command of `katas`, or docs/instructor.md those for a class."""
    assert any(f"katas {command}" in page.read_text("utf-8") for page in (LEARNER, INSTRUCTOR))


def test_every_option_of_the_plugin_is_explained():
    """docs/learner.md has each option that the plugin gives pytest."""
    options = set(
        re.findall(r'"(--kata[\w-]*)"', (files("backend_katas") / "plugin" / "__init__.py").read_text("utf-8"))
    )
    text = LEARNER.read_text("utf-8")

    assert "--kata-seed" in options
    assert [option for option in sorted(options) if option not in text] == []


@pytest.mark.parametrize("name", ["kata", "exercise", "roadmap", "result", "survivors", "course", "variants"])
def test_every_key_is_explained(name):
    """docs/formats.md has each key of a schema in its file's section."""
    section = FORMATS.read_text("utf-8").partition(f"## {_schema(name)['title']}")[2].partition("\n## ")[0]
    table = "\n".join(line.split("|")[1] for line in section.splitlines() if line.startswith("|"))
    known = set(re.findall(r"[a-z_]+(?=`)", table))

    assert [key for key in _keys(_schema(name)) if key not in known] == []


def _keys(schema: Any) -> Iterator[str]:
    """Give the keys of all `properties`, at any depth."""
    parts = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    if isinstance(schema, dict) and isinstance(schema.get("properties"), dict):
        yield from schema["properties"]
    for part in parts:
        yield from _keys(part)


def test_every_member_of_the_catalogue_is_explained():
    """docs/formats.md has each member of `katas list --json`."""
    document = catalogue_document(read_catalogue(find_packs({})))
    section = FORMATS.read_text("utf-8").partition("## katas list --json")[2]

    members = {*document, *document["stages"][0], *document["katas"][0], *document["katas"][0]["levels"][0]}
    assert [name for name in sorted(members) if f"`{name}`" not in section] == []
