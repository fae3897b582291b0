"""Two changes at one moment do not overwrite each other, and a request that is sent twice happens once."""

from backend_katas.client import Call
from backend_katas.grader import chancy, points, private

REFUSED = (422, 400)
CREATED = (201, 200)  # which of them it has to be is for crud-1
KEY = "Idempotency-Key"


@points(1, clause="concurrency-1")
def test_a_version_has_a_tag(asha, shapes):
    """Every answer with a task has its strong ETag, the same for one version and another one after each change.

    RFC 9110 section 8.8.3: a tag that never changes, or always does, protects nothing.
    """
    task = asha.task()
    tags = [task.answer.headers.get("ETag")]
    assert asha.see(task).headers.get("ETag") == tags[0], "GET shows another ETag than POST"
    assert asha.see(task).headers.get("ETag") == tags[0], "the ETag changes while the task does not"
    assert asha.comment(task, "x").status_code in (201, 200)
    assert asha.see(task).headers.get("ETag") == tags[0], "a comment is no change of the task"

    for change in (
        lambda: asha.patch(task, {"title": "Buy oat milk"}),
        lambda: asha.put(task, {"title": "Buy soy milk"}),
        lambda: asha.move(task, "in_progress"),
        lambda: asha.patch(task, {"status": "todo"}),
        lambda: asha.put(task, {"title": "Buy milk"}),
    ):
        answer = change()
        assert answer.status_code == 200
        assert asha.see(task).headers.get("ETag") == answer.headers.get("ETag"), (
            "GET shows another ETag than the change"
        )
        tags.append(answer.headers.get("ETag"))
    assert all(shapes.is_strong(tag) for tag in tags), f"these are not all strong tags: {tags}"
    assert len(set(tags)) == len(tags), f"two versions have one tag: {tags}"


@points(1, clause="concurrency-2")
def test_a_change_names_the_version_it_changes(asha, shapes):
    """PUT and PATCH are 428 without If-Match, 412 with a stale or weak tag, and done with the present one.

    RFC 6585 section 3: who cannot say which version they have seen may overwrite what they have not (RFC 9110, 13.1.1).
    """
    task = asha.task()
    old = asha.tag(task)
    assert asha.patch(task, {"title": "Buy oat milk"}, tag=old).status_code == 200
    before, tag = asha.now(task), asha.tag(task)
    body = {"title": "Lost"}

    for send in (asha.patch, asha.put):
        for stale in (old, '"made-up"', f"W/{tag}", f'{old}, "made-up"'):
            assert send(task, body, tag=stale).status_code == 412, f"If-Match: {stale}, the present tag is {tag}"
    for method in ("PATCH", "PUT"):
        assert asha.api.request(method, task.path, json=body).status_code == 428, f"{method} without If-Match"
    shapes.unchanged(asha.now(task), before)
    for send in (asha.patch, asha.put):
        assert send(task, {"title": "a"}).status_code == 200
        assert send(task, {"title": "b"}, tag=f'"made-up", {asha.tag(task)}').status_code == 200, "a list of tags"
        assert send(task, {"title": "c"}, tag="*").status_code == 200, "If-Match: *"
    assert asha.now(task).member("title") == "c"


@chancy
@points(2, clause="concurrency-3")
def test_ten_changes_at_once_overwrite_nothing(asha, postgres, shapes):
    """Of ten PATCH with the same tag at the same moment one answers 200 and nine 412.

    Comparing the tag and writing must be one step: in the gap between, nine people's work is lost without a word.
    """
    task = asha.task()
    headers = {"If-Match": asha.tag(task)}
    calls = [Call("PATCH", task.path, json={"title": f"Writer {number}"}, headers=headers) for number in range(10)]

    with postgres.relay.delay(0.03) as fault:
        answers = asha.api.burst(calls)

    assert sorted(answer.status_code for answer in answers) == [200, *[412] * 9]
    assert fault.hits > 0, "the tasks are not kept in PostgreSQL: no change asked it for anything"
    winner = next(answer for answer in answers if answer.status_code == 200)
    shapes.same(asha.now(task), winner.object(), "the task after the race")


@points(1, clause="concurrency-4")
def test_a_condition_holds_for_deletes_and_moves_too(asha):
    """DELETE and transitions with a stale If-Match are 412 and change nothing; with the present one they are done."""
    task = asha.task()
    stale = {"If-Match": asha.tag(task)}
    assert asha.patch(task, {"title": "Buy oat milk"}).status_code == 200

    assert asha.remove(task, headers=stale).status_code == 412
    assert asha.move(task, "in_progress", headers=stale).status_code == 412
    assert asha.now(task).member("status") == "todo"
    assert asha.move(task, "in_progress", headers={"If-Match": asha.tag(task)}).status_code == 200
    assert asha.remove(task, headers={"If-Match": asha.tag(task)}).status_code == 204


