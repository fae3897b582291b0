"""A longer page costs no more statements, and no list reads a whole table."""

from backend_katas.client import Call, done
from backend_katas.grader import points, private

FEW, MANY = 5, 50
ROUNDS = 3
LOOKUPS = 12


@points(4, clause="query-budget-1")
def test_a_longer_page_costs_no_more_statements(crew, postgres, items):
    """GET /tasks with assignees and counts of comments takes as many statements for fifty tasks as for five.

    One more statement for each row is the most common reason for a slow list, and no test with three rows shows it.
    """
    people = [crew.member() for _ in range(MANY)]
    calls = [
        Call("POST", "/tasks", json={"title": "Mine", "assignee_id": person.sub}, headers=person.api.headers)
        for person in people
    ]
    manager = crew.manager()
    manager.at_once(calls, 201, 200)
    params = {"include": "assignee,comment_count"}

    page = items(manager.list(limit=MANY, **params))
    assert len(page) == MANY
    assert {item.member("assignee", dict).member("id", str) for item in page} == {person.sub for person in people}
    assert {item.member("comment_count", int) for item in page} == {0}
    few, many = _statements(postgres, manager, "/tasks", params)

    assert many <= few, f"limit={FEW} takes {few} statements, limit={MANY} takes {many}"


@points(2, clause="query-budget-2")
def test_a_list_includes_what_was_asked_for(crew, asha, items):
    """With include each item has its assignee with the latest name and its comment_count; without it neither."""
    bo, unseen = crew.member(), crew.member()
    manager = crew.manager()
    tasks = [asha.task(title=title, assignee_id=sub) for title, sub in (("a", bo.sub), ("b", unseen.sub), ("c", None))]
    renamed = crew.person("member", crew.team, sub=bo.sub, name=f"Bo {crew.word(8)}")
    for person in (bo, renamed):
        done(person.api.get("/me"), 200)
    for number in range(3):
        done(asha.comment(tasks[0], f"Comment {number}"), 201, 200)
    done(asha.comment(tasks[2], "one"), 201, 200)

    plain = items(manager.list(sort="title"))
    full = items(manager.list(sort="title", include="assignee,comment_count"))
    counted = items(manager.list(sort="title", include="comment_count"))

    assert [item.member("comment_count") for item in full] == [3, 0, 1]
    assert [item.member("comment_count") for item in counted] == [3, 0, 1]
    assert not [item for item in counted if "assignee" in item], "`assignee` was not asked for"
    assert not [item for item in plain if {"assignee", "comment_count"} & set(item)], "nothing was asked for"
    assignees = [item.member("assignee", dict | None) for item in full]
    assert assignees[2] is None, "nobody is assigned"
    seen = [(assignee.member("id"), assignee.member("name")) for assignee in assignees[:2]]
    assert seen == [(bo.sub, renamed.name), (unseen.sub, None)]
    for wrong in ("owner", "assignee,owner", "", "comments"):
        assert manager.api.get("/tasks", params={"include": wrong}).status_code == 400, f"include={wrong}"


@points(1, clause="query-budget-3")
def test_more_comments_cost_no_more_statements(asha, postgres, items):
    """GET comments takes as many statements for fifty comments as for five."""
    task = asha.task()
    path = f"{task.path}/comments"
    asha.at_once([Call("POST", path, json={"text": "x"})] * MANY, 201, 200)

    assert len(items(asha.list(path, limit=MANY))) == MANY
    few, many = _statements(postgres, asha, path, {})

    assert many <= few, f"limit={FEW} takes {few} statements, limit={MANY} takes {many}"


@private
@points(3, clause="query-budget-4")
def test_rows_are_found_by_an_index(crew, deployment, postgres):
    """A manager's list and the comments of a task are found by an index; no table is read whole for them.

    A table that has to be read whole is quick in the first week. PostgreSQL was told to avoid that where it can
    (enable_seqscan = off), so whatever it still reads whole has no index that helps.
    """
    asha, manager, foreign = crew.member(), crew.manager(), crew.member(team=crew.word(10))
    own = asha.tasks([{"title": "x", "assignee_id": asha.sub}] * LOOKUPS)
    foreign.tasks([{"title": "x"}] * LOOKUPS)
    asha.at_once([Call("POST", f"{task.path}/comments", json={"text": "x"}) for task in own * 2], 201, 200)
    rows = postgres.database.row_snapshot()

    with postgres.preferring_indexes():
        deployment.restart()
        with postgres.scans() as scans:
            for task in own:
                manager.list(f"{task.path}/comments")
                manager.list(limit=5)
                for name, value in (("status", "todo"), ("assignee_id", asha.sub), ("owner_id", asha.sub)):
                    manager.list(limit=5, **{name: value})

    whole = {table: number for table, number in scans.sequential.items() if rows[table] >= LOOKUPS <= number}
    assert sum(scans.by_index.values()) > 0, "the lists are not kept in PostgreSQL: nothing was looked up there"
    told = ", ".join(f"`{table}` {number} times" for table, number in whole.items())
    assert not whole, f"in {len(own)} lookups of each kind these tables were read whole: {told}"


def _statements(postgres, person, path: str, params: dict[str, str]) -> tuple[int, int]:
    """Return how many statements a short and a long page take; what a driver sends now and then does not count."""
    seen: dict[int, list[int]] = {FEW: [], MANY: []}
    for limit in (FEW, MANY):
        person.list(path, limit=limit, **params)
    for _ in range(ROUNDS):
        for limit, numbers in seen.items():
            with postgres.relay.counting() as count:
                person.list(path, limit=limit, **params)
            numbers.append(count.number)
    assert min(seen[FEW]) > 0, "the page was answered without asking PostgreSQL anything"
    return min(seen[FEW]), min(seen[MANY])
