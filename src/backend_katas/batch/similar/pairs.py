"""The pairs that `katas similar` has left in a folder, for the page of the class."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from backend_katas.reports.html import Pair

JSON = "similar.json"
SCHEMA = 1
NAMED = 3
"""Files of a pair that are named in a line."""
_SHOWN = 300  # pairs


def pairs_in(folder: Path) -> tuple[Pair, ...]:
    """Return the pairs in a folder's `similar.json` for a page; none where there is no such file, or not ours."""
    try:
        document = json.loads((folder / JSON).read_text(encoding="utf-8"))
        if document["schema"] != SCHEMA:
            return ()
        return tuple(_for_a_page(pair) for pair in document["pairs"][:_SHOWN])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return ()


def _for_a_page(pair: dict[str, Any]) -> Pair:
    files = [str(entry["one"]) for entry in pair["files"]]
    more = len(files) - NAMED
    named = ", ".join(files[:NAMED]) + (f" and {more} more" if more > 0 else "")
    note = f"{int(pair['lines'])} lines of {pair['one']!s}: {named}"
    return Pair(one=str(pair["one"]), other=str(pair["other"]), share=float(pair["share"]), note=note)
