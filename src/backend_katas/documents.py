"""YAML files that people write: read, checked against a schema, and every mistake told with file, line and key."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import yaml

from backend_katas import __version__
from backend_katas.errors import ExitCode, KatasError, did_you_mean

_SCHEMAS = Path(__file__).parent / "schemas"
_LARGEST = 1 << 20  # bytes
_TEXT, _TIME, _MERGE = (f"tag:yaml.org,2002:{name}" for name in ("str", "timestamp", "merge"))
_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list",
    "object": "a mapping of keys to values",
    "boolean": "`true` or `false`",
}


class DocumentError(KatasError):
    """A mistake in a file that a person wrote; the message begins with `file:line`."""

    def __init__(self, path: Path, line: int, problem: str, hint: str = "") -> None:
        super().__init__(f"{path}:{line}: {problem}", hint, exit_code=ExitCode.USAGE)
        self.path = path
        self.line = line
        self.problem = problem


def read_document(path: Path, schema: str, *, as_written: bool = False) -> dict[str, Any]:
    """Return the mapping in a YAML file, checked against `schemas/<schema>.schema.json`.

    `as_written` takes keys and times for the text that they are, for YAML would read the name `0123` as 83 and a time
    without its offset. Raises DocumentError for text that is no YAML, for a key given twice and for whatever the schema
    refuses.
    """
    node = _compose(path)
    if node is None:
        raise DocumentError(path, 1, "the file is empty")
    _refuse_duplicate_keys(path, node)
    if as_written:
        _take_as_written(node)
    document = _construct(path, node)
    _validate(path, node, document, _load_schema(schema))
    return document


def line_of(path: Path, where: Sequence[str]) -> int:
    """Return the line in which a part of a document stands; `where` are the keys and numbers that lead to it."""
    node = _compose(path)
    return _line_of(node, where) if node else 1


def _compose(path: Path) -> yaml.Node | None:
    try:
        return yaml.compose(_text(path), Loader=yaml.SafeLoader)
    except RecursionError:
        raise DocumentError(path, 1, "it is nested too deeply") from None
    except UnicodeDecodeError as problem:
        raise DocumentError(path, 1, f"not UTF-8 text ({problem.reason} at byte {problem.start})") from None
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else 1
        raise DocumentError(path, line, f"not YAML: {problem.problem or problem.context}") from None
    except yaml.YAMLError as problem:
        raise DocumentError(path, 1, f"not YAML: {problem}") from None


def _text(path: Path) -> str:
    with path.open("rb") as file:
        raw = file.read(_LARGEST + 1)
    if len(raw) > _LARGEST:
        raise DocumentError(path, 1, f"it is larger than {_LARGEST >> 20} MiB")
    return raw.decode()


def _construct(path: Path, node: yaml.Node) -> dict[str, Any]:
    loader: Any = yaml.SafeLoader("")
    try:
        return loader.construct_document(node)
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, RecursionError) as problem:
        # `!!bool maybe` is a KeyError, `!!timestamp never` an AttributeError.
        mark = getattr(problem, "problem_mark", None) or node.start_mark
        raise DocumentError(path, mark.line + 1, f"not a value: {getattr(problem, 'problem', problem)}") from None


def _refuse_duplicate_keys(path: Path, top: yaml.Node) -> None:
    """Refuse a key given twice, of which YAML would silently keep the last."""
    left, looked_at = [top], set[int]()
    while left:
        node = left.pop()
        if id(node) in looked_at:  # an alias: a few of these in each other would take for ever
            continue
        looked_at.add(id(node))
        if isinstance(node, yaml.MappingNode):
            seen: set[Hashable] = set()
            for key, value in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    raise DocumentError(path, key.start_mark.line + 1, "a key has to be text")
                if key.value in seen:
                    raise DocumentError(path, key.start_mark.line + 1, f"the key `{key.value}` is given twice")
                seen.add(key.value)
                left.append(value)
        elif isinstance(node, yaml.SequenceNode):
            left += node.value


def _take_as_written(top: yaml.Node) -> None:
    left, looked_at = [top], set[int]()
    while left:
        node = left.pop()
        if id(node) in looked_at:  # an anchor may lead back to where it is
            continue
        looked_at.add(id(node))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                # `<<` is no name, but takes the keys of another mapping over.
                key.tag = key.tag if key.tag == _MERGE else _TEXT
                left.append(value)
        elif isinstance(node, yaml.SequenceNode):
            left += node.value
        elif node.tag == _TIME:
            node.tag = _TEXT


def _load_schema(name: str) -> dict[str, Any]:
    return json.loads((_SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))


def _validate(path: Path, node: yaml.Node, document: object, schema: dict[str, Any]) -> None:
    # Imported here because most commands finish before a file is read; it takes a tenth of what jsonschema takes.
    import fastjsonschema

    library = cast("Any", fastjsonschema)
    try:
        library.compile(schema, fast_fail=False, use_default=False)(document)
    except library.JsonSchemaValuesException as mistakes:
        error = min(mistakes.errors, key=_rank)
        where: list[str] = error.path[1:]
        problem, hint, extra = _explain(error, _dotted(where))
        raise DocumentError(path, _line_of(node, [*where, *extra]), problem, hint) from None


def _rank(error: Any) -> tuple[bool, int, bool]:
    """Put another format first, then the outermost mistake, and a mistyped key before the one missing for it."""
    return error.path[1:] != ["format"], len(error.path), error.rule == "required"


def _explain(error: Any, key: str) -> tuple[str, str, list[str]]:
    """Return what is wrong, what to do, and the steps from the reported place to the line to point at."""
    wanted: Any = error.rule_definition
    if error.rule == "additionalProperties":
        known = list(error.definition.get("properties", {}))
        unknown = next(name for name in error.value if name not in known)
        return f"unknown key `{unknown}`", did_you_mean(str(unknown), known) or _known_keys(known), [str(unknown)]
    if error.rule == "required":
        missing = next(name for name in wanted if name not in error.value)
        return f"the key `{missing}` is missing" + (f" in `{key}`" if key else ""), "", []
    if key == "format" and isinstance(error.value, int) and not isinstance(error.value, bool):
        return *_explain_format(error.value, wanted), []
    if error.rule in {"enum", "const"}:
        choices = [str(choice) for choice in ([wanted] if error.rule == "const" else wanted)]
        listed = ", ".join(f"`{choice}`" for choice in choices)
        return f"`{key}` is `{error.value}`, expected {listed}", did_you_mean(str(error.value), choices), []
    if error.rule == "type":
        return f"`{key or 'the file'}` is {_describe(error.value)}, expected {_wanted(wanted)}", _quote(error), []
    if error.rule == "pattern":
        return f"`{key}` is `{error.value}`: {error.definition.get('description', error.message)}", "", []
    return f"`{key}`{error.message.removeprefix(error.name)}", "", []


def _explain_format(found: int, wanted: int) -> tuple[str, str]:
    """Say which side is the older one, for that is what has to be brought up to date."""
    problem = f"`format` is `{found}`, expected `{wanted}`, which is what backend-katas {__version__} reads"
    if found > wanted:
        return problem, "a newer one may read it: `pip install --upgrade backend-katas`"
    return problem, "the pack it belongs to is too old: look for a newer one, or have its author bring it up to date"


def _known_keys(known: Sequence[str]) -> str:
    return f"the keys are {', '.join(f'`{name}`' for name in known)}"


def _wanted(types: str | Sequence[str]) -> str:
    names = [types] if isinstance(types, str) else types
    return " or ".join(_TYPES.get(name, name) for name in names)


def _describe(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, (Mapping, list)):
        return _TYPES["object" if isinstance(value, Mapping) else "array"]
    return f"`{json.dumps(value, default=str)}`"


def _quote(error: Any) -> str:
    """YAML reads `yes`, `1.10` and dates as other things than text; quotes keep them."""
    scalar = error.value is not None and not isinstance(error.value, (Mapping, list))
    return "put the value in quotes" if scalar and "string" in str(error.rule_definition) else ""


def _dotted(where: Sequence[str]) -> str:
    return "".join(f"[{step}]" if step.isdecimal() else f".{step}" for step in where).lstrip(".")


def _line_of(node: yaml.Node, where: Sequence[str]) -> int:
    line = node.start_mark.line
    for step in where:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == step), None)
            if found is None:
                break
            line, node = found[0].start_mark.line, found[1]
        elif isinstance(node, yaml.SequenceNode):
            node = node.value[int(step)]
            line = node.start_mark.line
    return line + 1
