"""One contact is shown, changed and deleted by its id, which stays its own for ever."""

from dataclasses import replace

from backend_katas.grader import points


@points(2, clause="show-edit-delete-1")
def test_show_prints_one_contact(book, people, contacts):
    """`show ID --json` prints that contact as `list --json` does, and `show ID` prints all of it for people.

    One thing has one form, wherever a program meets it.
    """
    ada, bob = people.anyone(emails=2, phones=2, tags=2), people.anyone()
    identity, _ = book.add(ada, bob)

    json, plain = book.each(["show", identity, "--json"], ["show", identity])

    assert json.exit_code == 0
    assert contacts.contact_from(json.object()) == book.contact(identity)
    assert plain.exit_code == 0
    for value in (ada.name, *ada.emails, *ada.phones, *ada.tags):
        assert value in plain.stdout
    assert bob.name not in plain.stdout


@points(3, clause="show-edit-delete-2")
def test_edit_changes_what_it_names(book, people, contacts):
    """`edit` changes what its options name; `updated_at` moves on, and everything else stays.

    A form that forgets what it was not told is how address books lose phone numbers.
    """
    identity, _ = book.add(people.anyone(emails=2, phones=2, tags=2), people.anyone())
    before, name = book.contacts(), people.name()

    run = book.run("edit", identity, "--name", name)

    after = book.contacts()
    assert run.exit_code == 0
    edited, old = contacts.with_id(after, identity), contacts.with_id(before, identity)
    assert edited.person == replace(old.person, name=name)
    assert edited.created_at == old.created_at, "the time of creation moved"
    assert edited.updated > old.updated, "updated_at did not become later"
    assert [contact for contact in after if contact != edited] == [contact for contact in before if contact != old]


@points(3, clause="show-edit-delete-3")
def test_edit_adds_and_removes_values(book, people):
    """`--add-…` puts values at the end, `--remove-…` takes values away, all in one `edit` if need be.

    The first e-mail and the first phone are those that lists show, so their order means something.
    """
    ada, new = people.anyone(emails=3, phones=2, tags=2), people.anyone(emails=2, phones=1, tags=1)
    (identity,) = book.add(ada)
    changes = ["--remove-email", ada.emails[1].swapcase(), "--add-email", new.emails[0], "--add-email", new.emails[1]]
    changes += [f"--add-phone={new.phones[0]}", f"--remove-phone={ada.phones[0]}"]
    changes += ["--add-tag", new.tags[0], "--remove-tag", ada.tags[0], "--remove-tag", ada.tags[1]]

    run = book.run("edit", identity, *changes)

    assert run.exit_code == 0
    changed = book.contact(identity).person
    assert changed.emails == (ada.emails[0], ada.emails[2], *new.emails)
    assert changed.phones == (ada.phones[1], new.phones[0])
    assert changed.tags == new.tags
    assert changed.name == ada.name


@points(2, clause="show-edit-delete-4")
def test_a_refused_edit_changes_nothing(book, people, variant):
    """An `edit` with an invalid value is 2, one with another's e-mail {{taken_exit_code}}, and nothing of it applies.

    Half a change is worse than none: nobody knows which half.
    """
    ada, bob = people.anyone(), people.anyone()
    identity, _ = book.add(ada, bob)
    before = book.contacts()
    rename = ["edit", identity, "--name", people.name(), "--add-tag", people.word()]

    taken = book.run(*rename, "--add-email", bob.emails[0])
    invalid = book.each(
        [*rename, "--add-email", "nobody"], [*rename, "--add-phone", "12"], ["edit", identity, "--name="]
    )

    assert taken.exit_code == variant["taken_exit_code"]
    assert [run.exit_code for run in invalid] == [2, 2, 2]
    assert book.contacts() == before, "a refused edit changed the book"


@points(2, clause="show-edit-delete-5")
def test_delete_takes_a_contact_out(book, people):
    """`delete` takes one contact out of the book, and its e-mails can be used again.

    Whoever was deleted by mistake is added again the next minute.
    """
    ada, bob = people.anyone(emails=2), people.anyone()
    identity, _ = book.add(ada, bob)

    run = book.run("delete", identity)

    assert run.exit_code == 0
    assert book.people() == [bob]
    again = book.run("add", "--name", people.name(), "--email", ada.emails[1])
    assert again.exit_code == 0, "a deleted contact's e-mail was refused"


@points(1, clause="show-edit-delete-6")
def test_an_id_that_is_not_there_is_told(book, people):
    """`show`, `edit` and `delete` with an id that is not in the book exit with 1.

    A script has to tell "there is none" from "you called me wrong".
    """
    identity, _ = book.add(people.anyone(), people.anyone())
    book.done("delete", identity)

    shown, edited = book.each(["show", identity], ["edit", identity, "--name", people.name()])
    deleted = book.run("delete", identity)

    assert shown.exit_code == 1
    assert edited.exit_code == 1
    assert deleted.exit_code == 1


@points(2, clause="show-edit-delete-7")
def test_an_id_never_comes_back(book, people):
    """The id of a deleted contact is never given to another one.

    Who noted the id would open, or delete, a stranger.
    """
    ids = book.add(people.anyone(), people.anyone(), people.anyone())

    book.done("delete", ids[2])
    ids += book.add(people.anyone())
    book.done("delete", ids[0])
    ids += book.add(people.anyone())

    assert sorted(ids) == sorted(set(ids)), "an id was given twice"
