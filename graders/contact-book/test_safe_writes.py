"""The book survives many writers at once, and one that dies while it writes."""

from backend_katas.grader import chancy, points


@chancy
@points(4, clause="safe-writes-1")
def test_twenty_writers_lose_nothing(book, people):
    """Twenty `add` at the same moment all succeed, and every contact is there with an id of its own.

    Read, change, write: two that read before either has written leave the change of one. The book holds a thousand
    contacts before, so that reading and writing take their time.
    """
    crowd = people.crowd(1000)
    book.fill(crowd)
    added = [people.anyone() for _ in range(20)]

    runs = book.each(*(["add", *person.arguments] for person in added), deadline=60)

    assert [run.exit_code for run in runs] == [0] * 20
    assert len({run.stdout for run in runs}) == 20, "two contacts have one id"
    assert sorted(book.names()) == sorted(person.name for person in crowd + added)


@chancy
@points(4, clause="safe-writes-2")
def test_a_kill_leaves_the_old_book_or_the_new_one(crash):
    """A `kill -9` in the middle of an import of 5,000 rows leaves the book as it was or as it would be, never torn.

    The power fails, the memory is full, somebody closes the lid: a write can end anywhere (POSIX: `rename` is atomic,
    `write` is not).
    """
    old = sorted(person.name for person in crash.old)
    new = sorted(person.name for person in crash.old + crash.new)
    killed = 0

    for attempts in (crash.as_the_file_changes(4), crash.throughout(3)):
        for attempt in attempts:
            killed += attempt.in_time
            listed = attempt.book.run("list")
            assert listed.exit_code == 0, "after a kill in the middle of an import the book cannot be read"
            names = crash.names(listed)
            assert names in (old, new), f"after the kill {len(names)} contacts are there: neither all nor the old ones"

    if not killed:
        raise RuntimeError("every import had ended before it could be killed, so nothing is proved")


@chancy
@points(2, clause="safe-writes-3")
def test_a_kill_locks_nobody_out(crash, people):
    """After an import was killed, the next command can write.

    A lock that outlives its owner is kept by nobody and opened by nobody.
    """
    for attempt in crash.as_anything_changes(2):
        # That a book is torn is told by the check before this one.
        if attempt.book.run("list").exit_code == 0:
            added = attempt.book.run("add", *people.anyone().arguments)
            assert added.exit_code == 0, "`add` after the kill went wrong"
