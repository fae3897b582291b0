"""What many checks say of an answer: where it leads."""

from __future__ import annotations

import re
from urllib.parse import quote

from backend_katas.client import Answer


def leads_to(url: str, answer: Answer) -> None:
    """Judge a redirect to an ASCII target."""
    assert answer.status_code == 302
    assert goal(answer) == url


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


def _spelled(character: str) -> str:
    if character.isascii():
        return re.escape(character)
    return f"(?:{character}|(?i:{quote(character)}))"
