"""A link as anybody sees it, and as its owner changes it."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Response

from shortener import clicks, coherence, links, tokens
from shortener.bodies import LinkChange, json_body
from shortener.database import Connection
from shortener.links import Link
from shortener.problems import Problem, gone, no_such_link, refusing
from shortener.services import Code, Program, Token

router = APIRouter(prefix="/api/links/{code}")


@router.get("")
async def show(program: Program, code: Code) -> dict[str, Any]:
    """Show a link to anybody, fresh from the database."""
    link = await program.database.run(links.find, code)
    if link is None:
        raise no_such_link()
    if links.has_passed(link.expires_at):
        raise gone()
    return link.public(program.settings.public_base_url)


@router.patch("")
async def change(
    program: Program, code: Code, token: Token, body: Annotated[LinkChange, json_body(LinkChange)]
) -> dict[str, Any]:
    """Change what the body names."""
    with refusing("#/url"):
        if "url" in body.model_fields_set:
            program.policy.check(body.url)
    link, note = await program.database.transact(_change, code, token, body)
    await program.coherence.settle(code, note)
    return link.public(program.settings.public_base_url)


async def _change(connection: Connection, code: str, token: str, body: LinkChange) -> tuple[Link, int]:
    await _own(connection, code, token)
    if "url" in body.model_fields_set:
        await links.change_url(connection, code, body.url)
    if "expires_in" in body.model_fields_set:
        lifetime = None if body.expires_in is None else timedelta(seconds=body.expires_in)
        await links.change_lifetime(connection, code, lifetime)
    return await links.find(connection, code), await coherence.note(connection, code)


@router.delete("", status_code=204)
async def delete(program: Program, code: Code, token: Token) -> Response:
    """End a link for good."""
    note = await program.database.transact(_delete, code, token)
    await program.coherence.settle(code, note)
    return Response(status_code=204)


async def _delete(connection: Connection, code: str, token: str) -> int:
    await _own(connection, code, token)
    await links.delete(connection, code)
    return await coherence.note(connection, code)


@router.get("/stats")
async def stats(program: Program, code: Code, token: Token, response: Response) -> dict[str, Any]:
    """Show the clicks to the owner, also of a link that has expired."""
    response.headers["Cache-Control"] = "no-store"
    return await program.database.transact(_statistics, code, token)


async def _statistics(connection: Connection, code: str, token: str) -> dict[str, Any]:
    await _own(connection, code, token)
    return await clicks.statistics(connection, code)


async def _own(connection: Connection, code: str, token: str) -> None:
    """Let the owner through and hold the link, so that of two changes at once the later one sees the earlier."""
    link = await links.hold(connection, code)
    if link is None:
        raise no_such_link()
    if not tokens.fits(token, link.token_hash):
        raise Problem(401, "invalid-token", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
