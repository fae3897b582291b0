"""What is malformed is refused with 400, what is not valid with 422 and a pointer to each member that is wrong."""

from dataclasses import dataclass
from typing import Any

from backend_katas.client import Answer, done
from backend_katas.grader import points

JSON = {"Content-Type": "application/json"}
REFUSED = (422, 400)
CREATED = (201, 200)  # which of them it has to be is for crud-1


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A body that is not valid, what is wrong with it in words, and where."""

    words: str
    body: Any
    pointer: str


def _with(member: str, *values: tuple[str, Any], at: str = "") -> list[Case]:
    """Return tasks that are good but for one member."""
    return [Case(words, {"title": "Buy milk", member: value}, at or f"#/{member}") for words, value in values]


BODIES = [
    Case("a list for a body", [], "#"),
    Case("a text for a body", "Buy milk", "#"),
    Case("a number for a body", 7, "#"),
    Case("null for a body", None, "#"),
    Case("no title", {"description": "x"}, "#/title"),
    *_with(
        "title",
        ("null for a title", None),
        ("a number for a title", 7),
        ("a list for a title", ["Buy milk"]),
        ("an object for a title", {"text": "Buy milk"}),
        ("true for a title", True),
        ("an empty title", ""),
        ("a title of blanks", "   "),
        ("a title of white space", "\t\n "),
        ("a title of 201 letters", "x" * 201),
        ("a title of 201 emoji", "🏡" * 201),
        ("U+0000 in the title", "Buy\0milk"),
        ("half a surrogate pair in the title", "Buy \ud83c milk"),
    ),
    *_with(
        "description",
        ("a number for a description", 7),
        ("a list for a description", ["x"]),
        ("false for a description", False),
        ("a description of 10,001 letters", "x" * 10_001),
        ("U+0000 in the description", "x\0"),
        ("half a surrogate pair in the description", "\udfe1"),
    ),
]
CHOICES = [
    *_with(
        "priority",
        ("an unknown priority", "urgent"),
        ("a priority in another case", "High"),
        ("an empty priority", ""),
        ("a number for a priority", 1),
        ("a list for a priority", ["low"]),
    ),
    *_with(
        "due_date",
        ("the 30th of February", "2031-02-30"),
        ("the 29th of February in a common year", "2031-02-29"),
        ("a 13th month", "2031-13-01"),
        ("a day 0", "2031-01-00"),
        ("a date without zeros", "2031-1-5"),
        ("a date without dashes", "20310105"),
        ("a date in words", "tomorrow"),
        ("an empty date", ""),
        ("a time for a date", "2031-01-05T00:00:00Z"),
        ("a number for a date", 1925337600),
        ("a list for a date", ["2031-01-05"]),
        ("a date and a blank", "2031-01-05 "),
    ),
]
LISTS = [
    *_with(
        "tags",
        ("a text for tags", "home"),
        ("an object for tags", {"home": True}),
        ("a number for tags", 7),
        ("21 tags", [f"tag {number}" for number in range(21)]),
    ),
    *_with("tags", ("an empty tag", [""]), ("a tag of blanks", ["  "]), ("a list in the tags", [["a"]]), at="#/tags/0"),
    *_with("tags", ("a tag of 51 letters", ["a", "x" * 51]), ("null for a tag", ["a", None]), at="#/tags/1"),
    *_with(
        "tags",
        ("a number for the 4th tag", ["a", "b", "c", 7]),
        ("U+0000 in a tag", ["a", "b", "c", "x\0"]),
        at="#/tags/3",
    ),
    *_with(
        "assignee_id",
        ("a number for an assignee", 7),
        ("an empty assignee", ""),
        ("an assignee of 256 letters", "x" * 256),
        ("a list for an assignee", ["u1"]),
        ("U+0000 in an assignee", "u\0"),
    ),
]
COMMENTS = [
    Case("a comment without text", {}, "#/text"),
    Case("a comment that is null", {"text": None}, "#/text"),
    Case("a comment that is a number", {"text": 7}, "#/text"),
    Case("an empty comment", {"text": ""}, "#/text"),
    Case("a comment of white space", {"text": " \n"}, "#/text"),
    Case("a comment of 10,001 letters", {"text": "x" * 10_001}, "#/text"),
    Case("U+0000 in a comment", {"text": "x\0"}, "#/text"),
    Case("a list for a comment", ["x"], "#"),
]
MOVES = [
    Case("a transition without `to`", {}, "#/to"),
    Case("a transition to null", {"to": None}, "#/to"),
    Case("a transition to an unknown status", {"to": "started"}, "#/to"),
    Case("a transition to a number", {"to": 7}, "#/to"),
    Case("a transition to another case", {"to": "In_Progress"}, "#/to"),
    Case("a text for a transition", "in_progress", "#"),
]
PATCHES = [
    Case("a patch of title to null", {"title": None}, "#/title"),
    Case("a patch of title to blanks", {"title": "  "}, "#/title"),
    Case("a patch of status to null", {"status": None}, "#/status"),
    Case("a patch of status to an unknown one", {"status": "started"}, "#/status"),
    Case("a patch of priority to an unknown one", {"title": "x", "priority": "urgent"}, "#/priority"),
    Case("a patch of due_date to no day", {"title": "x", "due_date": "2031-02-30"}, "#/due_date"),
    Case("a patch with a number for a tag", {"tags": ["a", 7]}, "#/tags/1"),
    Case("a list for a patch", [], "#"),
]
PUTS = [
    Case("a PUT without title", {"description": "x"}, "#/title"),
    Case("a PUT with a title of 201 letters", {"title": "x" * 201}, "#/title"),
    Case("a PUT with a date that is no day", {"title": "x", "due_date": "2031-04-31"}, "#/due_date"),
]
MALFORMED = {
    "text that breaks off": b'{"title": "Buy',
    "no body at all": b"",
    "words": b"title=Buy milk",
    "single quotes": b"{'title': 'Buy milk'}",
    "a comma too many": b'{"title": "Buy milk",}',
    "more behind the JSON": b'{"title": "Buy milk"} {}',
    "NaN": b'{"title": "Buy milk", "x": NaN}',
    "Infinity": b'{"title": "Buy milk", "x": -Infinity}',
    "bytes that are not UTF-8": b'{"title": "Buy \xff milk"}',
    "Latin-1": '{"title": "Käse"}'.encode("latin-1"),
}
OWNED = {
    "id": "1",
    "owner_id": "somebody-else",
    "team": "another-team",
    "created_at": "2001-01-01T00:00:00Z",
    "updated_at": "2001-01-01T00:00:00Z",
    "version": 77,
}


@points(2, clause="validation-1")
def test_malformed_json_is_refused(asha):
    """A body that is no JSON is refused with exactly 400.

    400 says that the bytes were no message of the format, 422 that the message was understood and is wrong (RFC 9110
    sections 15.5.1 and 15.5.21).
    """
    task = asha.task()

    seen = {words: asha.api.post("/tasks", data=data, headers=JSON).status_code for words, data in MALFORMED.items()}
    comment = asha.api.post(f"{task.path}/comments", data=b'{"text": ', headers=JSON)
    patch = asha.api.patch(task.path, data=b'{"title": ', headers={**JSON, "If-Match": asha.tag(task)})

    wrong = [f"{words} ({status})" for words, status in seen.items() if status != 400]
    assert not wrong, f"these bodies were not refused with 400: {', '.join(wrong)}"
    assert comment.status_code == 400
    assert patch.status_code == 400


@points(1, clause="validation-2")
def test_wrong_titles_and_descriptions_are_refused(asha):
    """A body that is no object, and a title or description that is missing, too long or no text, is refused."""
    _assert_refused({case: asha.post(case.body) for case in BODIES})


@points(1, clause="validation-3")
def test_wrong_priorities_and_dates_are_refused(asha):
    """A priority that is none of the three and a due_date that is no day of the calendar are refused.

    A date that a lenient parser rolls over to March is another date than the client meant.
    """
    _assert_refused({case: asha.post(case.body) for case in CHOICES})


@points(1, clause="validation-4")
def test_wrong_tags_and_assignees_are_refused(asha):
    """Tags that are no list of at most 20 short texts, and an assignee that is no text, are refused."""
    _assert_refused({case: asha.post(case.body) for case in LISTS})


@points(1, clause="validation-5")
def test_wrong_changes_are_refused(asha, shapes):
    """Comments, transitions, PUT and PATCH are judged by the same rules, and what is refused changes nothing."""
    task = asha.task()

    _assert_refused(_changes(asha, task))

    shapes.unchanged(asha.now(task), task.shown)
    assert asha.list(f"{task.path}/comments").member("items") == [], "a comment that was refused is there"


@points(2, clause="validation-6")
def test_a_refusal_points_at_what_is_wrong(asha, shapes):
    """A refused body is told where it is wrong: errors[].pointer names each wrong member.

    A form can only mark the field that is wrong if the answer says which (RFC 9457 section 3, RFC 6901 section 6).
    """
    both = Case("two wrong members", {"title": "", "priority": "urgent", "tags": ["a", 7]}, "#/tags/1")

    answers = {case: asha.post(case.body) for case in (*BODIES, *CHOICES, *LISTS, both)}
    answers |= _changes(asha, asha.task())

    # What was not refused is told by the checks above.
    refused = {case: shapes.pointers(answer) for case, answer in answers.items() if answer.status_code in REFUSED}
    wrong = [
        f"{case.words} ({case.pointer}, seen {seen})" for case, seen in refused.items() if case.pointer not in seen
    ]
    assert refused, "nothing of all that is wrong was refused with 422"
    assert not wrong, f"{len(wrong)} of {len(refused)} do not point at what is wrong: {'; '.join(wrong[:8])}"
    if both in refused:
        assert {"#/title", "#/priority", "#/tags/1"} <= set(refused[both]), "of three wrong members not all are named"


@points(1, clause="validation-7")
def test_what_is_within_the_limits_is_accepted(asha, shapes):
    """Values at the very limits are accepted and kept.

    Whoever counts bytes or UTF-16 units instead of characters refuses what the contract allows.
    """
    limits = [
        {"title": "🏡" * 200},
        {"title": "x"},
        {"description": "ß" * 10_000},
        {"tags": [f"{number:02}{'é' * 48}" for number in range(20)]},
        {"tags": []},
        {"due_date": "2032-02-29"},
        {"due_date": "1970-01-01"},
        {"due_date": "9999-12-31"},
        {"assignee_id": "x" * 255},
    ]

    for members in limits:
        answer = asha.post({"title": "Buy milk", **members})
        (name, value), *_ = members.items()
        assert answer.status_code in CREATED, f"a good `{name}` of {len(value)} was refused: {str(value)[:40]}"
        shapes.holds(answer.object(), members, "the task")
    long = "語" * 10_000
    assert done(asha.comment(asha.task(), long), *CREATED).member("text") == long


@points(1, clause="validation-8")
def test_what_the_server_owns_is_not_for_clients(asha, crew, shapes):
    """id, owner_id, team, times, version and a first status cannot be set: they are ignored or refused.

    Copying a whole body into a row lets anybody give tasks to others, or take them (ASVS 15.3.3).
    """
    stranger = crew.member().sub
    task = asha.task()
    owned = {**OWNED, "owner_id": stranger}

    for name, value in {**owned, "status": "done"}.items():
        created = asha.post({"title": "Mine", name: value})
        assert created.status_code in (*CREATED, *REFUSED), f"a task with `{name}`"
        if created.status_code in CREATED:
            expected = {"owner_id": asha.sub, "team": asha.team, "status": "todo", "version": 1}
            shapes.holds(created.object(), expected, f"a task that was sent with `{name}`")
            assert str(created.member("id")) != "1" or name != "id", "the `id` was taken from the body"
    for name, value in owned.items():
        for send in (asha.patch, asha.put):
            assert send(task, {"title": "Mine", name: value}).status_code in (200, *REFUSED), f"a change with `{name}`"
    after = asha.now(task)
    shapes.holds(after, {name: task.shown[name] for name in ("owner_id", "team", "status")}, "the task")
    assert str(after["id"]) == task.id
    assert after.moment("created_at").year > 2001, "`created_at` was taken from the body"
    assert after.moment("updated_at").year > 2001, "`updated_at` was taken from the body"
    assert after.member("version", int) < OWNED["version"], "`version` was taken from the body"


def _changes(person, task) -> dict[Case, Answer]:
    """Send every wrong comment, transition, PATCH and PUT to a task."""
    tag = person.tag(task)
    return {
        **{case: person.api.post(f"{task.path}/comments", json=case.body) for case in COMMENTS},
        **{case: person.api.post(f"{task.path}/transitions", json=case.body) for case in MOVES},
        **{case: person.patch(task, case.body, tag=tag) for case in PATCHES},
        **{case: person.put(task, case.body, tag=tag) for case in PUTS},
    }


def _assert_refused(answers: dict[Case, Answer]) -> None:
    wrong = [f"{case.words} ({seen.status_code})" for case, seen in answers.items() if seen.status_code not in REFUSED]
    assert not wrong, f"{len(wrong)} of {len(answers)} were not refused with 422: {'; '.join(wrong[:8])}"
