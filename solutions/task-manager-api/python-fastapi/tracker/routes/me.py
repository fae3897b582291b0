"""`/me`: what the token says."""

from typing import Any

from fastapi import APIRouter

from tracker.database import Connection
from tracker.services import Asking, Program
from tracker.tokens import Caller

router = APIRouter()


@router.api_route("/me", methods=["GET", "HEAD"])
async def me(program: Program, caller: Asking) -> dict[str, Any]:
    """Say who is asking."""
    return await program.perform(caller, _claims)


async def _claims(_: Connection, caller: Caller) -> dict[str, Any]:
    return caller.model_dump()
