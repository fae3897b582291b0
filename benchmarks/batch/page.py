"""The page of a class of 500: how large it is, and how long a browser takes to open it."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from backend_katas.model import Result
from backend_katas.reports.html import Line, page
from benchmarks.batch.batches import run
from benchmarks.batch.classroom import make
from benchmarks.batch.plan import Plan
from benchmarks.table import Figures, Missing, Row, Target

SIZE = "page of a large class: size"
OPENED = "page of a large class: from asking for it until it is drawn, in Chromium"
LINES = "page of a large class: submissions on it"
FAILURES = "page of a large class: failed checks on it"
ROWS = (
    Row(OPENED, "s", Target(limit=2)),
    Row(SIZE, "MB", Target(limit=15)),
    Row(LINES, ""),
    Row(FAILURES, ""),
)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_TIMES = 5
_FEW = 6  # submissions that are graded for the page where no large class was
# When the page is drawn for the first time with all of it there; `duration` is until its `load` event has ended.
_DRAWN = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(
    () => done(Math.max(performance.now(), performance.getEntriesByType("navigation")[0].duration)))))"""


def measure(plan: Plan) -> Figures:
    """Write the page of as many submissions as it takes, by the results of a class that was graded, and open it."""
    results = _results(plan)
    lines = [
        Line(name=f"learner-{number:03}", result=replace(result, submission=f"learner-{number:03}"))
        for number, result in zip(range(1, plan.page + 1), itertools.cycle(results), strict=False)
    ]
    file = plan.folder / "page.html"
    file.write_text(page(lines, title=f"{plan.page} submissions to {plan.kata.id}"), encoding="utf-8")
    failed = sum(check.status.value == "failed" for line in lines if line.result for check in line.result.checks)
    return {
        SIZE: file.stat().st_size / 1e6,
        LINES: float(len(lines)),
        FAILURES: float(failed),
        OPENED: _opened(file),
    }


def _results(plan: Plan) -> Sequence[Result]:
    """Return the results of the large class, or of a small one where it was not graded."""
    out = plan.large / "out"
    if not out.exists():
        handed_in = make(plan.folder / "page", plan.class_of(_FEW))
        out = plan.folder / "page" / "out"
        run(plan.task(handed_in, out, jobs=plan.jobs))
    return [Result.from_json(file.read_text(encoding="utf-8")) for file in sorted(out.glob("results/*.json"))]


def _opened(file: Path) -> float | Missing:
    """Return the median of some openings, each by a browser without anything in its caches."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return Missing("`playwright` is not installed")
    browser = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if not browser:
        return Missing("no Chromium is installed")
    found: list[float] = []
    with sync_playwright() as playwright:
        for _ in range(_TIMES):
            with playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"]) as chromium:
                shown = chromium.new_page()
                shown.goto(file.as_uri(), wait_until="load")
                found.append(shown.evaluate(_DRAWN) / 1000)
    return median(found)
