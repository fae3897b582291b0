"""What a client accepts: RFC 9110 section 12.5.1."""

from tracker.problems import Problem

RANGES = ("application/json", "application/*", "*/*")  # those that JSON falls into, the most specific first


def require_json(header: str) -> None:
    """Raise 406 for a client that wants no JSON; the most specific range that JSON falls into decides."""
    weights = dict(map(_weigh, header.split(",")))
    if header.strip() and not next((weights[name] for name in RANGES if name in weights), 0):
        raise Problem(406, "not-acceptable", "this is to be had as application/json")


def _weigh(item: str) -> tuple[str, float]:
    """Return a media range and its weight; one that cannot be read counts in full."""
    name, *parameters = (part.strip().lower() for part in item.split(";"))
    weight = next((text[2:] for text in parameters if text.startswith("q=")), "1")
    try:
        return name, float(weight)
    except ValueError:
        return name, 1
