"""Text as people compare it, and as a terminal can show it."""

import unicodedata

CONTROLS = dict.fromkeys([*range(32), *range(127, 160)], " ")


def fold(text: str) -> str:
    """Return what is left of a text without case and marks: `JOSÉ`, `José` and `jose` are one.

    NFKD parts a letter from its marks, casefold knows more than `lower` (`ß` is `ss`).
    """
    if text.isascii():  # most texts are, and there is nothing to part
        return text.lower()
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in folded if not unicodedata.category(letter).startswith("M"))


def one_line(text: str) -> str:
    """Replace control characters by blanks, so that a name can neither break a line nor command a terminal."""
    return text.translate(CONTROLS)


def quoted(text: str) -> str:
    """Return a text as a message shows it: on one line, not too long, in backticks."""
    line = one_line(" ".join(text.split()))
    return f"`{line[:60]}…`" if len(line) > 60 else f"`{line}`"
