"""What a comparison has found, kept beside the marks of the class."""

from __future__ import annotations

from pathlib import Path

from backend_katas.batch.similar.document import CSV, to_csv, to_json
from backend_katas.batch.similar.finding import Similar
from backend_katas.batch.similar.pairs import JSON
from backend_katas.errors import KatasError


def keep(found: Similar, out: Path) -> list[Path]:
    """Write `similar.csv` and `similar.json` into a folder, each whole, and return them."""
    texts = {out / CSV: to_csv(found), out / JSON: to_json(found)}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            part = path.with_name(f"{path.name}.part")
            part.write_text(text, encoding="utf-8", errors="replace", newline="")
            part.replace(path)
    except OSError as problem:
        raise KatasError(f"cannot write to `{out}`: {problem.strerror}", "name another folder by `--out`") from None
    return list(texts)
