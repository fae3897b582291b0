"""The short link itself."""

from fastapi import APIRouter, Request, Response

from shortener import targets
from shortener.problems import gone, no_such_link
from shortener.services import Code, Program

router = APIRouter()


@router.api_route("/{code}", methods=["GET", "HEAD"])
async def follow(program: Program, code: Code, request: Request) -> Response:
    """Lead to the target; 302 and `no-store`, so that every click comes by here and a change reaches everybody."""
    destination = await program.destinations.find(code)
    if destination is None:
        raise no_such_link()
    if destination.is_gone():
        raise gone()
    if request.method == "GET":
        program.clicks.count(code)
    headers = {"Location": targets.location(destination.url), "Cache-Control": "private, no-store"}
    return Response(status_code=302, headers=headers)
