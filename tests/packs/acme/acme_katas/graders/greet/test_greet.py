"""The program greets."""

from backend_katas.grader import points


@points(60, clause="greet-1")
def test_a_name_is_greeted(cli, name):
    """The name that was given is greeted."""
    greeted = cli(name)

    assert greeted.exit_code == 0
    assert greeted.stdout == f"Hello, {name}!\n"
