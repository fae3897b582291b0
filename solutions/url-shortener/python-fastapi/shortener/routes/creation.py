"""POST /api/links."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from shortener import codes, coherence, creation_limit, first_answers, links, tokens
from shortener.bodies import NewLink, json_body
from shortener.database import Connection
from shortener.first_answers import Answer, Repeatable
from shortener.links import Draft, Link
from shortener.problems import Problem, refusing
from shortener.services import Peer, Program, Services

router = APIRouter(prefix="/api/links")


@dataclass(frozen=True, slots=True)
class Created:
    """An answer, and the number of the note that the cache has to forget its code."""

    answer: Answer
    note: int | None = None


@router.post("", status_code=201)
async def create(
    program: Program, peer: Peer, request: Request, body: Annotated[NewLink, json_body(NewLink)]
) -> JSONResponse:
    """Make a link, or say again what was said when the same request came first; only the former counts for the limit."""
    _check(program, body)
    repeatable = Repeatable.of(request, peer, body)
    if repeatable and (answer := await program.database.run(first_answers.find, repeatable)):
        return _told(program, answer)
    await program.database.run(creation_limit.count, peer, program.settings.create_limit_per_minute)
    created = await program.database.transact(_create, program, body, repeatable)
    if created.note:  # the cache may know that there is no such link
        await program.coherence.settle(created.answer.link["code"], created.note)
    return _told(program, created.answer)


def _check(program: Services, body: NewLink) -> None:
    with refusing("#/url"):
        program.policy.check(body.url)
    with refusing("#/alias"):
        if body.alias is not None:
            codes.check_alias(body.alias)


async def _create(connection: Connection, program: Services, body: NewLink, repeatable: Repeatable | None) -> Created:
    if repeatable:
        await first_answers.reserve(connection, repeatable)
        if answer := await first_answers.find(connection, repeatable):  # came to an end after we looked
            return Created(answer)
    nonce = tokens.new_nonce()
    link = await _insert(connection, program, body, tokens.token(program.settings.secret_key, nonce))
    answer = Answer(link=link.public(program.settings.public_base_url), nonce=nonce)
    if repeatable:
        await first_answers.keep(connection, repeatable, answer)
    return Created(answer, await coherence.note(connection, link.code))


async def _insert(connection: Connection, program: Services, body: NewLink, token: str) -> Link:
    lifetime = None if body.expires_in is None else timedelta(seconds=body.expires_in)
    draft = Draft(url=body.url, token_hash=tokens.digest(token), lifetime=lifetime)
    if body.alias is None:
        link = await links.insert_anywhere(connection, program.codes, draft)
        problem = Problem(503, "no-code-left")
    else:
        link = await links.insert(connection, body.alias, draft)
        problem = Problem(409, "alias-taken")
    if link is None:
        raise problem
    return link


def _told(program: Services, answer: Answer) -> JSONResponse:
    """Say what was made, and for once the token."""
    token = tokens.token(program.settings.secret_key, answer.nonce)
    headers = {"Location": f"/api/links/{answer.link['code']}", "Cache-Control": "no-store"}
    return JSONResponse(answer.link | {"management_token": token}, 201, headers)
