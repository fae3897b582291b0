"""What every route works with, and what they all read from a request."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from shortener import codes
from shortener.clicks import Clicks
from shortener.codes import Codes
from shortener.coherence import Coherence
from shortener.database import Database
from shortener.destinations import Destinations
from shortener.problems import Problem, no_such_link
from shortener.settings import Settings
from shortener.targets import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of the program, made once."""

    settings: Settings
    database: Database
    coherence: Coherence
    destinations: Destinations
    clicks: Clicks
    codes: Codes
    policy: Policy


def _services(request: Request) -> Services:
    return request.app.state.services


def _peer(request: Request) -> str:
    """Say who opened the connection. What a header claims does not count: anybody can write it (ASVS 4.1.3)."""
    return request.client.host if request.client else ""


def _code(code: str) -> str:
    """Refuse what can be no code before anybody is asked for it."""
    if not codes.may_exist(code):
        raise no_such_link()
    return code


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Problem(401, "management-token-wanted")
    return token.strip()


Program = Annotated[Services, Depends(_services)]
Peer = Annotated[str, Depends(_peer)]
Code = Annotated[str, Depends(_code)]
Token = Annotated[str, Depends(_token)]
