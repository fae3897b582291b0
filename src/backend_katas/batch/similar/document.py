"""What a comparison has found as files: `similar.json`, and `similar.csv` with a row for each pair."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from backend_katas.batch.similar.finding import Likeness, Member, Similar
from backend_katas.batch.similar.pairs import NAMED, SCHEMA
from backend_katas.exchange import inert, readable
from backend_katas.reports import csv

CSV = "similar.csv"
_PATH = 200  # characters


def to_json(found: Similar) -> str:
    """Return `similar.json`."""
    document = {
        "schema": SCHEMA,
        "kata": found.kata,
        "least": found.least,
        "common": found.common,
        "submissions": [_member(member) for member in found.members],
        "pairs": [_pair(likeness) for likeness in found.pairs],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def to_csv(found: Similar) -> str:
    """Return a row for each pair."""
    head = ("submission", "found_in", "percent", "tokens", "own_tokens", "lines", "files")
    return csv.table([head, *_rows(found)])


def shown_files(likeness: Likeness) -> str:
    """Return the files that two submissions share most in, in a line."""
    words = [
        _path(one) if one == other else f"{_path(one)} ~ {_path(other)}" for one, other, _ in likeness.files[:NAMED]
    ]
    more = len(likeness.files) - NAMED
    return ", ".join(words) + (f" and {more} more" if more > 0 else "")


def shown_name(name: str) -> str:
    """Return a submission's name as all reports have it."""
    return readable(name, keep="")


def _rows(found: Similar) -> Iterator[Sequence[object]]:
    for likeness in found.pairs:
        share = likeness.share
        names = shown_name(share.one), shown_name(share.other)
        numbers = round(100 * share.portion, 1), share.tokens, share.own, share.lines
        yield (*names, *numbers, shown_files(likeness))


def _member(member: Member) -> dict[str, Any]:
    left_out = [{"path": path, "why": why} for path, why in member.left_out]
    numbers = {"files": member.files, "tokens": member.tokens, "own": member.own, "common": member.common}
    return {"name": shown_name(member.name), "problem": member.problem, **numbers, "left_out": left_out}


def _pair(likeness: Likeness) -> dict[str, Any]:
    share = likeness.share
    return {
        "one": shown_name(share.one),
        "other": shown_name(share.other),
        "share": round(share.portion, 4),
        "tokens": share.tokens,
        "own": share.own,
        "lines": share.lines,
        "files": [
            {"one": _path(one), "other": _path(other), "tokens": tokens} for one, other, tokens in likeness.files
        ],
    }


def _path(path: str) -> str:
    return inert(readable(path, limit=_PATH, keep=""))
