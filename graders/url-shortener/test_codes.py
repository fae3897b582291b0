"""Codes: one for each link, none that can be guessed from another, and an end."""

from itertools import pairwise

import pytest

from backend_katas.client import Call, is_problem
from backend_katas.grader import chancy, environment, points

MANY, AT_ONCE, IN_ORDER = 200, 50, 40
ALPHABET = "abcdef"
SPACE = {first + second for first in ALPHABET for second in ALPHABET}
few_codes = environment(CODE_ALPHABET=ALPHABET, CODE_LENGTH="2")


@chancy
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


@few_codes
@points(3, clause="codes-3")
def test_codes_run_out(scarce):
    """Six letters and CODE_LENGTH=2 make 36 links, each with its own code, however few are left, and then it is 503.

    A code that is there already must neither be given out twice nor end in a 500: it is drawn again (RFC 9110, 15.6.4).
    """
    made, too_many = scarce[: len(SPACE)], scarce[len(SPACE) :]

    assert [answer.status_code for answer in made] == [201] * len(SPACE), f"there were {len(SPACE)} free codes"
    assert {answer.member("code", str) for answer in made} == SPACE
    for answer in too_many:
        is_problem(503, answer)


@few_codes
@points(1, clause="codes-4")
def test_a_code_is_never_given_out_again(api, links, scarce):
    """When one of as many links as there are codes is deleted there is still no code left for another: 503.

    Old posters hang for years: whoever got the code next would get their visitors.
    """
    code, token = scarce[0].member("code", str), scarce[0].member("management_token", str)

    assert api.as_bearer(token).delete(f"/api/links/{code}").status_code == 204

    is_problem(503, links.attempt())
    assert api.get(f"/{code}").status_code in (404, 410)


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
