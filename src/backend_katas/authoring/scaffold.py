"""`katas new`: the draft of a kata that can be proved as it stands, to be edited until it is another one."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import yaml

from backend_katas import __version__
from backend_katas.catalogue import OUR_OWN, kata_ids, own_pack, pack_at, read_roadmap
from backend_katas.errors import ExitCode, KatasError, did_you_mean
from backend_katas.installed import CONTENT

_TEMPLATES = Path(__file__).parent / "templates"
_PARTS = (CONTENT, "graders", "solutions")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST = 50
# Windows has no folders of these names, and whoever clones the pack there could not have it.
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A kata that was made: its pack's folder, and its files as seen from there."""

    kata: str
    root: Path
    files: tuple[Path, ...]

    @property
    def ours(self) -> bool:
        """Whether it was put into the pack that comes with the engine."""
        return self.root == own_pack().root


def kinds() -> tuple[str, ...]:
    """Return the kinds of katas that there is a template for."""
    return tuple(sorted(path.parent.name for path in _TEMPLATES.glob(f"*/{CONTENT}")))


def new_kata(name: str, *, kind: str, stage: str = "", folder: Path | None = None) -> Draft:
    """Put a draft into the pack in `folder`, which becomes one if it is new or empty, or into a checkout of ours.

    Never overwrites: KatasError (exit code 2) says what is in the way, and then nothing was written. Without `stage` it
    is the first one of the roadmap.
    """
    root, is_new = _root(folder)
    _refuse_name(name, root)
    words = {"kata": name, "title": _title(name), "stage": _stage(stage)}
    texts = dict(_filled(_TEMPLATES / kind, words))
    if is_new:
        texts = {file: text for file, text in _pack_files(root) if not (root / file).exists()} | texts
    _write(root, texts)
    return Draft(kata=name, root=root, files=tuple(sorted(texts)))


def next_steps(draft: Draft, shown: Path) -> str:
    """Return what to type and what to edit next; `shown` is how the person called the pack's folder."""
    place = "" if draft.ours else f" --pack {shlex.quote(str(shown))}"
    prove = f"katas{place} verify {draft.kata}"
    edits = [
        (f"{CONTENT}/{draft.kata}/BRIEF.md", "what to build, with a rule for each thing that is checked"),
        (f"{CONTENT}/{draft.kata}/exercise.yaml", "the levels and their points, variables, services"),
        (
            f"solutions/{draft.kata}/",
            "a reference, written from the brief alone; in `mutants` a mistake for each level",
        ),
        (f"graders/{draft.kata}/", "the checks, `test_<level>.py` for each level"),
        (f"{CONTENT}/{draft.kata}/starters/", "what a learner begins with; then `HINTS.md`"),
    ]
    width = max(len(file) for file, _ in edits)
    lines = [f"  {number}. {file:<{width}}  {what}" for number, (file, what) in enumerate(edits, 1)]
    return "\n".join(
        [
            f"{len(draft.files)} files for the draft `{draft.kata}` in `{shown}`",
            f"next: {prove}",
            "  proves it as it stands; then edit, and prove it again after each step:",
            *lines,
            f"  {len(edits) + 1}. take `draft: true` out of `exercise.yaml`: then `katas list` shows it to learners",
            "  docs/author.md of backend-katas goes through all of it",
        ]
    )


def _root(folder: Path | None) -> tuple[Path, bool]:
    """Return the folder of the pack, and whether it has still to become one."""
    if folder is None:
        return _checkout(), False
    whole = folder.resolve()
    if whole.exists() and not whole.is_dir():
        raise _refusal(f"`{folder}` is a file, and a pack is a folder")
    if (whole / CONTENT).is_dir():
        return pack_at(whole).root, False
    if whole.is_dir() and (there := sorted(entry.name for entry in whole.iterdir() if entry.name[0] != ".")):
        raise _refusal(
            f"`{folder}` is no pack: it has no folder `{CONTENT}`, but `{there[0]}`",
            "name a pack, or a folder that is new or empty, which becomes one",
        )
    if whole.name == OUR_OWN:
        raise _refusal(f"`{OUR_OWN}` is the name of our own pack, and a pack has its folder's name")
    return whole, True


