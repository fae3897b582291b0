"""GET /healthz."""

from fastapi import APIRouter

router = APIRouter()


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that the process lives, also while the database is away."""
    return {"status": "ok"}
