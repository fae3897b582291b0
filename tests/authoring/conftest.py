"""What the tests of authoring share: a copy of the kata `greeter` that may be spoilt."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from backend_katas.catalogue import find_kata
from backend_katas.model import Kata, Pack


@pytest.fixture
def pack(mini, tmp_path) -> Pack:
    """A pack with the kata `greeter` and no other."""
    root = Path(shutil.copytree(mini.root, tmp_path / "pack", ignore=shutil.ignore_patterns("__pycache__")))
    for other in ("broken", "shout"):
        shutil.rmtree(root / "exercises" / other)
        shutil.rmtree(root / "graders" / other)
    return Pack(name="pack", version="0", root=root)


@pytest.fixture
def kata(pack) -> Kata:
    """The kata `greeter` of that pack."""
    return find_kata("greeter", [pack])


@pytest.fixture
def spoil(pack):
    """Replace a text in a file of the pack, which has to be there."""

    def replace(file: str, old: str, new: str) -> Path:
        path = pack.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return path

    return replace
