"""The program greets."""

from backend_katas.grader import environment, points


@points(40, clause="hello-1")
def test_a_name_is_greeted(cli, name):
    """`hello` greets by the name that was given.

    A program that greets everybody alike has not read its arguments.
    """
    greeted = cli("hello", name)

    assert greeted.exit_code == 0
    assert greeted.stdout == f"Hello, {name}!\n"


@environment(GREETING="Ciao")
@points(30, clause="hello-2")
def test_the_greeting_is_configurable(cli, name):
    """The greeting begins with what the variable GREETING says."""
    greeted = cli("hello", name)

    assert greeted.exit_code == 0
    assert greeted.stdout == f"Ciao, {name}!\n"


@points(30, clause="hello-3")
def test_a_name_is_needed(cli):
    """Without a name nobody is greeted, and the message is on standard error."""
    refusals = [cli("hello"), cli("hello", "")]

    for refused in refusals:
        assert refused.exit_code == 2
        assert refused.stdout == "", "nobody was named"
        assert refused.stderr != "", "standard error says what is wrong"
