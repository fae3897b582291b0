"""Pages miss nothing and show nothing twice, whoever writes meanwhile, and a cursor is nobody's to make."""

import string

from backend_katas.client import Answer, done
from backend_katas.grader import points

LIMIT = 7
ALPHABET = string.ascii_letters + string.digits + "-_"


@points(2, clause="cursor-pagination-1")
def test_a_walk_misses_nothing(asha, rng, ids):
    """Of 100 tasks walked page by page none is missed or seen twice while 30 come and 10 go.

    An offset counts rows, and rows move; a cursor remembers where the last page ended.
    """
    names = [f"{number:03}" for number in rng.sample(range(200, 800), 100)]
    tasks = {task.id: task for task in asha.tasks([{"title": name} for name in names])}
    gone, seen, pages = set(), [], 0

    for page in asha.pages(sort="title", limit=LIMIT):
        seen += ids(page)
        pages += 1
        if pages <= 10:
            # What was shown last goes: a cursor that has to find it again is lost.
            last = [task for task in ids(page) if task in tasks][-1:]
            gone |= {task for task in last if asha.remove(tasks[task]).status_code == 204}
            asha.tasks([{"title": f"{rng.randrange(1000):03} new"} for _ in range(3)])

    stayed = [task for task in tasks if task not in gone]
    twice = [task for task in stayed if seen.count(task) > 1]
    missed = [task for task in stayed if task not in seen]
    assert pages > 10, f"limit was {LIMIT}, and more than 100 tasks came on {pages} pages"
    assert len(gone) == 10, "DELETE did not answer 204 each time"
    assert not missed, f"{len(missed)} of {len(stayed)} tasks that were there all the time were never shown"
    assert not twice, f"{len(twice)} tasks were shown twice"


@points(2, clause="cursor-pagination-2")
def test_pages_are_full_and_end(asha, ids, items, lead):
    """A page has `limit` items, next_cursor is null on the last page, and Link leads to the same next page.

    Who follows links (RFC 8288) need not know how cursors are made into addresses.
    """
    asha.tasks([{"title": f"Task {number:02}"} for number in range(14)])

    first = asha.list(sort="title", limit=LIMIT)
    following = {"sort": "title", "limit": LIMIT, "cursor": first.member("next_cursor", str | int)}
    second = asha.list(**following)
    linked = asha.api.get(lead(first, _next(first)))
    few = asha.list(sort="title", limit=50)

    assert [task["title"] for task in items(first)] == [f"Task {number:02}" for number in range(7)]
    assert [task["title"] for task in items(second)] == [f"Task {number:02}" for number in range(7, 14)]
    assert second.member("next_cursor") is None, "the last page is just full, and nothing is behind it"
    assert few.member("next_cursor") is None
    assert len(items(few)) == 14
    assert linked.status_code == 200, "the Link of the first page does not lead to a page"
    assert ids(items(linked)) == ids(items(second)), "Link leads to another page than next_cursor"
    assert not _next(second), "the last page has a Link to a next one"
    assert not _next(few), "the only page has a Link to a next one"


@points(2, clause="cursor-pagination-3")
def test_pages_keep_every_order(library, ids):
    """Pages keep each sort order both ways, through equal values and through tasks without a date.

    A comparison with NULL is neither true nor false, so a page that ends before the dateless is easily the last.
    """
    known = library.expected()

    for field in ("priority", "due_date", "title", "created_at"):
        for sort in (field, f"-{field}"):
            pages = library.reader.pages(sort=sort, limit=LIMIT)
            walked = [task for page in pages for task in page if str(task.member("id", str | int)) in known]
            missed = known.difference(ids(walked))
            assert not missed, f"sort={sort}: {len(missed)} of {len(library.tasks)} tasks are on no page"
            assert len(ids(walked)) == len(library.tasks), f"sort={sort}: tasks are on two pages"
            assert library.in_order(walked, sort), f"sort={sort}: the order breaks from page to page"


