"""Members, managers and administrators do what they may, to what they see, and nothing by saying so themselves."""

from collections.abc import Callable

from backend_katas.client import Answer
from backend_katas.grader import points

GOOD = {
    "GET": (200,),
    "PUT": (200,),
    "PATCH": (200,),
    "POST transitions": (200,),
    "POST comments": (201, 200),  # which of them it has to be is for crud-9
    "DELETE": (204,),
}
HIDDEN = dict.fromkeys(GOOD, (404,))


@points(3, clause="roles-1")
def test_what_a_member_may_do(crew):
    """A member does everything but delete with a task they are assigned to, and sees no other one's.

    18 of the 54 cells of role, relation and method. 403 is told only where the task is visible (ASVS 8.2.2).
    """
    expected = {"assigned": {**GOOD, "DELETE": (403,)}, "unrelated": HIDDEN, "foreign": HIDDEN}

    _assert_cells(crew, crew.member(), expected)


@points(2, clause="roles-2")
def test_what_a_manager_may_do(crew):
    """A manager does everything with every task of the team, and sees none of another team's."""
    _assert_cells(crew, crew.manager(), {"assigned": GOOD, "unrelated": GOOD, "foreign": HIDDEN})


@points(2, clause="roles-3")
def test_what_an_administrator_may_do(crew):
    """An administrator does everything with every task of every team."""
    _assert_cells(crew, crew.admin(), {"assigned": GOOD, "unrelated": GOOD, "foreign": GOOD})


@points(1, clause="roles-4")
def test_who_may_give_a_task_to_whom(asha, crew, shapes):
    """A member gives no existing task to anybody; the owner may empty assignee_id; a manager gives it to anybody.

    Giving a task is giving a right: whoever is assigned sees it and may change it.
    """
    bo, other, manager = crew.member(), crew.member(), crew.manager()
    task = asha.task(assignee_id=bo.sub)

    refused = {
        "the owner to another one": asha.patch(task, {"assignee_id": other.sub}),
        "the owner to another one, by PUT": asha.put(task, {"title": "x", "assignee_id": other.sub}),
        "the assignee to another one": bo.patch(task, {"title": "x", "assignee_id": other.sub}),
        "the assignee to nobody": bo.patch(task, {"assignee_id": None}),
    }
    # The owner's `sub` lies between these two: it has to be the same, not merely to come before or after.
    for sub in (f"a-{crew.word(12)}", f"z-{crew.word(12)}"):
        person = crew.person("member", crew.team, sub=sub)
        refused[f"the assignee `{sub}` to nobody"] = person.patch(asha.task(assignee_id=sub), {"assignee_id": None})
    kept = asha.now(task)
    same = bo.patch(task, {"assignee_id": bo.sub, "title": "still mine"})
    emptied = asha.patch(task, {"assignee_id": None})
    unseen = bo.see(task)
    given = manager.patch(task, {"assignee_id": other.sub})

    for what, answer in refused.items():
        assert answer.status_code == 403, what
    shapes.unchanged(kept, task.shown)
    assert same.status_code == 200, "the assignee may send the present assignee_id"
    assert emptied.status_code == 200, "the owner may empty assignee_id"
    assert emptied.member("assignee_id") is None
    assert unseen.status_code == 404, "who is no longer assigned still sees the task"
    assert given.status_code == 200, "a manager may give the task to anybody"
    assert other.now(task).member("assignee_id") == other.sub


@points(1, clause="roles-5")
def test_nobody_becomes_more_by_saying_so(asha, crew, ids, shapes):
    """role, team or sub in a body, in the query or in a header change nothing about who is asking.

    What decides is what was signed; everything else the client has written itself (ASVS 8.3.1).
    """
    other, away = crew.member(), crew.manager(team=crew.word(10))
    task = asha.task(assignee_id=other.sub)
    hidden = asha.task()
    claims = {"role": "admin", "team": asha.team, "sub": asha.sub, "owner_id": asha.sub}
    headers = {
        "X-Role": "admin",
        "X-User-Id": asha.sub,
        "X-Team": asha.team,
        "X-User-Role": "admin",
        "X-Forwarded-User": asha.sub,
    }

    for person in (other, away):
        assert person.api.get(hidden.path, params=claims).status_code == 404
        assert person.api.get(hidden.path, headers=headers).status_code == 404
        assert person.api.delete(hidden.path, params=claims, headers=headers).status_code == 404
        assert hidden.id not in ids(person.all(role="admin", sub=asha.sub, team=asha.team)), (
            "the list follows the query"
        )
        wish = person.api.patch(hidden.path, json={**claims, "title": "x"}, params=claims, headers={"If-Match": "*"})
        assert wish.status_code == 404
    other.patch(task, {"owner_id": other.sub, "role": "manager"})
    assert other.api.delete(task.path, params=claims, headers=headers).status_code != 204
    assert away.post({"title": "x", "team": asha.team, "owner_id": asha.sub}).status_code in (201, 200, 422, 400)
    assert {item.member("owner_id", str) for item in asha.all()} == {asha.sub}
    assert len(asha.all()) == 2, "somebody has put a task into another team"
    shapes.unchanged(asha.now(hidden), hidden.shown)


@points(1, clause="roles-6")
def test_who_has_left_a_team_sees_it_no_more(crew, ids):
    """A token of the same sub for another team does not see the tasks of the former one.

    People change teams; what they left behind belongs to those who stayed.
    """
    for role in ("member", "manager"):
        before = crew.person(role, crew.team)
        task = before.task(assignee_id=before.sub)
        after = crew.person(role, crew.word(10), sub=before.sub, name=before.name)

        assert before.see(task).status_code == 200
        assert after.see(task).status_code == 404, f"a {role} who has changed the team"
        assert after.remove(task).status_code == 404, f"a {role} who has changed the team"
        assert task.id not in ids(after.all()), "the task is still in the list"
        assert task.id in ids(before.all()), "the task is gone"


def _assert_cells(crew, person, expected: dict[str, dict[str, tuple[int, ...]]]) -> None:
    """Let somebody try every method on a task of each relation, and compare all answers."""
    elsewhere = crew.member(team=crew.word(10))
    owner = crew.member(team=person.team) if person.role != "admin" else crew.member()
    tasks = {
        "assigned": (owner, owner.task(assignee_id=person.sub)),
        "unrelated": (owner, owner.task(assignee_id=crew.member().sub)),
        "foreign": (elsewhere, elsewhere.task(assignee_id=person.sub)),
    }
    wrong = []
    for relation, cells in expected.items():
        holder, task = tasks[relation]
        for method, try_it in _tries(person, holder, task).items():
            seen = try_it().status_code
            if seen not in cells[method]:
                wrong.append(f"{method} of a task that is {relation}: expected {cells[method][0]}, seen {seen}")
    assert not wrong, f"{len(wrong)} of 18 cells of a {person.role} are wrong: {'; '.join(wrong[:6])}"


def _tries(person, holder, task) -> dict[str, Callable[[], Answer]]:
    """Return a good request for each method; deleting comes last."""
    body = {"title": "changed", "assignee_id": task.shown["assignee_id"]}
    return {
        "GET": lambda: person.see(task),
        "PUT": lambda: person.put(task, body, tag=holder.tag(task)),
        "PATCH": lambda: person.patch(task, {"title": "changed again"}, tag=holder.tag(task)),
        "POST transitions": lambda: person.move(task, "in_progress"),
        "POST comments": lambda: person.comment(task, "changed"),
        "DELETE": lambda: person.remove(task),
    }
