"""How a text can stand in what a program has stored: as it is, or inside of JSON."""

from __future__ import annotations

import json


def looks(text: str) -> set[str]:
    """Return the text as it is and as JSON escapes it: to ASCII, in UTF-8, and each with its slashes too, as PHP."""
    escaped = {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    return {text, *escaped, *(each.replace("/", r"\/") for each in escaped)}
