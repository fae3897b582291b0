"""Codes: one for each link, none that can be guessed from another, and an end."""

from itertools import pairwise

import pytest

from backend_katas.client import Call
from backend_katas.grader import environment, points

MANY, AT_ONCE, IN_ORDER = 200, 50, 40
ALPHABET = "ab"
SPACE = {first + second for first in ALPHABET for second in ALPHABET}


@points(3, clause="codes-1")
def test_codes_are_unique_and_of_the_right_form(api, links, deployment):
    """200 links, 50 at a time, get 200 different codes of CODE_LENGTH characters of CODE_ALPHABET."""
    length, alphabet = int(deployment.environment["CODE_LENGTH"]), deployment.environment["CODE_ALPHABET"]
    calls = [Call("POST", "/api/links", json={"url": links.url()}, deadline=10.0) for _ in range(MANY)]

    answers = [answer for start in range(0, MANY, AT_ONCE) for answer in api.burst(calls[start : start + AT_ONCE])]

    assert {answer.status_code for answer in answers} == {201}
    codes = [answer.member("code", str) for answer in answers]
    assert len(set(codes)) == MANY, "two links have one code"
    odd = [code for code in codes if len(code) != length or not set(code) <= set(alphabet)]
    assert odd == [], f"a code has {length} characters of {alphabet}"


@points(3, clause="codes-2")
def test_codes_follow_no_order(links, deployment):
    """Codes of links made one after the other do not count up, in any place and by any step.

    Whoever can tell the next code from the last reads other people's links: private documents, invitations, resets.
    """
    alphabet = deployment.environment["CODE_ALPHABET"]

    codes = [links.make().code for _ in range(IN_ORDER)]

    for place, characters in enumerate(zip(*codes, strict=False), 1):
        kinds = len(set(characters))
        assert kinds >= 10, f"character {place} of {IN_ORDER} codes is one of {kinds}: {' '.join(codes[:4])} …"
    for order in (alphabet, "".join(sorted(alphabet, key=_lower_first)), "".join(sorted(alphabet, key=_letters_first))):
        numbers = [_number(code, order) for code in codes]
        size = len(order) ** max(map(len, codes))
        steps = {(later - earlier) % size for earlier, later in pairwise(numbers)}
        assert len(steps) > IN_ORDER // 2, f"codes follow each other by the same steps: {' '.join(codes[:4])} …"


@environment(CODE_ALPHABET=ALPHABET, CODE_LENGTH="2")
@points(4, clause="codes-3")
def test_codes_run_out(api, links, answers):
    """With CODE_ALPHABET=ab and CODE_LENGTH=2 four links are made, each with its own code, and then it is 503.

    A code that is there already must neither be given out twice nor end in a 500: it is drawn again (RFC 9110, 15.6.4).
    """
    first = api.burst([Call("POST", "/api/links", json={"url": links.url()}) for _ in range(3)])
    last = links.make()
    too_many = [links.attempt(), links.attempt()]

    assert [answer.status_code for answer in first] == [201] * 3, "there were four free codes"
    assert {answer.member("code", str) for answer in (*first, last.answer)} == SPACE
    for answer in too_many:
        answers.is_problem(503, answer)
    for answer in (*first, last.answer):
        answers.leads_to(answer.member("url"), api.get(f"/{answer.member('code')}"))


def _number(code: str, order: str) -> int:
    number = 0
    for character in code:
        if character not in order:
            pytest.fail(f"`{code}` has a character that is not in CODE_ALPHABET")
        number = number * len(order) + order.index(character)
    return number


def _lower_first(character: str) -> tuple[bool, bool, str]:
    return character.isalpha(), character.isupper(), character


def _letters_first(character: str) -> tuple[bool, str]:
    return character.isdigit(), character
