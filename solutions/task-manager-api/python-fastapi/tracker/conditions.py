"""Entity tags and the conditions that name them: RFC 9110 sections 8.8.3 and 13.1."""

import re
from dataclasses import dataclass

from tracker.problems import Problem

ENTITY_TAG = re.compile(r'((?:W/)?"[\x21\x23-\x7e\x80-\xff]*")')


def entity_tag(version: int) -> str:
    """Return the strong tag of a version of a task."""
    return f'"{version}"'


def unchanged(if_none_match: str | None, version: int) -> bool:
    """Say whether the client already has this version; tags are compared weakly, so `W/` does not matter."""
    if if_none_match is None:
        return False
    tags = ENTITY_TAG.findall(if_none_match)
    return if_none_match.strip() == "*" or entity_tag(version) in [tag.removeprefix("W/") for tag in tags]


@dataclass(frozen=True, slots=True)
class IfMatch:
    """The header `If-Match`, or None where the client has sent none."""

    header: str | None

    def require(self, version: int) -> None:
        """Raise 428 where the header is missing (RFC 6585 section 3), 412 where it names another version."""
        if self.header is None:
            raise Problem(428, "if-match-required", "send the `ETag` of what you have seen as `If-Match`")
        self.honour(version)

    def honour(self, version: int) -> None:
        """Raise 412 where the header names another version; tags are compared strongly, so a weak one never matches."""
        if self.header is None or self.header.strip() == "*":
            return
        if entity_tag(version) not in ENTITY_TAG.findall(self.header):
            raise Problem(412, "changed-meanwhile", "the task is no longer as you have seen it")
