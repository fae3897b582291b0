"""Errors as answers: RFC 9457, application/problem+json. No answer ever shows a stack trace."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class Problem(Exception):
    """Raised anywhere below a route; becomes the answer."""

    def __init__(
        self, status: int, kind: str = "", detail: str = "", *, headers: Mapping[str, str] | None = None, **members: Any
    ):
        super().__init__(kind or status)
        self.status, self.kind, self.detail = status, kind, detail
        self.headers, self.members = dict(headers or {}), members

    def response(self) -> JSONResponse:
        """Build the answer."""
        body = {
            "type": f"urn:problem:{self.kind}" if self.kind else "about:blank",
            "title": (self.kind.replace("-", " ") or HTTPStatus(self.status).phrase).capitalize(),
            "status": self.status,
        }
        if self.detail:
            body["detail"] = self.detail
        return JSONResponse(body | self.members, self.status, self.headers, media_type="application/problem+json")


def no_such(thing: str) -> Problem:
    """Say that a thing is not there, or that nobody may know that it is."""
    return Problem(404, f"no-such-{thing}")


def invalid_parameter(name: str, detail: str) -> Problem:
    """Refuse the value of a query parameter."""
    return Problem(400, "invalid-parameter", f"`{name}` {detail}")


def install(app: FastAPI) -> None:
    """Turn every exception into a problem."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(Exception, _bug)


async def _problem(_: Request, problem: Problem) -> Response:
    return problem.response()


async def _http_exception(request: Request, error: HTTPException) -> Response:
    """Answer what the router refuses: a path nobody serves, and a method that its path does not know.

    OPTIONS is such a method everywhere: the list of those that are known is what it asks for (RFC 9110 section 9.3.7).
    """
    if error.status_code != 405:
        return Problem(error.status_code, headers=error.headers).response()
    headers = {"Allow": ", ".join([*(method for method in METHODS if _has_route(request, method)), "OPTIONS"])}
    return Response(None, 204, headers) if request.method == "OPTIONS" else Problem(405, headers=headers).response()


def _has_route(request: Request, method: str) -> bool:
    scope = {**request.scope, "method": method}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)


async def _bug(_: Request, __: Exception) -> Response:
    """Answer a bug; the server logs the trace."""
    return Problem(500).response()
