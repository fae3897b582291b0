"""Likely causes are found in what real tools write."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_katas.program.diagnosis import Outcome, cause_in, ending, port_in_use


@pytest.mark.parametrize(
    ("output", "ports"),
    [
        (
            "ERROR: [Errno 98] error while attempting to bind on address ('127.0.0.1', 8000): address already in use",
            {8000},
        ),
        ("Error: listen EADDRINUSE: address already in use :::3000", {3000}),
        ("listen tcp 127.0.0.1:8080: bind: address already in use", {8080}),
        ("Web server failed to start. Port 8080 was already in use.", {8080}),
        ("[ERROR] Connection in use: ('127.0.0.1', 8000)", {8000}),
        ("Port 5000 is in use by another program.", {5000}),
        ("OSError: [Errno 98] Address already in use", set()),
        ("OSError: [Errno 48] Address already in use", set()),
        ("listening on port 8080", None),
    ],
)
def test_port_in_use(output: str, ports: set[int] | None) -> None:
    """The port is read out of each framework's complaint; an error number is none."""
    assert port_in_use(output) == ports


@pytest.mark.parametrize(
    ("output", "code", "cause"),
    [
        ("ModuleNotFoundError: No module named 'flask.ext'", 1, "`flask.ext`"),
        ("/usr/bin/python3: No module named uvicorn", 1, "`uvicorn`"),
        ("Error: Cannot find module 'express'", 1, "`express`"),
        ("Error [ERR_MODULE_NOT_FOUND]: Cannot find package '@fastify/cors' imported from /x", 1, "`@fastify/cors`"),
        ("Error: Cannot find module '/srv/app/server.js'", 1, "there is no `server.js`"),
        ("python: can't open file '/srv/app/main.py': [Errno 2] No such file", 2, "there is no `main.py`"),
        ("Error: Unable to access jarfile target/app.jar", 1, "there is no `target/app.jar`"),
        ("main.go:4:2: no required module provides package github.com/x/y; to add it:", 1, "`github.com/x/y`"),
        ("/bin/sh: 1: uv: not found", 127, "`uv` is not installed"),
        ("/bin/sh: uv: command not found", 127, "`uv` is not installed"),
        ("/bin/sh: line 1: uv: command not found", 127, "`uv` is not installed"),
        ("sh: 1: uv: Permission denied", 127, "`uv` is not installed"),
        ("npm ERR! network request failed, reason: getaddrinfo ENOTFOUND registry.example.org", 1, "network"),
        ("", -9, "memory"),
        ("Killed", 137, "memory"),
    ],
)
def test_cause(output: str, code: int, cause: str) -> None:
    """Each is named in words, with something to do."""
    found = cause_in(Outcome(code=code, output=f"before\n{output}\nafter", folder=Path("/srv/app")))

    assert found
    assert cause in found.text
    assert found.hint


def test_no_cause() -> None:
    """Nothing is invented where nothing is recognised."""
    assert cause_in(Outcome(code=1, output="ValueError: 42", folder=Path("/srv/app"))) is None


def test_ending() -> None:
    """Exit codes and signals, behind a shell too, are told in words."""
    assert ending(3) == "exited with code 3"
    assert ending(-15) == "was ended by SIGTERM"
    assert ending(143) == "exited with code 143 (SIGTERM)"
    assert ending(255) == "exited with code 255"
