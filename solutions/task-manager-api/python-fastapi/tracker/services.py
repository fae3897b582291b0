"""What every route works with, and who is asking."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Concatenate, ParamSpec, TypeVar

from fastapi import Depends, Request

from tracker import content, people
from tracker.accept import require_json
from tracker.conditions import IfMatch
from tracker.content import Content
from tracker.cursors import Cursors
from tracker.database import Connection, Database
from tracker.tokens import Caller, Tokens

Arguments = ParamSpec("Arguments")
Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of the program, made once."""

    database: Database
    tokens: Tokens
    cursors: Cursors

    async def perform(
        self,
        caller: Caller,
        work: Callable[Concatenate[Connection, Caller, Arguments], Awaitable[Outcome]],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Outcome:
        """Await `work(connection, caller, ...)`, and keep the caller's name."""

        async def visit(connection: Connection) -> Outcome:
            await people.remember(connection, caller)
            return await work(connection, caller, *args, **kwargs)

        return await self.database.run(visit)


def _services(request: Request) -> Services:
    return request.app.state.services


Program = Annotated[Services, Depends(_services)]


async def _caller(request: Request, program: Program) -> Caller:
    """Judge the token, then `Accept`: the order of refusals is the brief's."""
    caller = program.tokens.caller(request.headers.get("authorization", ""))
    require_json(",".join(request.headers.getlist("accept")))
    return caller


Asking = Annotated[Caller, Depends(_caller)]


async def _content(request: Request, _: Asking) -> Content:
    """Read the body only of those who may send one."""
    return await content.read(request)


async def _if_match(request: Request) -> IfMatch:
    return IfMatch(", ".join(request.headers.getlist("if-match")) if "if-match" in request.headers else None)


Sent = Annotated[Content, Depends(_content)]
Condition = Annotated[IfMatch, Depends(_if_match)]
