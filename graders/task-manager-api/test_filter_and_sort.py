"""The list is filtered and sorted as an oracle in memory does it, and nothing in the query is ever SQL."""

from collections.abc import Iterable
from typing import Any

from backend_katas.grader import points

SORTS = ("created_at", "due_date", "priority", "title")
HOSTILE = (
    "'",
    "' OR '1'='1",
    "x'; DROP TABLE tasks; --",
    '"; DELETE FROM tasks; --',
    "title; SELECT pg_sleep(9)",
    "(CASE WHEN (SELECT 1)=1 THEN title ELSE id END)",
    "title DESC, pg_sleep(9)",
    "%27%20OR%201=1",
    "\\'; --",
    "{}[]$1 $$ :x ?",
)


@points(2, clause="filter-and-sort-1")
def test_values_are_filtered(library, ids):
    """status, priority, assignee_id and owner_id find exactly the tasks with that value."""
    for name, values in {
        "status": ("todo", "in_progress", "done"),
        "priority": ("low", "medium", "high"),
        "assignee_id": (*library.assignees, "nobody-at-all"),
        "owner_id": ([owner.sub for owner in library.owners]),
    }.items():
        for value in values:
            _compare(library, ids, {name: value})


@points(1, clause="filter-and-sort-2")
def test_tags_are_filtered(library, ids):
    """Filtering by tag finds the tasks with exactly that tag, and given several times those that have all of them."""
    for tag in ("home", "Home", "HOME", "hom", "a&b", "ünïcode", "50%", "%"):
        _compare(library, ids, {"tag": tag})
    for tags in (["home", "Home"], ["home", "urgent"], ["a&b", "50%", "urgent"], ["home", "home"], ["home", "nothing"]):
        _compare(library, ids, {"tag": tags})


@points(1, clause="filter-and-sort-3")
def test_days_are_filtered(library, ids):
    """due_before and due_after leave out the day itself, and tasks without a day.

    Whether an end belongs to a range has to be said once, and then held to the day.
    """
    for day in ("2031-05-10", "2031-05-13", "2031-05-17", "2031-06-01"):
        _compare(library, ids, {"due_before": day})
        _compare(library, ids, {"due_after": day})
    _compare(library, ids, {"due_after": "2031-05-10", "due_before": "2031-05-13"})


@points(1, clause="filter-and-sort-4")
def test_texts_are_searched(library, ids):
    """Searching by q finds a text in title or description, whatever its case, and every character means itself.

    In LIKE a percent sign means anything; for whoever looks for `10%` it means a percent sign.
    """
    for text in (
        "milk",
        "MILK",
        "uy",
        "zebr",
        "paint",
        "%",
        "10%",
        "_",
        "1_0",
        "\\",
        "c:\\",
        "*",
        "'",
        "O'N",
        "nowhere",
    ):
        _compare(library, ids, {"q": text})


@points(1, clause="filter-and-sort-5")
def test_filters_combine(library, ids, rng):
    """Filters, q and sort combine: a task must pass all of them, and the order stays."""
    for _ in range(12):
        params = {
            "status": rng.choice(("todo", "in_progress")),
            "priority": rng.choice(("low", "medium", "high")),
            "tag": rng.choice(("home", "Home", "urgent")),
            "due_after": f"2031-05-{rng.randrange(9, 13):02}",
            "due_before": f"2031-05-{rng.randrange(15, 19):02}",
            "q": rng.choice(("paint", "buy", "o", "i")),
            "owner_id": rng.choice(library.owners).sub,
        }
        chosen = dict(rng.sample(sorted(params.items()), rng.randrange(2, 4)))
        _compare(library, ids, chosen, sort=rng.choice(("-", "")) + rng.choice(SORTS))


