"""What many checks say of an answer: where it leads, that it is a problem, when it says something happened."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import quote

from backend_katas.client import Answer


def leads_to(url: str, answer: Answer) -> None:
    """Judge a redirect to an ASCII target."""
    assert answer.status_code == 302
    assert goal(answer) == url


def is_problem(status: int, answer: Answer) -> None:
    """Judge an error by RFC 9457."""
    assert answer.status_code == status
    assert answer.content_type.startswith("application/problem+json"), "the error is no problem document (RFC 9457)"
    assert answer.member("status", int) == status
    assert answer.member("title", str), "the problem has no title"


def goal(answer: Answer) -> str:
    """Return where a redirect leads; a header with other bytes than ASCII is read as UTF-8."""
    return answer.headers.get("Location", "").encode("latin-1", "replace").decode("utf-8", "replace")


def spellings(url: str) -> re.Pattern[str]:
    """Return what `Location` may say for a target: other characters raw or percent-encoded, a host in punycode too."""
    scheme, _, rest = url.partition("://")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    host = "".join(map(_spelled, authority))
    if not authority.isascii():
        host = f"(?:{host}|(?i:{re.escape(authority.encode('idna').decode())}))"
    return re.compile(re.escape(f"{scheme}://") + host + "".join(map(_spelled, rest[len(authority) :])))


def moment(answer: Answer, member: str) -> datetime:
    """Return a member that is an RFC 3339 time with its zone."""
    text = answer.member(member, str)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise AssertionError(f"`{member}` is no RFC 3339 time: `{text[:40]}`") from None
    assert time.tzinfo is not None, f"`{member}` has neither `Z` nor an offset: `{text[:40]}`"
    return time


def _spelled(character: str) -> str:
    if character.isascii():
        return re.escape(character)
    return f"(?:{character}|(?i:{quote(character)}))"
