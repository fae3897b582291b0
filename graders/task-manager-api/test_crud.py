"""Tasks are created, read, replaced, changed, moved, commented and deleted, and nothing of it is lost."""

from datetime import UTC, datetime, timedelta

from backend_katas.client import Answer
from backend_katas.grader import points, private

SLACK = timedelta(minutes=1)
ILLEGAL = {
    "todo": ("todo", "done", "archived"),
    "in_progress": ("in_progress", "archived"),
    "done": ("todo", "done"),
    "archived": ("todo", "in_progress", "done", "archived"),
}
WAYS = {
    "todo": (),
    "in_progress": ("in_progress",),
    "done": ("in_progress", "done"),
    "archived": ("in_progress", "done", "archived"),
}
LEGAL = (
    ("todo", "in_progress"),
    ("in_progress", "done"),
    ("in_progress", "todo"),
    ("done", "archived"),
    ("done", "in_progress"),
)
NOBODYS = ("none-of-yours", "-1", "9" * 30, "00000000-0000-4000-8000-000000000000")


@points(1, clause="crud-1")
def test_a_task_is_created(asha, crew, shapes):
    """POST /tasks answers 201 with the whole task: what was sent, defaults for the rest, owner, team and times.

    Whoever creates something wants to go on with it at once, without asking again (RFC 9110 section 15.3.2).
    """
    sent = {
        "title": f"Paint the {crew.word(8)}",
        "description": "Two coats.",
        "priority": "high",
        "due_date": "2031-05-17",
        "tags": ["house", "Summer"],
        "assignee_id": crew.member().sub,
    }
    defaults = {"description": "", "priority": "medium", "due_date": None, "tags": [], "assignee_id": None}
    own = {"status": "todo", "owner_id": asha.sub, "team": asha.team, "version": 1}

    before = datetime.now(UTC) - SLACK
    full, least = asha.post(sent), asha.post({"title": "Rest"})
    after = datetime.now(UTC) + SLACK

    assert full.status_code == 201
    assert least.status_code == 201
    shapes.holds(full.object(), {**sent, **own}, "the task")
    shapes.holds(least.object(), {"title": "Rest", **defaults, **own}, "the task")
    for name in ("created_at", "updated_at"):
        assert before < full.moment(name) < after, f"`{name}` is not the time of the request"


@points(1, clause="crud-2")
def test_a_created_task_is_found(asha, lead, shapes):
    """The Location of the 201 and GET /tasks/{id} lead to the task that was created.

    RFC 9110 section 15.3.2: a 201 says in Location where the new thing is.
    """
    tasks = [asha.task(title=title, tags=[title]) for title in ("first", "second")]

    for task in tasks:
        assert task.answer.headers.get("Location"), "the 201 has no Location"
        for found in (asha.api.get(lead(task.answer, task.answer.headers["Location"])), asha.see(task)):
            assert found.status_code == 200
            shapes.same(found.object(), task.shown, "the task that was found")
    assert tasks[0].id != tasks[1].id, "two tasks have one id"


@points(1, clause="crud-3")
def test_created_tasks_are_listed(asha, shapes):
    """GET /tasks answers 200 with items, in which every task of the asker is, as whole as by itself."""
    tasks = [asha.task(title=f"Task {number}", tags=["list"]) for number in range(3)]

    listed = {str(item.member("id", str | int)): item for item in asha.all()}

    for task in tasks:
        assert task.id in listed, f"the task {task.id} was created but is not in the list"
        shapes.same(listed[task.id], task.shown, "a task in the list")


@points(2, clause="crud-4")
def test_put_replaces_a_task(asha, crew, shapes):
    """PUT replaces the whole task: members that are not sent get their defaults, and status stays.

    A PUT that merges leaves behind what the client has taken away (RFC 9110 section 9.3.4).
    """
    task = asha.task(
        description="old", priority="high", due_date="2031-05-17", tags=["a"], assignee_id=crew.member().sub
    )
    asha.moved(task, "in_progress")
    before = asha.now(task)

    put = asha.put(task, {"title": "Buy oat milk", "tags": ["b"], "status": "done"})
    after = asha.now(task)

    assert put.status_code == 200
    expected = {"title": "Buy oat milk", "tags": ["b"], "description": "", "priority": "medium"}
    expected |= {"due_date": None, "assignee_id": None, "status": "in_progress"}
    expected |= {name: before[name] for name in ("owner_id", "team")}
    shapes.holds(put.object(), expected, "the answer")
    shapes.holds(after, expected, "the task after the PUT")
    assert after.member("version", int) > before.member("version", int), "`version` has not grown"
    assert after.moment("updated_at") >= before.moment("updated_at"), "`updated_at` went back"
    assert after.moment("created_at") == before.moment("created_at"), "`created_at` has changed"
    back = asha.put(task, {**after, "description": "and bread"})
    assert back.status_code == 200, "a task that the program handed out cannot be sent back"
    shapes.holds(asha.now(task), {**expected, "description": "and bread"}, "the task that was sent back")


