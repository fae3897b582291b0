"""`/healthz` and `/readyz`: is the process alive, and can it work?"""

from fastapi import APIRouter

from tracker.services import Program

router = APIRouter()


@router.api_route("/healthz", methods=["GET", "HEAD"])
async def healthz() -> dict[str, str]:
    """Say that the process lives, also while the database is away."""
    return {"status": "ok"}


@router.api_route("/readyz", methods=["GET", "HEAD"])
async def readyz(program: Program) -> dict[str, str]:
    """Say that the database answers, or 503."""
    await program.database.reach()
    return {"status": "ready"}
