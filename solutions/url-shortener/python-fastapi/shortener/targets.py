"""Where a link may lead: absolute http and https addresses that are what they seem, and not ours."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote

from shortener import hosts

LONGEST = 2048  # Unicode code points
# RFC 3986, appendix B, for what is absolute. The rest is nobody's business but the target's.
ABSOLUTE = re.compile(r"(?P<scheme>[A-Za-z]+)://(?P<authority>[^/?#]*)(?P<rest>.*)", re.DOTALL)
AUTHORITY = re.compile(r"(?P<host>\[[^\[\]]*\]|[^\[\]:]+)(?P<colon>:(?P<port>[0-9]*))?")
DEFAULT_PORTS = {"http": 80, "https": 443}
BLANK = {"Cc", "Zs", "Zl", "Zp", "Cs"}  # control characters, every kind of white space, halves of surrogate pairs
ASCII = "".join(map(chr, range(0x21, 0x7F)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address, taken apart: `host` and `port` are canonical, `authority` is for a header, `rest` is as it was sent."""

    scheme: str
    host: str
    port: int
    authority: str
    rest: str

    @classmethod
    def parse(cls, url: str) -> "Target":
        """Read an address; raises ValueError with what is wrong, in words for the client."""
        if len(url) > LONGEST:
            raise ValueError(f"must not be longer than {LONGEST} characters")
        if any(unicodedata.category(character) in BLANK for character in url):
            raise ValueError("must not contain white space, control characters or halves of surrogate pairs")
        parts = ABSOLUTE.fullmatch(url)
        if not parts or parts["scheme"].lower() not in DEFAULT_PORTS:
            raise ValueError("must be an absolute address that begins with http:// or https://")
        return cls._of(**parts.groupdict())

    @classmethod
    def _of(cls, scheme: str, authority: str, rest: str) -> "Target":
        if "@" in authority:
            raise ValueError("must not contain a user name or a password")
        parts = AUTHORITY.fullmatch(authority)
        port = int(parts and parts["port"] or DEFAULT_PORTS[scheme.lower()])
        if not parts or port > 65_535:
            raise ValueError("must name a host, and a port if it is another than usual")
        host = hosts.canonical(parts["host"])
        if not authority.isascii():
            authority = host + (parts["colon"] or "")
        return cls(scheme=scheme, host=host, port=port, authority=authority, rest=rest)


def location(url: str) -> str:
    """Return a target as a header carries it: as it is, or if it is not ASCII by RFC 3987 section 3.1."""
    if url.isascii():
        return url
    target = Target.parse(url)
    return f"{target.scheme}://{target.authority}{quote(target.rest, safe=ASCII)}"


class Policy:
    """What is refused as a target: anything but a public kind of address, and the way back to ourselves."""

    def __init__(self, *, public_base_url: str, host: str, port: int):
        self._public = Target.parse(public_base_url)
        self._listening = hosts.canonical(f"[{host}]" if ":" in host else host)
        self._port = port

    def check(self, url: str) -> None:
        """Raise ValueError, with the reason in words for the client, if this must not become a link."""
        target = Target.parse(url)
        if self._is_public(target) or self._is_listening(target):
            raise ValueError("must not lead back here")

    def _is_public(self, target: Target) -> bool:
        return (target.host, target.port) == (self._public.host, self._public.port)

    def _is_listening(self, target: Target) -> bool:
        if target.port != self._port:
            return False
        return target.host == self._listening or (hosts.is_local(self._listening) and hosts.is_local(target.host))
