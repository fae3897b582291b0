"""The book is kept in the file that CONTACTS_FILE names, and nothing else there is ever harmed."""

from backend_katas.grader import points


@points(3, clause="persist-1")
def test_the_next_command_finds_what_was_stored(book, people):
    """What one command stored the next one finds, and another CONTACTS_FILE is another book.

    A process forgets everything when it ends; only what is in a file is left.
    """
    mine, theirs = [people.anyone(), people.anyone()], people.anyone()
    other = book.at("other.db")

    book.add(*mine)
    other.add(theirs)

    assert sorted(book.names()) == sorted(person.name for person in mine)
    assert other.names() == [theirs.name]
    assert book.content(), "the file at `CONTACTS_FILE` is empty"


@points(3, clause="persist-2")
def test_missing_folders_are_created(book, people):
    """`add` creates the folders on the way to CONTACTS_FILE.

    Whoever sets a path for the first time has not made its folder (XDG Base Directory: create it when writing).
    """
    person, deep = people.anyone(), book.at("not there", "nor this", "book.db")

    run = deep.run("add", *person.arguments)

    assert run.exit_code == 0
    assert deep.people() == [person]
    assert deep.content(), "the file at `CONTACTS_FILE` is empty"


@points(4, clause="persist-3")
def test_a_file_that_is_no_book_is_left_alone(book, people, rng):
    """If the file at CONTACTS_FILE is garbage, commands exit with 4 and leave it as it is.

    It may be the wrong path, or all that is left to be rescued; to write over it is to lose it for good.
    """
    book.add(people.anyone())
    size = len(book.content()) + 4096
    text = "".join(f"{people.word()} {people.word()}\n" for _ in range(size // 16)).encode()

    for content in (rng.randbytes(size), text):
        book.replace(content)
        for command in (["list"], ["add", *people.anyone().arguments]):
            assert book.run(*command).exit_code == 4, f"`{command[0]}` on a file of garbage"
            assert book.content() == content, f"`{command[0]}` changed the file of garbage"
