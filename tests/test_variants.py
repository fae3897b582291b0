"""A seed draws the same values everywhere, and texts get them at their places and nowhere else."""

from __future__ import annotations

import pytest

from backend_katas.variants import USUAL, Choice, drawn, filled, filled_file, flaw_of, places, telling_seeds

SIZE = Choice(key="page_size", usual=20, of=(15, 20, 25, 30))
NAME = Choice(key="collection", usual="contacts", of=("contacts", "people", "entries"))


def test_a_seed_draws_the_same_values_for_ever():
    """These were drawn when variants were new; another result would change briefs that were handed out."""
    found = [tuple(drawn("contact-book", [SIZE, NAME], seed).values.values()) for seed in (0, 1, 2, 3, 4, 10**30)]

    assert found == [
        (20, "entries"),
        (25, "entries"),
        (25, "contacts"),
        (20, "entries"),
        (25, "people"),
        (25, "people"),
    ]


def test_values_differ_by_kata_key_and_seed():
    """Two choices of the same values do not go together, nor do two katas."""
    twin = Choice(key="limit", usual=20, of=SIZE.of)
    by_key = [drawn("a", [SIZE, twin], seed).values for seed in range(200)]
    by_kata = [(drawn("a", [SIZE], seed).values, drawn("b", [SIZE], seed).values) for seed in range(200)]

    assert 20 < sum(values["page_size"] == values["limit"] for values in by_key) < 80
    assert 20 < sum(one == other for one, other in by_kata) < 80


def test_all_values_come_up_alike():
    """Of 4000 seeds each of four values is drawn about a thousand times."""
    found = [drawn("a", [SIZE], seed).values["page_size"] for seed in range(4000)]

    assert all(850 < found.count(value) < 1150 for value in SIZE.of)


def test_another_value_changes_only_those_who_get_it():
    """A choice may grow, or its values be put in another order, while briefs are out."""
    larger = Choice(key="page_size", usual=20, of=(50, *reversed(SIZE.of)))
    for seed in range(300):
        before, after = (drawn("a", [choice], seed).values["page_size"] for choice in (SIZE, larger))

        assert after in {before, 50}


def test_without_a_seed_values_are_the_usual_ones():
    """There is no variant then, and still every key has a value."""
    variant = drawn("a", [SIZE, NAME], None)

    assert variant.seed is None
    assert variant.values == {"page_size": 20, "collection": "contacts"}
    assert drawn("a", [], None) == USUAL


def test_a_text_is_filled_at_its_places():
    """A place of a name that nobody chose, blanks within, and a single brace are text like any other."""
    text = "GET /{{collection}}?n={{page_size}} {{ page_size }} {{other}} ${{secrets}} {page_size} {{{page_size}}}"

    found = filled(text, {"collection": "people", "page_size": 15})

    assert found == "GET /people?n=15 {{ page_size }} {{other}} ${{secrets}} {page_size} {15}"
    assert places(text) == {"collection", "page_size", "other", "secrets"}


def test_what_is_put_in_is_not_read_again():
    """A value that looks like a place stays as it is."""
    assert filled("{{a}}{{b}}", {"a": "{{b}}", "b": "{{a}}"}) == "{{b}}{{a}}"


@pytest.mark.parametrize("content", [b"\xff{{page_size}}", b"{{", b"no place", b""])
def test_a_file_that_is_no_text_stays_as_it_is(content):
    """A picture among a kata's files is not spoilt."""
    assert filled_file(content, {"page_size": 15}) == content


def test_a_file_keeps_its_line_ends():
    """What is not a place comes out byte by byte."""
    assert filled_file(b"a\r\n{{page_size}}\r\n\xc3\xa9", {"page_size": 15}) == b"a\r\n15\r\n\xc3\xa9"


@pytest.mark.parametrize(
    ("choice", "flaw"),
    [
        (SIZE, ""),
        (Choice(key="Size", usual=1, of=(1, 2)), "a key is lower case"),
        (Choice(key="page-size", usual=1, of=(1, 2)), "a key is lower case"),
        (Choice(key="size", usual=3, of=(1, 2)), "the usual value `3` is not one"),
        (Choice(key="size", usual=1, of=(1, "2")), "its values are either all numbers or all text"),
    ],
)
def test_a_choice_that_cannot_be_meant_is_told(choice, flaw):
    """The sentence says what is wrong with it."""
    assert flaw_of(choice).startswith(flaw)
    assert bool(flaw_of(choice)) == bool(flaw)


def test_a_few_seeds_show_all_values():
    """With them each value of each choice comes up, and none of them is in vain."""
    seeds = telling_seeds("a", [SIZE, NAME])
    shown = [drawn("a", [SIZE, NAME], seed).values for seed in seeds]

    assert {values["page_size"] for values in shown} == set(SIZE.of)
    assert {values["collection"] for values in shown} == set(NAME.of)
    assert 4 <= len(seeds) <= 7
    assert telling_seeds("a", []) == ()
