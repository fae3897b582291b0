"""Methods, media types, sizes, conditions and errors mean what HTTP says they mean."""

from backend_katas.client import Answer, problem_flaws
from backend_katas.grader import points

JSON = {"Content-Type": "application/json"}
MEBIBYTE = 1_048_576  # bytes
CREATED = (201, 200)  # which of them it has to be is for crud-1
ITSELF, TRANSITIONS, COMMENTS = "{task}", "{task}/transitions", "{task}/comments"
KNOWN = {
    "/tasks": {"GET", "POST"},
    ITSELF: {"GET", "PUT", "PATCH", "DELETE"},
    TRANSITIONS: {"POST"},
    COMMENTS: {"GET", "POST"},
    "/me": {"GET"},
    "/healthz": {"GET"},
}


@points(1, clause="http-semantics-1")
def test_a_wrong_method_is_told(asha):
    """A method that a path does not know is 405, with an Allow header that names those it knows.

    RFC 9110 section 15.5.6: without Allow a client can only guess what else it may try.
    """
    task = asha.task()

    for path, known in KNOWN.items():
        for method in ("PUT", "DELETE", "PATCH", "GET"):
            if method not in known:
                answer = asha.api.request(method, path.format(task=task.path))
                assert answer.status_code == 405, f"{method} {path}"
                assert known <= _allowed(answer), f"Allow of {path}"
                assert method not in _allowed(answer), f"Allow of {path} names {method}"


@points(1, clause="http-semantics-2")
def test_a_form_nobody_has_is_not_acceptable(asha):
    """A request that accepts no JSON is 406 and does nothing; one that accepts it somehow is answered.

    A client that cannot read the answer should learn that before something has happened (RFC 9110 section 15.5.7).
    """
    task, title = asha.task(), "Only for HTML"
    paths = ("/tasks", task.path, f"{task.path}/comments", "/me")

    for accept in ("text/html", "image/png, text/*;q=0.5", "application/json;q=0", "application/xml"):
        for path in paths:
            assert asha.api.get(path, headers={"Accept": accept}).status_code == 406, f"Accept: {accept}"
    refused = asha.api.post("/tasks", json={"title": title}, headers={"Accept": "text/html"})
    assert refused.status_code == 406
    assert title not in [item.member("title") for item in asha.all()], "the 406 has created a task"
    for accept in (
        "*/*",
        "application/*",
        "text/html, application/json;q=0.1",
        "Application/JSON",
        "text/html, */*;q=0.1",
    ):
        for path in paths:
            assert asha.api.get(path, headers={"Accept": accept}).status_code == 200, f"Accept: {accept}"


@points(1, clause="http-semantics-3")
def test_a_body_that_is_too_large_is_refused(asha):
    """A body of more than 1 MiB is 413, told beforehand or sent in chunks; a smaller one is read.

    Whoever reads everything that comes can be filled up by anybody, and in chunks no length warns (RFC 9110, 15.5.14).
    """
    large = _padded(MEBIBYTE + 1)

    read = asha.api.post("/tasks", data=_padded(MEBIBYTE), headers=JSON)
    told = asha.api.post("/tasks", data=large, headers=JSON)
    chunks = iter([large[start : start + 65_536] for start in range(0, len(large), 65_536)])
    chunked = asha.api.post("/tasks", data=chunks, headers=JSON)
    small = asha.api.post("/tasks", data=iter([b'{"title": ', b'"in chunks"}']), headers=JSON)

    assert read.status_code in CREATED, "a body of 1,048,576 bytes"
    assert told.status_code == 413, "a body of 1,048,577 bytes, with Content-Length"
    assert chunked.status_code == 413, "a body of 1,048,577 bytes, in chunks"
    assert small.status_code in CREATED, "a small body in chunks"


