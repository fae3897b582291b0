"""Report formats: each is a function that turns results into text, found here by its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backend_katas.model import Result
from backend_katas.reports import csv, html, json, junit, text

FORMATS: dict[str, Callable[[Sequence[Result]], str]] = {
    "text": text.render,
    "json": json.render,
    "csv": csv.render,
    "junit": junit.render,
    "html": html.render,
}
