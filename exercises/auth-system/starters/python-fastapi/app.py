"""An authentication system, level by level: `BRIEF.md` says what each route does, `README.md` how to check it."""

import os

from fastapi import FastAPI
from fastapi.responses import JSONResponse

# Everything the program is told comes from the environment; `BRIEF.md` lists the names.
DATABASE_URL = os.environ.get("DATABASE_URL", "")

app = FastAPI(title="auth-system")


def problem(status: int, title: str) -> JSONResponse:
    """An error in the form that every answer of this kata uses: RFC 9457, application/problem+json."""
    body = {"type": "about:blank", "title": title, "status": status}
    return JSONResponse(body, status, media_type="application/problem+json")


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that the program is up; the checks begin at the first 200."""
    return {"status": "ok"}


# Level 1: sign up. Start here.
#
# Read the JSON body, refuse what the brief refuses, hash the password with argon2-cffi (already in
# requirements.txt), write one row, answer 201. The database is empty at first: make your tables when the program starts.
@app.post("/auth/signup")
async def signup() -> JSONResponse:
    """Create an account."""
    return problem(501, "signup is not written yet")


# Level 2: log in, and say who is logged in.
#
#   POST /auth/login
#   GET  /auth/me