@points(1, clause="http-semantics-4")
def test_another_media_type_is_refused(asha):
    """A body that is not called JSON is 415; application/json with charset, and a merge patch for PATCH, are fine.

    Guessing what a body is makes one program of many that read it differently (RFC 9110 section 15.5.16).
    """
    task = asha.task()
    body = b'{"title": "Buy milk"}'
    sends = {
        "POST /tasks": lambda headers: asha.api.post("/tasks", data=body, headers=headers),
        "POST comments": lambda headers: asha.api.post(f"{task.path}/comments", data=body, headers=headers),
        "POST transitions": lambda headers: asha.api.post(f"{task.path}/transitions", data=body, headers=headers),
        "PUT": lambda headers: asha.api.put(task.path, data=body, headers={**headers, "If-Match": asha.tag(task)}),
        "PATCH": lambda headers: asha.api.patch(task.path, data=body, headers={**headers, "If-Match": asha.tag(task)}),
    }

    for name, send in sends.items():
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
            assert send({"Content-Type": kind}).status_code == 415, f"{name} of {kind}"
        assert send({}).status_code == 415, f"{name} without a Content-Type"
    for kind in ("application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"):
        assert sends["POST /tasks"]({"Content-Type": kind}).status_code in CREATED, f"POST of {kind}"
        assert _patched(asha, task, kind).status_code == 200, f"PATCH of {kind}"
    assert _patched(asha, task, "application/merge-patch+json").status_code == 200


@points(1, clause="http-semantics-5")
def test_head_is_get_without_a_body(asha):
    """HEAD answers with the status, Content-Type and ETag of GET, and without a body.

    RFC 9110 section 9.3.2; caches and link checkers ask this way.
    """
    task = asha.task()

    for path in ("/tasks", task.path, f"{task.path}/comments", "/me", "/tasks/none-of-yours"):
        got, head = asha.api.get(path), asha.api.head(path)
        assert head.status_code == got.status_code, f"HEAD {path}"
        assert got.status_code in (200, 404), f"GET {path}"
        assert head.content_type == got.content_type, f"HEAD {path}"
        assert head.headers.get("ETag") == got.headers.get("ETag"), f"HEAD {path}"
    assert asha.api.head(task.path).status_code == 200


@points(1, clause="http-semantics-6")
def test_options_tells_the_methods(asha, api):
    """OPTIONS answers 200 or 204 with Allow, without a token."""
    task = asha.task()

    for path, known in KNOWN.items():
        answer = api.options(path.format(task=task.path))
        assert answer.status_code in (200, 204), f"OPTIONS {path}"
        assert known <= _allowed(answer), f"Allow of {path}"


@points(1, clause="http-semantics-7")
def test_a_204_has_no_body_and_a_second_delete_does_nothing(asha):
    """DELETE answers 204 without a body; the same again is 404 and changes nothing more.

    What a repeated DELETE leaves behind is the same, though its answer differs (RFC 9110 sections 9.2.2, 15.3.5).
    """
    task, other = asha.task(), asha.task()

    first, second = asha.remove(task), asha.remove(task)

    assert first.status_code == 204
    assert first.headers.get("Content-Length", "0") == "0", "a 204 with a Content-Length"
    assert "Transfer-Encoding" not in first.headers, "a 204 with a Transfer-Encoding"
    assert second.status_code == 404
    assert asha.see(other).status_code == 200


@points(1, clause="http-semantics-8")
def test_what_has_not_changed_is_not_sent_again(asha):
    """GET with the present ETag in If-None-Match is 304 without a body, and 200 after a change.

    If-None-Match compares weakly, and may hold a list or an asterisk (RFC 9110 section 13.1.2).
    """
    task = asha.task()
    tag = asha.see(task).headers.get("ETag", "")
    assert tag, "the task has no ETag"

    for condition in (tag, f'"another", {tag}', f"W/{tag}", "*"):
        answer = asha.api.get(task.path, headers={"If-None-Match": condition})
        assert answer.status_code == 304, f"If-None-Match: {condition}"
        assert answer.headers.get("ETag") == tag, "the 304 has not the ETag of a 200"
    assert asha.api.get(task.path, headers={"If-None-Match": '"another", "one"'}).status_code == 200
    assert asha.patch(task, {"title": "Buy oat milk"}).status_code == 200
    changed = asha.api.get(task.path, headers={"If-None-Match": tag})
    assert changed.status_code == 200, "the task has changed since"
    assert changed.member("title") == "Buy oat milk"