@points(2, clause="crud-5")
def test_patch_merges_into_a_task(asha, crew, shapes):
    """PATCH replaces what is sent, resets what is null, and leaves the rest alone.

    That is JSON merge patch, RFC 7396: a null takes away, and a list is replaced as a whole.
    """
    somebody = crew.member().sub
    full = {"title": "Buy milk", "description": "old", "priority": "high", "due_date": "2031-05-17"}
    task = asha.task(**full, tags=["a", "b"], assignee_id=somebody)
    full |= {"tags": ["a", "b"], "assignee_id": somebody}
    merge = {"Content_Type": "application/merge-patch+json"}

    for patch, expected, headers in (
        ({"title": "Buy oat milk"}, {"title": "Buy oat milk"}, merge),
        ({"tags": ["c"], "priority": "low"}, {"tags": ["c"], "priority": "low"}, {}),
        ({"due_date": None, "assignee_id": None}, {"due_date": None, "assignee_id": None}, merge),
        (
            {"description": None, "tags": None, "priority": None},
            {"description": "", "tags": [], "priority": "medium"},
            {},
        ),
    ):
        full |= expected
        answer = asha.patch(task, patch, **headers)
        assert answer.status_code == 200
        shapes.holds(answer.object(), full, f"the answer to {patch}")
        shapes.holds(asha.now(task), full, f"the task after {patch}")


@points(1, clause="crud-6")
def test_a_deleted_task_is_gone(asha):
    """DELETE answers 204, and the task is 404 and in no list from then on; others stay."""
    task, other = asha.task(), asha.task()

    deleted = asha.remove(task)

    assert deleted.status_code == 204
    assert asha.see(task).status_code == 404
    listed = {str(item.member("id", str | int)) for item in asha.all()}
    assert task.id not in listed, "the deleted task is still in the list"
    assert other.id in listed, "another task is gone as well"


@points(1, clause="crud-7")
def test_an_id_of_nobody_is_not_found(asha, crew):
    """An id that no task has is 404 with every method, whatever it looks like.

    Text where a number was expected, or a number too large for the column, must not reach the database as it is.
    """
    task = asha.task()
    known = asha.see(task)
    gone = asha.task()
    asha.remove(gone)

    assert known.status_code == 200
    for name in (gone.id, *NOBODYS, crew.word(200)):
        for method, answer in _try_everything(asha.api, f"/tasks/{name}").items():
            assert answer.status_code == 404, f"{method} of the id `{name[:40]}`"
    for name in NOBODYS:
        assert asha.api.get(f"{task.path}/comments/{name}").status_code == 404, f"GET of the comment `{name}`"


@points(1, clause="crud-8")
def test_a_task_moves_from_status_to_status(asha):
    """POST transitions makes the five legal moves and answers 409 to every other.

    A workflow that can be left sideways is none: whoever reads `archived` must be able to rely on it.
    """
    for status, to in LEGAL:
        task = asha.moved(asha.task(), *WAYS[status])
        moved = asha.move(task, to)
        assert moved.status_code == 200, f"the move from {status} to {to} is legal"
        assert moved.member("status") == to
        assert asha.now(task).member("status") == to, f"the task was moved from {status} to {to}"
    for status, wrong in ILLEGAL.items():
        task = asha.moved(asha.task(), *WAYS[status])
        for to in wrong:
            assert asha.move(task, to).status_code == 409, f"the move from {status} to {to} is not legal"
        assert asha.now(task).member("status") == status, "a move that was refused has changed the task"


@points(1, clause="crud-8")
def test_patch_of_status_follows_the_same_rules(asha, shapes):
    """PATCH of status makes a legal move, or answers 409 and applies nothing; the present status is no error."""
    task = asha.task()

    illegal = asha.patch(task, {"title": "Sold", "status": "done"})
    kept = asha.now(task)
    present = asha.patch(task, {"title": "Bought", "status": "todo"})
    legal = asha.patch(task, {"status": "in_progress", "priority": "low"})

    assert illegal.status_code == 409
    shapes.unchanged(kept, task.shown)
    assert present.status_code == 200
    assert legal.status_code == 200
    shapes.holds(asha.now(task), {"status": "in_progress", "title": "Bought", "priority": "low"}, "the task")