@chancy
@points(1, clause="concurrency-5")
def test_one_move_happens_once(asha, postgres, shapes):
    """Of ten equal moves at the same moment one answers 200, the others 409."""
    task = asha.task()
    call = Call("POST", f"{task.path}/transitions", json={"to": "in_progress"})

    with postgres.relay.delay(0.03) as fault:
        answers = asha.api.burst([call] * 10)

    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) == 1, f"the answers were {sorted(statuses)}"
    assert statuses.count(409) + statuses.count(412) == 9, f"the answers were {sorted(statuses)}"
    assert fault.hits > 0, "the tasks are not kept in PostgreSQL: no move asked it for anything"
    winner = next(answer for answer in answers if answer.status_code == 200)
    shapes.same(asha.now(task), winner.object(), "the task after the race")


@private
@points(1, clause="concurrency-6")
def test_a_repeated_creation_is_answered_from_memory(asha, crew, deployment, shapes):
    """The same POST with the same Idempotency-Key gets the first answer again and creates nothing, after a restart too.

    A client whose connection broke cannot know whether it was heard; it has to be able to ask again.
    """
    key, body = crew.word(40), {"title": "Buy milk", "tags": ["once"], "due_date": "2031-05-17"}
    first = asha.post(body, Idempotency_Key=key)
    assert first.status_code in CREATED

    replays = [asha.post(body, Idempotency_Key=key)]
    changed = asha.api.patch(
        _path(first), json={"title": "Changed"}, headers={"If-Match": first.headers.get("ETag", "*")}
    )
    replays.append(asha.post(body, Idempotency_Key=key))
    deployment.restart()
    replays.append(asha.post(body, Idempotency_Key=key))

    assert changed.status_code == 200
    for when, replay in zip(("at once", "after a change of the task", "after a restart"), replays, strict=True):
        assert replay.status_code == first.status_code, f"the repetition {when}"
        shapes.same(replay.object(), first.object(), f"the task in the repetition {when}")
        for name in ("Location", "ETag"):
            assert replay.headers.get(name) == first.headers.get(name), f"{name} in the repetition {when}"
    # A program that has forgotten everything would create the very same task once more.
    assert [item.member("title") for item in asha.all()] == ["Changed"], "a repetition has created a task"


@points(1, clause="concurrency-7")
def test_a_key_is_for_one_body(asha, crew):
    """The same Idempotency-Key with another body is 422 and creates nothing.

    Answering it with the first task would tell the client that something exists which nobody has made.
    """
    key = crew.word(20)
    assert asha.post({"title": "Buy milk"}, Idempotency_Key=key).status_code in CREATED

    for body in (
        {"title": "Buy oat milk"},
        {"title": "Buy milk", "priority": "high"},
        {"title": "Buy milk", "tags": ["x"]},
    ):
        assert asha.post(body, Idempotency_Key=key).status_code == 422
    assert [item.member("title") for item in asha.all()] == ["Buy milk"]


@chancy
@points(1, clause="concurrency-8")
def test_ten_equal_creations_at_once_make_one_task(asha, crew, postgres):
    """Ten equal requests with one Idempotency-Key at the same moment create one task.

    Looking whether the key is known and then creating leaves a gap; impatient clients find it.
    """
    call = Call("POST", "/tasks", json={"title": "Once"}, headers={KEY: crew.word(20)})

    with postgres.relay.delay(0.03) as fault:
        answers = asha.api.burst([call] * 10)

    created = [answer for answer in answers if answer.status_code in CREATED]
    statuses = sorted(answer.status_code for answer in answers)
    assert created, f"the answers were {statuses}"
    assert len(created) + statuses.count(409) == 10, f"the answers were {statuses}"
    assert len({str(answer.member("id")) for answer in created}) == 1, "they show different tasks"
    assert len(asha.all()) == 1, "more than one task was created"
    assert fault.hits > 0, "the tasks are not kept in PostgreSQL: no request asked it for anything"


@points(1, clause="concurrency-9")
def test_a_key_belongs_to_who_sent_it(asha, crew):
    """Two people's equal keys are two keys, a key has 1 to 255 characters, and a refusal does not use it up.

    A key without its owner hands one person's task to another.
    """
    bo, key, body = crew.member(), crew.word(20), {"title": "Buy milk"}

    mine, yours = asha.post(body, Idempotency_Key=key), bo.post(body, Idempotency_Key=key)
    assert mine.status_code in CREATED
    assert yours.status_code in CREATED
    assert yours.member("owner_id") == bo.sub, "another one's task was answered"
    assert str(mine.member("id")) != str(yours.member("id"))

    fresh = crew.word(20)
    assert asha.post({"title": ""}, Idempotency_Key=fresh).status_code in REFUSED
    assert asha.post(body, Idempotency_Key=fresh).status_code in CREATED, "after a refusal the key is free"
    assert asha.post(body, Idempotency_Key="k" * 255).status_code in CREATED
    for wrong in ("k" * 256, ""):
        assert asha.post(body, Idempotency_Key=wrong).status_code == 400, f"a key of {len(wrong)} characters"


def _path(answer) -> str:
    return f"/tasks/{answer.member('id', str | int)}"