@points(1, clause="http-semantics-9")
def test_every_error_is_a_problem(asha, api):
    """Every error is application/problem+json with a title and its own status, whatever is wrong.

    One shape for all errors, the framework's own included, is what a client can be written against (RFC 9457).
    """
    task = asha.task()
    answers = {
        "an unknown path": asha.api.get("/nowhere"),
        "an unknown path without a token": api.get("/nowhere"),
        "an unknown task": asha.api.get("/tasks/none-of-yours"),
        "a wrong method": asha.api.delete("/tasks"),
        "no token": api.get("/tasks"),
        "a bad token": api.as_bearer("not.a.token").get("/me"),
        "nothing acceptable": asha.api.get("/me", headers={"Accept": "text/html"}),
        "a body that is too large": asha.api.post("/tasks", data=_padded(1_100_000), headers=JSON),
        "another media type": asha.api.post("/tasks", data="x", headers={"Content-Type": "text/plain"}),
        "malformed JSON": asha.api.post("/tasks", data="{", headers=JSON),
        "a task that is not valid": asha.post({"title": ""}),
        "a bad parameter": asha.api.get("/tasks", params={"limit": "0"}),
        "no If-Match": asha.api.patch(task.path, json={"title": "x"}),
        "a stale If-Match": asha.patch(task, {"title": "x"}, tag='"another"'),
        "an illegal move": asha.move(task, "archived"),
    }

    # What was let through is told by the checks that are about it.
    errors = {what: answer for what, answer in answers.items() if answer.status_code >= 400}
    for what in ("an unknown path", "an unknown task", "malformed JSON"):
        assert what in errors, f"{what} was no error"
    for what, answer in errors.items():
        assert answer.status_code < 500, what
        assert not problem_flaws(answer), f"the {answer.status_code} for {what} is no problem document"


@points(1, clause="http-semantics-10")
def test_errors_have_an_order(asha, api):
    """Of several errors the first is told: path, method, Accept, size, what is not there, media type, then the JSON.

    A request is looked at from the outside in; an answer about the inside of what is not there says too much.
    """
    task = asha.task()
    text, html = {"Content-Type": "text/plain"}, {"Accept": "text/html"}

    expected = {
        "an unknown path, and no token": (api.post("/nowhere", data="{", headers=text), 404),
        "a wrong method, and no token": (api.delete("/tasks"), 405),
        "a wrong method, and another form": (asha.api.delete("/tasks", headers=html), 405),
        "another form, and no such task": (asha.api.get("/tasks/none-of-yours", headers=html), 406),
        "no such task, and another media type": (asha.api.patch("/tasks/none-of-yours", data="{", headers=text), 404),
        "no such task, and broken JSON": (asha.api.put("/tasks/none-of-yours", data="{", headers=JSON), 404),
        "no such task, and a bad parameter": (asha.api.get("/tasks/none-of-yours/comments", params={"limit": 0}), 404),
        "another media type, and broken JSON": (asha.api.post("/tasks", data="{", headers=text), 415),
        "broken JSON, and no If-Match": (asha.api.patch(task.path, data="{", headers=JSON), 400),
    }

    for what, (answer, status) in expected.items():
        assert answer.status_code == status, what


def _allowed(answer: Answer) -> set[str]:
    return {method.strip().upper() for method in answer.headers.get("Allow", "").split(",")} - {""}


def _padded(size: int) -> bytes:
    """Return a good task of so many bytes, most of which are blanks between its members."""
    start, end = b'{"title": "Buy milk",', b'"description": "x"}'
    return start + b" " * (size - len(start) - len(end)) + end


def _patched(person, task, kind: str) -> Answer:
    headers = {"Content-Type": kind, "If-Match": person.tag(task)}
    return person.api.patch(task.path, data=b'{"title": "Buy milk"}', headers=headers)
