"""The parrot shouts."""

from backend_katas.grader import points


@points(40, clause="shout-1")
def test_a_word_is_shouted(cli, rng, variant):
    """With `--{{option}}` the words are in capitals."""
    word = f"squawk{rng.randrange(10**6)}"

    words = cli(f"--{variant['option']}", word).stdout.split()

    assert set(words) == {word.upper()}
