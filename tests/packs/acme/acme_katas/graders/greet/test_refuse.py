"""The program refuses to greet nobody."""

from backend_katas.grader import points


@points(40, clause="refuse-1")
def test_a_missing_name_is_asked_for(cli):
    """Without a name nobody is greeted, and the message says what is missing."""
    refused = cli()

    assert refused.exit_code == 2
    assert refused.stdout == ""
    assert "NAME" in refused.stderr
