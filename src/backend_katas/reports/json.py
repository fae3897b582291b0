"""Results as they are stored: one `result.json`, or a list of them for several submissions."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from backend_katas.model import Result


def render(results: Sequence[Result]) -> str:
    """Return schema 1 of `docs/formats.md`; a list when there is not exactly one result."""
    if len(results) == 1:
        return results[0].to_json()
    entries = ",\n".join(textwrap.indent(result.to_json().rstrip(), "  ") for result in results)
    return f"[\n{entries}\n]\n"