@points(1, clause="cursor-pagination-4")
def test_a_made_up_cursor_is_refused(asha):
    """A cursor that was changed, invented or made for another sort is 400.

    A cursor is the program's note to itself; one that anybody can write is one more parameter to attack.
    """
    asha.tasks([{"title": f"Task {number}"} for number in range(4)])
    cursor = str(asha.list(sort="title", limit=2).member("next_cursor", str | int))
    assert cursor, "next_cursor is an empty text"
    changed = [_changed(cursor, place) for place in (0, len(cursor) // 3, len(cursor) // 2, 2 * len(cursor) // 3)]
    invented = ["", "x", "0", "-1", "2", "null", "W10=", "eyJpZCI6MX0", "e30.e30", "' OR 1=1 --", cursor + cursor]

    assert asha.api.get("/tasks", params={"sort": "title", "limit": 2, "cursor": cursor}).status_code == 200
    for wrong in (*changed, *invented, cursor[: len(cursor) // 2]):
        answer = asha.api.get("/tasks", params={"sort": "title", "limit": 2, "cursor": wrong})
        assert answer.status_code == 400, f"the cursor `{wrong[:80]}` is none"
    for sort in ("-title", "created_at"):
        answer = asha.api.get("/tasks", params={"sort": sort, "limit": 2, "cursor": cursor})
        assert answer.status_code == 400, f"a cursor of sort=title with sort={sort}"


@points(1, clause="cursor-pagination-5")
def test_a_limit_has_limits(asha, items):
    """A page has 20 items without a limit and 100 at most; a limit below 1, or no whole number, is 400."""
    asha.tasks([{"title": f"Task {number}"} for number in range(101)])

    for params, length in (
        ({}, 20),
        ({"limit": 1}, 1),
        ({"limit": 100}, 100),
        ({"limit": 101}, 100),
        ({"limit": 10**9}, 100),
    ):
        assert len(items(asha.list(**params))) == length, f"a page with {params or 'no limit'}"
    for wrong in ("0", "-1", "1.5", "ten", "", "1e2", "0x10"):
        assert asha.api.get("/tasks", params={"limit": wrong}).status_code == 400, f"limit={wrong}"


@points(1, clause="cursor-pagination-6")
def test_comments_are_paged_too(asha, items):
    """Comments are handed out in pages by the same rules, oldest first, while others are written."""
    task = asha.task()
    for number in range(5):
        done(asha.comment(task, f"Comment {number}"), 201, 200)
    path, texts = f"{task.path}/comments", []

    for page in asha.pages(path, limit=2):
        texts += [comment["text"] for comment in page]
        if len(texts) < 5:
            asha.comment(task, "later")
    last = asha.list(path, limit=100)

    assert texts[:5] == [f"Comment {number}" for number in range(5)]
    assert set(texts[5:]) <= {"later"}, "a comment was shown twice"
    assert last.member("next_cursor") is None
    assert len(items(last)) == 7
    assert asha.api.get(path, params={"limit": 0}).status_code == 400
    assert asha.api.get(path, params={"cursor": "made-up"}).status_code == 400


@points(1, clause="cursor-pagination-7")
def test_a_cursor_opens_nothing(crew, ids, items):
    """Whoever gets hold of another one's cursor sees no more than without it.

    What may be seen is a matter of who asks, on every page anew (ASVS 8.2.2).
    """
    manager, asha, stranger = crew.manager(), crew.member(), crew.manager(team=crew.word(10))
    hidden = {task.id for task in manager.tasks([{"title": f"Task {number}"} for number in range(6)])}
    page = manager.list(sort="title", limit=2)
    params = {"sort": "title", "limit": 2, "cursor": page.member("next_cursor", str | int)}

    assert len(hidden.intersection(ids(items(manager.list(**params))))) == 2
    for person in (asha, stranger):
        answer = person.api.get("/tasks", params=params)
        assert answer.status_code in (200, 400)
        shown = ids(items(answer)) if answer.status_code == 200 else []
        assert not hidden.intersection(shown), "the page shows tasks that its asker does not see otherwise"


def _next(page: Answer) -> str:
    """Return where the Link with rel="next" leads, or an empty text."""
    links = page.links
    return str(links["next"].get("url", "")) if "next" in links else ""


def _changed(cursor: str, place: int) -> str:
    """Return a cursor with another character at a place, or before it: not at the end of a part of base64.

    There some bits may mean nothing (RFC 4648 section 3.5).
    """
    while place and not cursor[place + 1 : place + 2].isalnum():
        place -= 1
    other = ALPHABET[(ALPHABET.find(cursor[place]) + 1) % len(ALPHABET)]
    return cursor[:place] + other + cursor[place + 1 :]
