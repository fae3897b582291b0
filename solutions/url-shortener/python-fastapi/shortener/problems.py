"""Errors as answers: RFC 9457, application/problem+json. No answer ever shows a stack trace."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

METHODS = ("GET", "HEAD", "POST", "PATCH", "DELETE")


class Problem(Exception):
    """Raised anywhere below a route; becomes the answer."""

    def __init__(
        self, status: int, kind: str = "", detail: str = "", *, headers: Mapping[str, str] | None = None, **members: Any
    ):
        super().__init__(kind or status)
        self.status, self.kind, self.detail = status, kind, detail
        self.headers, self.members = dict(headers or {}), members

    def response(self) -> JSONResponse:
        """Build the answer; a 401 always says how to authenticate (RFC 9110 section 15.5.2)."""
        headers = {"Cache-Control": "no-store", **self.headers}
        if self.status == 401:
            headers.setdefault("WWW-Authenticate", "Bearer")
        body = {
            "type": f"urn:problem:{self.kind}" if self.kind else "about:blank",
            "title": (self.kind.replace("-", " ") or HTTPStatus(self.status).phrase).capitalize(),
            "status": self.status,
        }
        if self.detail:
            body["detail"] = self.detail
        return JSONResponse(body | self.members, self.status, headers, media_type="application/problem+json")


def invalid(pointer: str, detail: str) -> Problem:
    """Refuse one member of a body."""
    return Problem(422, "invalid-body", errors=[{"pointer": pointer, "detail": detail}])


@contextmanager
def refusing(pointer: str) -> Iterator[None]:
    """Turn the ValueError of a rule into the refusal of the member that breaks it."""
    try:
        yield
    except ValueError as error:
        raise invalid(pointer, str(error)) from None


def no_such_link() -> Problem:
    """Say that nobody made this link, or that it was deleted."""
    return Problem(404, "no-such-link")


def gone() -> Problem:
    """Say that there was a link, and that it will not come back by itself."""
    return Problem(410, "link-is-gone")


def unavailable() -> Problem:
    """Say that the database is away, and when to ask again."""
    return Problem(503, "unavailable", "the database does not answer, try again", headers={"Retry-After": "1"})


def install(app: FastAPI) -> None:
    """Turn every exception into a problem."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(Exception, _bug)


async def _problem(_: Request, problem: Problem) -> JSONResponse:
    return problem.response()


async def _http_exception(request: Request, error: HTTPException) -> JSONResponse:
    """Answer what the framework itself refuses: 404, and 405 with the methods of all routes of that path."""
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(method for method in METHODS if _has_route(request, method))
    return Problem(error.status_code, headers=headers).response()


def _has_route(request: Request, method: str) -> bool:
    scope = {**request.scope, "method": method}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)


async def _bug(_: Request, __: Exception) -> JSONResponse:
    """Answer a bug; the server logs the trace."""
    return Problem(500).response()
