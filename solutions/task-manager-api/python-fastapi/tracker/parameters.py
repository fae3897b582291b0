"""Query parameters: 400 for those that cannot be taken as they are."""

from collections.abc import Collection

from starlette.datastructures import QueryParams

from tracker.problems import invalid_parameter
from tracker.texts import day

PAGE, LONGEST_PAGE = 20, 100


def single(parameters: QueryParams, name: str) -> str | None:
    """Return the value of a parameter that may be given once, or None."""
    values = all_of(parameters, name)
    if len(values) > 1:
        raise invalid_parameter(name, "may be given once")
    return values[0] if values else None


def filled(parameters: QueryParams, name: str) -> str | None:
    """Return the value of a parameter that may be given once, and not without a value."""
    value = single(parameters, name)
    if value == "":
        raise invalid_parameter(name, "has no value")
    return value


def all_of(parameters: QueryParams, name: str) -> list[str]:
    """Return the values of a parameter; U+0000, which PostgreSQL cannot even be asked for, is in none of them."""
    values = parameters.getlist(name)
    if any("\0" in value for value in values):
        raise invalid_parameter(name, "must not contain U+0000")
    return values


def one_of(parameters: QueryParams, name: str, known: Collection[str]) -> str | None:
    """Return a word of a list, or None where none was given."""
    value = filled(parameters, name)
    if value is not None and value not in known:
        raise invalid_parameter(name, f"is none of {', '.join(known)}")
    return value


def date(parameters: QueryParams, name: str) -> str | None:
    """Return a day of the calendar, or None where none was given."""
    value = filled(parameters, name)
    try:
        return value and day(value).isoformat()
    except ValueError as error:
        raise invalid_parameter(name, str(error)) from None


def words(parameters: QueryParams, name: str, known: Collection[str]) -> set[str]:
    """Return the words of a list with commas, each of which is known."""
    value = filled(parameters, name)
    found = set() if value is None else set(value.split(","))
    if not found <= set(known):
        raise invalid_parameter(name, f"is no list of {', '.join(known)}")
    return found


def limit(parameters: QueryParams) -> int:
    """Return how many items a page has."""
    value = single(parameters, "limit")
    if value is None:
        return PAGE
    digits = value.lstrip("0")
    if not (digits.isascii() and digits.isdigit()):
        raise invalid_parameter("limit", "must be a whole number from 1")
    return LONGEST_PAGE if len(digits) > len(str(LONGEST_PAGE)) else min(int(digits), LONGEST_PAGE)
