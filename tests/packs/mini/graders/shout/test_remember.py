"""The program remembers."""

from backend_katas.grader import points


@points(20, clause="remember-1")
def test_what_was_said_is_in_the_book(cli):
    """Each call appends a line."""
    cli("one")
    cli("two")

    assert (cli.scratch / "book.txt").read_text().splitlines() == ["ONE!", "TWO!"]


@points(20, clause="remember-1")
def test_nothing_is_lost_when_all_shout(cli):
    """Calls made at once all find their way into the book."""
    words = [f"word{number}" for number in range(8)]

    runs = cli.together([(word,) for word in words])

    assert [run.exit_code for run in runs] == [0] * 8
    assert sorted((cli.scratch / "book.txt").read_text().split()) == [f"{word.upper()}!" for word in words]
