"""Results as JUnit XML, in the dialect that `pytest --junitxml` writes and CI services read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

from backend_katas.model import Check, Result, Status

# XML 1.0, section 2.2: what is no character there cannot even be escaped.
_NO_CHARACTER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(results: Iterable[Result]) -> str:
    """Return a test suite for each result and in it a test case for each check."""
    return "".join(pieces(results))


def pieces(results: Iterable[Result]) -> Iterator[str]:
    """Give what `render` returns bit by bit: a class has more results than fit into memory."""
    yield '<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="backend-katas">\n'
    for result in results:
        suite = _suite(result)
        ET.indent(suite, level=1)
        yield f"  {ET.tostring(suite, encoding='unicode')}\n"
    yield "</testsuites>\n"


def _suite(result: Result) -> ET.Element:
    def number(status: Status) -> str:
        return str(sum(check.status is status for check in result.checks))

    suite = ET.Element(
        "testsuite",
        name=_text(result.submission),
        tests=str(len(result.checks)),
        failures=number(Status.FAILED),
        errors=number(Status.ERROR),
        skipped=number(Status.SKIPPED),
        time=f"{result.seconds:.3f}",
        timestamp=_text(result.started_at),
    )
    facts = {"kata": result.kata, "score": result.score, "max_score": result.max_score, "seed": result.seed}
    facts |= {"variant": result.variant.seed} if result.variant else {}
    facts |= {"time_limit": f"{result.time_limit}"} if result.time_limit else {}
    properties = ET.SubElement(suite, "properties")
    for name, value in {**facts, "isolation": result.isolation}.items():
        ET.SubElement(properties, "property", name=name, value=_text(str(value)))
    suite.extend(_case(result, check) for check in result.checks)
    return suite


def _case(result: Result, check: Check) -> ET.Element:
    module, _, name = check.id.partition("::")
    case = ET.Element(
        "testcase",
        classname=_text(f"{result.kata}.{module.removesuffix('.py')}"),
        name=_text(name or check.id),
        time=f"{check.seconds:.3f}",
    )
    tag = {Status.FAILED: "failure", Status.ERROR: "error", Status.SKIPPED: "skipped"}.get(check.status)
    if tag:
        told = ET.SubElement(case, tag, message=_text(check.message.partition("\n")[0]))
        told.text = _text(f"{check.title}\n{check.message}")
    if check.earlier:
        ET.SubElement(case, "system-out").text = _text(f"run twice; at first it failed:\n{check.earlier.message}")
    return case


def _text(text: str) -> str:
    return _NO_CHARACTER.sub("\ufffd", text)