def _checkout() -> Path:
    root = own_pack().root
    if (root / "pyproject.toml").is_file():
        return root
    raise _refusal(
        "it has to be said into which pack: the katas that were installed with `katas` are no place to write to",
        "`katas new KATA --kind http --pack my-katas` makes a pack of its own in the folder `my-katas`",
    )


def _refuse_name(name: str, root: Path) -> None:
    if not _ID.fullmatch(name) or len(name) > _LONGEST:
        near = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST].strip("-")
        raise _refusal(
            f"a kata cannot be called `{name}`: a name is lower case with dashes, at most {_LONGEST} characters",
            f"`{near}` would do" if near else "",
        )
    if name in _DEVICES or any(yaml.safe_load(text) != text for text in (name, _title(name))):
        why = "Windows has no folder of this name" if name in _DEVICES else "YAML would not read it as text"
        raise _refusal(f"a kata cannot be called `{name}`: {why}", f"`{name}-kata` would do")
    if name in kata_ids(own := own_pack()) and root != own.root:
        raise _refusal(f"`{name}` is a kata of `{OUR_OWN}`, and its name alone always means that one", "choose another")
    if there := next((part for part in _PARTS if (root / part / name).exists()), ""):
        raise _refusal(
            f"`{root}` has `{there}/{name}` already; nothing was written",
            f"choose another name, or go on with it: `katas verify {name}` says what is to be mended",
        )


def _stage(stage: str) -> str:
    known = [known.id for known in read_roadmap((own_pack(),))]
    if stage and stage not in known:
        hint = did_you_mean(stage, known) or f"the stages are {', '.join(f'`{name}`' for name in known)}"
        raise _refusal(f"the roadmap has no stage `{stage}`", hint)
    return stage or known[0]


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _pack_files(root: Path) -> Iterator[tuple[Path, str]]:
    """Give what makes a folder a package; it is called as the folder, as nearly as a package can be."""
    name = re.sub(r"[^a-z0-9]+", "-", root.name.lower()).strip("-") or "my"
    distribution = name if name.endswith("katas") else f"{name}-katas"
    package = distribution.replace("-", "_")
    words = {"pack": name, "distribution": distribution, "version": __version__}
    # A module's name cannot begin with a digit.
    return _filled(_TEMPLATES / "pack", {**words, "package": f"katas_{package}" if package[0].isdigit() else package})


def _filled(template: Path, words: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """Give the files of a template with its words filled in: `{{name}}` in a text, `KATA` in a path."""
    for path in sorted(template.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            parts = [words["kata"] if part == "KATA" else part for part in path.relative_to(template).parts]
            text = re.sub(r"\{\{(\w+)\}\}", lambda found: words[found[1]], path.read_text(encoding="utf-8"))
            yield Path(*parts), text


def _write(root: Path, texts: Mapping[Path, str]) -> None:
    """Write all files or none; "x" refuses one that somebody made since we looked."""
    made: list[Path] = []
    try:
        for file, text in texts.items():
            target = root / file
            for place in _missing(target.parent):
                place.mkdir()
                made.append(place)
            with target.open("x", encoding="utf-8") as stream:
                made.append(target)
                stream.write(text)
    except OSError as problem:
        _remove(made)
        raise KatasError(
            f"cannot write `{problem.filename or root}`: {problem.strerror}",
            "nothing was kept; choose a folder you may write to, on a disk that is not full",
        ) from None


def _missing(folder: Path) -> list[Path]:
    """Return the folder and those above it that are not there, the outermost first."""
    return [place for place in (folder, *folder.parents) if not place.exists()][::-1]


def _remove(made: list[Path]) -> None:
    for path in reversed(made):
        with suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink()


def _refusal(message: str, hint: str = "") -> KatasError:
    return KatasError(message, hint, exit_code=ExitCode.USAGE)
