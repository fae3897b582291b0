"""GET /healthz and /readyz."""

from fastapi import APIRouter

from shortener import database
from shortener.services import Program

router = APIRouter()


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that the process lives, whatever is away."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(program: Program) -> dict[str, str]:
    """Say that the database can be reached; without Redis we are slower, not less ready."""
    await program.database.run(database.ping)
    return {"status": "ready"}