@points(2, clause="filter-and-sort-6")
def test_lists_are_sorted(library, ids):
    """Lists are sorted by created_at, due_date, priority (low, medium, high) and title (by code point), both ways.

    What is equal has an order too, or pages would show one task twice and another never.
    """
    for field in SORTS:
        for sort in (field, f"-{field}"):
            first = _compare(library, ids, {}, sort=sort)
            assert ids(library.found(sort=sort)) == first, f"sort={sort} gives another order each time"


@points(1, clause="filter-and-sort-7")
def test_a_wrong_parameter_is_refused(library):
    """A value that cannot be, an empty one, and a parameter given twice are 400; unknown names are ignored.

    A filter that is silently dropped shows everything, which looks like an answer.
    """
    wrong = [
        *[("status", value) for value in ("started", "TODO", "todo,done")],
        *[("priority", value) for value in ("urgent", "1")],
        *[
            (name, day)
            for name in ("due_before", "due_after")
            for day in ("2031-02-30", "tomorrow", "2031-5-1", "20310501")
        ],
        *[(name, "") for name in ("status", "priority", "due_before", "due_after", "tag", "sort")],
        *[("status", ["todo", "done"]), ("priority", ["low", "low"]), ("due_before", ["2031-05-10", "2031-05-11"])],
        *[("q", ["a", "b"]), ("owner_id", ["a", "b"]), ("sort", ["title", "-title"])],
    ]

    seen = [(name, value, library.reader.api.get("/tasks", params={name: value}).status_code) for name, value in wrong]

    let_through = [f"{name}={value} ({status})" for name, value, status in seen if status != 400]
    assert not let_through, f"these were not refused with 400: {', '.join(let_through)}"
    assert library.reader.api.get("/tasks", params={"colour": "red", "page": "7"}).status_code == 200


@points(1, clause="filter-and-sort-8")
def test_a_query_is_never_sql(library, ids):
    """An unknown sort field is 400, and whatever stands in a parameter is never run as SQL.

    The name of a column cannot be a bound parameter, which is why sort is where injection still happens (ASVS 1.2.4).
    """
    api = library.reader.api
    sorts = ("colour", "id", "-", "--title", "Title", "title,priority", "title desc", "owner_id", *HOSTILE)

    for sort in sorts:
        assert api.get("/tasks", params={"sort": sort}).status_code == 400, f"sort={sort}"
    for name in ("q", "tag", "assignee_id", "owner_id"):
        for text in HOSTILE:
            _compare(library, ids, {name: text})
        assert api.get("/tasks", params={name: "x\0y"}).status_code in (400, 200), f"U+0000 in {name}"
    assert len(library.found()) == len(library.tasks), "some of the tasks are gone"


def _compare(library, ids, params: dict[str, Any], sort: str = "") -> list[str]:
    """Assert that the program finds what the oracle finds, each task once, and in order; return the ids."""
    found = library.found(**params, **({"sort": sort} if sort else {}))
    query = ", ".join(f"{name}={value}" for name, value in {**params, "sort": sort}.items() if value)
    seen, expected = ids(found), library.expected(**params)
    assert len(seen) == len(set(seen)), f"{query} shows a task twice"
    assert not expected.difference(seen), f"{query} misses {_named(library, expected.difference(seen))}"
    assert not set(seen) - expected, f"{query} shows {_named(library, set(seen) - expected)} as well"
    if sort:
        assert library.in_order(found, sort), f"{query} is out of order: {_keys(found, sort)}"
    return seen


def _named(library, wanted: Iterable[str]) -> str:
    """Return one of the tasks in words."""
    first, *others = sorted(wanted)
    task = next(task for task in library.tasks if str(task["id"]) == first)
    members = ("title", "description", "status", "priority", "due_date", "tags", "assignee_id", "owner_id")
    return f"{ {name: task[name] for name in members} }" + (f" and {len(others)} more" if others else "")


def _keys(tasks: list, sort: str) -> str:
    return ", ".join(str(task[sort.lstrip("-")]) for task in tasks[:12])
