"""The parrot speaks."""

from pathlib import Path

from backend_katas.grader import points


@points(50, clause="say-1")
def test_a_word_is_repeated(cli, rng, variant):
    """The word is said {{times}} times.

    Nobody else's parrot says it {{times}} times.
    """
    word = f"squawk{rng.randrange(10**6)}"

    assert cli(word).lines == [" ".join([word] * variant["times"])]


@points(10, clause="say-1")
def test_what_it_is_given_is_of_the_variant(cli, variant):
    """It exits with 0, and has files and variables as the brief says."""
    assert cli("squawk").exit_code == 0
    text = Path(cli.environment["SOUNDS"]).read_text(encoding="utf-8")
    times = f"{variant['times']}"
    if (text, cli.environment["LIMIT"]) != (f"{times} sounds: {{squawk}} {{{{other}}}}\n", times):
        raise ValueError(text)
