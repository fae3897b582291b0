"""Every change can be taken back, in the order of a stack, by a process that did not make it."""

from backend_katas.grader import points


@points(3, clause="undo-1")
def test_changes_are_undone_in_reverse_order(book, people):
    """`undo` takes back the last change, be it an edit, an import or a delete, then the one before.

    Each command is a process of its own, so what it would need to undo has to be stored with what it did.
    """
    ada, bob, crowd = people.anyone(), people.anyone(), [people.anyone() for _ in range(3)]
    ids, seen = book.add(ada, bob), []
    for step in (
        lambda: book.done("edit", ids[0], "--name", people.name(), "--add-tag", people.word()),
        lambda: book.fill(crowd),
        lambda: book.done("delete", ids[1]),
    ):
        seen.append(book.people())
        step()

    for before in reversed(seen):
        run = book.run("undo")
        assert run.exit_code == 0
        assert run.stdout.strip(), "`undo` does not say what it has undone"
        assert book.people() == before


@points(2, clause="undo-1")
def test_the_history_has_no_end_and_no_redo(book, people):
    """Every change back to the first is undone, and what was done after an `undo` is undone before what stood earlier.

    A history of a few steps is one too short for whoever made one mistake more.
    """
    crowd = [people.anyone() for _ in range(7)]
    book.add(*crowd[:5])

    undone = [book.run("undo").exit_code, book.run("undo").exit_code]
    book.add(*crowd[5:])
    middle = book.names()
    undone += [book.run("undo").exit_code for _ in range(5)]

    assert undone == [0] * 7
    assert sorted(middle) == sorted(person.name for person in crowd[:3] + crowd[5:])
    assert book.names() == []


@points(2, clause="undo-2")
def test_a_contact_comes_back_exactly(book, people):
    """After an `undo` a contact is what it was, with its id and both its times.

    Whoever noted the id finds the contact again; a changed time would say that it was edited.
    """
    (identity,) = book.add(people.anyone(emails=2, phones=2, tags=2))
    before = book.contacts()

    book.done("edit", identity, "--name", people.name(), "--add-tag", people.word())
    edit = book.run("undo")
    after_edit = book.contacts()
    book.done("delete", identity)
    delete = book.run("undo")

    assert edit.exit_code == 0
    assert after_edit == before, "after an edit and its undo the contact is another one"
    assert delete.exit_code == 0
    assert book.contacts() == before, "after a delete and its undo the contact is another one"


@points(2, clause="undo-3")
def test_nothing_to_undo_is_told(book, people):
    """`undo` without a change to undo exits with 1; a command that failed or only looked is no change.

    Undoing one change too many would take back something that nobody asked about.
    """
    ada = people.anyone()

    without_a_book = book.run("undo")
    book.add(ada)
    refused = book.run("add", "--name", people.name(), "--email", ada.emails[0])
    listed = book.names()
    first, second = book.run("undo"), book.run("undo")

    assert without_a_book.exit_code == 1
    assert refused.exit_code != 0, "an e-mail that is taken was not refused"
    assert listed == [ada.name]
    assert first.exit_code == 0
    assert second.exit_code == 1
    assert book.names() == []


@points(1, clause="undo-4")
def test_an_undone_id_never_comes_back(book, people):
    """The id of a contact whose `add` was undone is not given to another one.

    The id was printed, so somebody may have noted it.
    """
    ids = book.add(people.anyone(), people.anyone())

    book.done("undo")
    ids += book.add(people.anyone())

    assert sorted(ids) == sorted(set(ids)), "an id was given twice"
