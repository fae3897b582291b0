"""The program shouts."""

from backend_katas.grader import environment, points


@points(20, clause="say-1")
def test_words_are_shouted(cli, rng):
    """The words come out in capitals."""
    word = rng.choice(["ada", "josé"]) + str(rng.randrange(10**6))

    run = cli(word, "it is\ttime")

    assert run.exit_code == 0
    assert run.stdout == f"{word.upper()} IT IS\tTIME!\n"


@environment(MARK="?")
@points(20, clause="say-1")
def test_the_mark_is_configurable(cli):
    """The mark follows the environment."""
    assert cli("who", deadline=3.0).lines == ["WHO?"]


@points(20, clause="say-2")
def test_nothing_to_shout_is_a_mistake(cli):
    """Without a word it exits with 2."""
    run = cli()

    assert run.exit_code == 2
    assert run.stderr, "it does not say how it is used"