@points(1, clause="crud-9")
def test_a_task_is_commented(asha, crew, lead, shapes, items):
    """Comments are created with 201 and a Location, and are listed with their task, oldest first."""
    assignee = crew.member()
    task, other = asha.task(assignee_id=assignee.sub), asha.task()
    asha.comment(other, "elsewhere")

    made = [person.comment(task, f"Comment {number}") for number, person in enumerate([asha, assignee, asha])]
    listed = asha.list(f"{task.path}/comments")

    for number, (answer, author) in enumerate(zip(made, (asha, assignee, asha), strict=True)):
        assert answer.status_code == 201
        expected = {"text": f"Comment {number}", "author_id": author.sub}
        shapes.holds(answer.object(), expected, "the comment")
        assert str(answer.member("task_id", str | int)) == task.id
        answer.moment("created_at")
        found = asha.api.get(lead(answer, answer.headers.get("Location", "")))
        assert found.status_code == 200, "the Location of a comment does not lead to it"
        assert found.member("id") == answer.member("id")
        shapes.holds(found.object(), expected, "the comment that was found")
    assert [item["text"] for item in items(listed)] == ["Comment 0", "Comment 1", "Comment 2"]
    assert [item["id"] for item in items(listed)] == [answer.member("id") for answer in made]


@points(1, clause="crud-10")
def test_texts_come_back_as_they_were_sent(asha, shapes):
    """Titles, descriptions, tags and comments come back letter for letter.

    What is escaped, trimmed or normalised on the way in is lost; escaping belongs to whoever shows it.
    """
    texts = [
        "  blanks at both ends  ",
        "'; DROP TABLE tasks; --",
        '<b>&amp;</b> "quotes" \\ and \\n',
        "Zwölf Boxkämpfer, 十二人のボクサー, двенадцать",
        "🏡👩‍👩‍👧 e\u0301 is not \u00e9",
        "%s %d {0} ${x} {{y}}",
    ]

    for text in texts:
        task = asha.task(title=text, description=f"{text}\n\t{text}", tags=[text, text.upper(), text])
        expected = {"title": text, "description": f"{text}\n\t{text}"}
        expected["tags"] = [text] if text == text.upper() else [text, text.upper()]
        shapes.holds(task.shown, expected, "the answer")
        shapes.holds(asha.now(task), expected, "the task")
        assert asha.comment(task, text).member("text") == text, "the comment was changed"
    tags = ["b", "a", "b", "B", "a", "c"]
    assert asha.task(tags=tags).shown.member("tags", list) == ["b", "a", "B", "c"]


@private
@points(2, clause="crud-11")
def test_nothing_is_lost_when_the_program_is_killed(asha, deployment, shapes, items):
    """What was acknowledged is there after kill -9 and a new start.

    A program is stopped with every release and sooner or later killed; what somebody was told is done has to stay done.
    """
    task, moved, gone = (asha.task(title=title, tags=["kept"], due_date="2031-05-17") for title in ("a", "b", "c"))
    asha.moved(moved, "in_progress")
    asha.comment(task, "still here")
    asha.remove(gone)
    assert asha.patch(task, {"title": "changed"}).status_code == 200
    before = {kept: asha.now(kept) for kept in (task, moved)}

    deployment.crash()

    for kept, known in before.items():
        found = asha.see(kept)
        assert found.status_code == 200, "a task is gone"
        shapes.same(found.object(), known, "the task")
    assert [item["text"] for item in items(asha.list(f"{task.path}/comments"))] == ["still here"]
    assert asha.see(gone).status_code == 404, "a deleted task is back"


def _try_everything(api, path: str) -> dict[str, Answer]:
    """Send a good request of every kind to a task's path and below it."""
    match = {"If-Match": "*"}
    return {
        "GET": api.get(path),
        "PUT": api.put(path, json={"title": "x"}, headers=match),
        "PATCH": api.patch(path, json={"title": "x"}, headers=match),
        "DELETE": api.delete(path),
        "POST transitions": api.post(f"{path}/transitions", json={"to": "in_progress"}),
        "GET comments": api.get(f"{path}/comments"),
        "POST comments": api.post(f"{path}/comments", json={"text": "x"}),
    }
