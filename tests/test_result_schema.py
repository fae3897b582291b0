"""`schemas/result.schema.json` describes what `Result.to_json` writes."""

from __future__ import annotations

import json
from dataclasses import fields
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from backend_katas.model import Check, Command, Earlier, Exchange, Level, Reason, Result, Status, TimeLimit


@pytest.fixture
def schema() -> dict[str, Any]:
    """The schema as it is installed."""
    return json.loads((files("backend_katas") / "schemas" / "result.schema.json").read_text("utf-8"))


@pytest.fixture
def document() -> dict[str, Any]:
    """A result with a check of every status, as it is written down."""
    exchanges = (_exchange(status=200, problem=""), _exchange(status=None, problem="the program closed the connection"))
    checks = (
        _check(status=Status.PASSED, earned=10),
        _check(
            status=Status.FAILED, message="expected  200 OK", exchanges=exchanges, log="boom", statements=("BEGIN",)
        ),
        _check(status=Status.FAILED, commands=(_command(exit_code=2, problem=""), _command(problem="did not end"))),
        _check(status=Status.FAILED, reason=Reason.BUILD),
        _check(status=Status.SKIPPED, reason=Reason.START),
        _check(status=Status.SKIPPED, reason=Reason.UNAVAILABLE),
        _check(status=Status.ERROR, message="the grader broke"),
        _check(status=Status.PASSED, earned=10, chancy=True, earlier=_earlier(exchanges)),
        _check(status=Status.SKIPPED, reason=Reason.TIME),
    )
    result = Result(
        kata="greeter",
        pack={"name": "mini", "version": "0"},
        submission="mine",
        seed=7,
        services={"postgres": "embedded 18.6"},
        isolation="bwrap: 2048 MiB memory, 1.5 processors",
        limits={"memory": 2 << 30, "processors": 1.5},
        versions={"katas": "0.1.0", "python": "3.11.7", "kernel": "Linux 6.18.44", "bwrap": "0.8.0"},
        started_at="2026-11-20T05:00:00+00:00",
        seconds=1.5,
        levels=(Level(id="hello", title="Say hello", points=60, summary="Greet."),),
        checks=checks,
        time_limit=TimeLimit(seconds=900.0, waiting_for="the answer to `GET /slow`"),
    )
    return json.loads(result.to_json())


def _check(*, status: Status, **given: Any) -> Check:
    return Check(
        **{"id": "test_hello.py::test_a", "level": "hello", "title": "Greets", "points": 10, "earned": 0} | given,
        status=status,
    )


def _earlier(exchanges: tuple[Exchange, ...]) -> Earlier:
    return Earlier(
        status=Status.FAILED,
        message="too late",
        exchanges=exchanges,
        commands=(_command(exit_code=2, problem=""),),
        log="busy",
        statements=("BEGIN",),
        seconds=0.2,
    )


def _exchange(*, status: int | None, problem: str) -> Exchange:
    return Exchange(
        method="POST",
        path="/hello",
        request_headers={"Content-Type": "application/json"},
        request_body="{}",
        status=status,
        response_headers={},
        response_body="",
        problem=problem,
        seconds=0.01,
    )


def _command(*, exit_code: int | None = None, problem: str) -> Command:
    return Command(
        command="./shout",
        arguments=("a", ""),
        environment={"MARK": "!"},
        stdin="",
        exit_code=exit_code,
        stdout="A",
        stderr="",
        problem=problem,
        seconds=0.01,
    )


def test_the_schema_is_a_schema(schema):
    """It keeps the rules of its own draft."""
    Draft202012Validator.check_schema(schema)


def test_a_result_is_valid(schema, document):
    """Whatever comes of a check, the result is what the schema says."""
    errors = [error.message for error in Draft202012Validator(schema).iter_errors(document)]

    assert errors == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"schema": 2}, "1 was expected"),
        ({"status": "not-checked"}, "'not-checked' is not one of"),
        ({"score": 7.5}, "7.5 is not of type 'integer'"),
        ({"host": "laptop"}, "'host' was unexpected"),
    ],
)
def test_another_document_is_refused(schema, document, change, told):
    """Another schema, an unknown status, half a point or a member that nobody described."""
    with pytest.raises(ValidationError, match=told):
        Draft202012Validator(schema).validate(document | change)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("check", Check), ("earlier", Earlier), ("exchange", Exchange), ("command", Command)],
)
def test_every_field_is_described(schema, name, kind):
    """A new field of a check, an exchange or a command is a change of the format, and stands in its schema.

    Those that results of before do not have, and most of today neither, may be missing.
    """
    assert set(schema["$defs"][name]["properties"]) == {entry.name for entry in fields(kind)}
    missing = set(schema["$defs"][name]["properties"]) - set(schema["$defs"][name]["required"])
    assert missing == ({"chancy", "earlier"} if kind is Check else set())


def test_every_status_and_reason_is_described(schema):
    """The enumerations are those of the model."""
    assert schema["$defs"]["status"]["enum"] == list(Status)
    assert schema["$defs"]["check"]["properties"]["reason"]["enum"] == [*Reason, None]


def test_the_end_of_a_run_is_described(schema, document):
    """Its fields are those of the model, and a run that was not ended has no such member."""
    described = schema["properties"]["time_limit"]
    without = {name: value for name, value in document.items() if name != "time_limit"}

    Draft202012Validator(schema).validate(without)
    assert set(described["properties"]) == set(described["required"]) == {entry.name for entry in fields(TimeLimit)}


def test_what_is_seldom_is_left_out(document):
    """A check that was run once, and depends on nothing, does not speak of it."""
    assert {"chancy", "earlier"}.isdisjoint(document["checks"][0])
    assert {"chancy", "earlier"} <= document["checks"][-2].keys()


def test_a_variant_is_described(schema, document):
    """A result has its seed and values, or has no such member."""
    validator = Draft202012Validator(schema)

    validator.validate(document | {"variant": {"seed": 17, "values": {"times": 3, "option": "loud"}}})
    with pytest.raises(ValidationError, match="None is not of type 'object'"):
        validator.validate(document | {"variant": None})
    with pytest.raises(ValidationError, match="'seed' is a required property"):
        validator.validate(document | {"variant": {"values": {}}})
    assert "variant" not in document
