"""What checks of every kata say of an answer: that a step went well, that an error is a problem document."""

from __future__ import annotations

from collections.abc import Sequence

from backend_katas.client.answer import Answer
from backend_katas.errors import ProgramFault
from backend_katas.exchange import readable, status_words

PROBLEM = "application/problem+json"


def done(answer: Answer, *statuses: int) -> Answer:
    """Return the answer of a step on the way to what a check is about; AssertionError unless it has a status of these.

    Not for what the check itself judges: that is an `assert` of its own.
    """
    if answer.status_code in statuses:
        return answer
    step = f"{answer.request.method} {answer.request.path_url}"
    raise AssertionError(f"{step} went wrong before the check could go on\n{_compared(answer, statuses)}")


def is_problem(status: int, answer: Answer) -> None:
    """Judge an error: its status, and that it is a problem document; AssertionError in words for the learner."""
    if answer.status_code != status:
        raise AssertionError(_compared(answer, [status]))
    if flaws := problem_flaws(answer):
        raise AssertionError(f"the {status} is no problem document (RFC 9457): {', '.join(flaws)}")


def problem_flaws(answer: Answer) -> list[str]:
    """Return what keeps an error from being a problem document with `status` and `title` (RFC 9457)."""
    if not answer.content_type.lower().startswith(PROBLEM):
        return [f"its Content-Type is `{readable(answer.content_type, limit=60, keep='')}`"]
    try:
        problem = answer.object()
    except ProgramFault as fault:
        return [str(fault)]
    found: list[str] = []
    status, title = problem.get("status"), problem.get("title")
    # In Python `True` is a number; in JSON it is not.
    if status != answer.status_code or isinstance(status, bool):
        seen = readable(repr(status), limit=60, keep="")
        found.append(f"its `status` is `{seen}`, the answer's {answer.status_code}")
    if not isinstance(title, str) or not title:
        found.append("it has no `title`")
    return found


def _compared(answer: Answer, statuses: Sequence[int]) -> str:
    expected = ", ".join(map(status_words, statuses))
    return f"expected  {'one of ' if len(statuses) > 1 else ''}{expected}\nseen      {status_words(answer.status_code)}"
