"""Tells the statements that look something up from those that drivers and pools send by themselves."""

from __future__ import annotations

import re

from backend_katas.proxy.statement import Count

# Signs of life, settings, locks, and what drivers ask about types and versions.
_HOUSEKEEPING = re.compile(
    r"\bpg_|\binformation_schema\b|^\W*select\s+(?:1\b|version|current_|now\b|set_config)", re.IGNORECASE
)


def lookups_of(count: Count) -> list[str]:
    """Return the statements of a count that ask for something of the program's own."""
    return [text for text in count.of_kind("SELECT", "WITH") if not _HOUSEKEEPING.search(text)]
