"""Answers with JSON that is odd and right: escapes, pairs of surrogates, deep and wide, huge numbers, a byte order."""

import json

import raw


def deep(levels):
    """Return lists in lists."""
    found = []
    for _ in range(levels):
        found = [found]
    return found


MORE = [
    {"emoji": "\U0001f600", "text": "\u0000\u001b\u202e"},
    {"deep": deep(80)},
    {"wide": list(range(20_000))},
    {"number": 10**400, "small": 1e-300},
    {str(number): number for number in range(5_000)},
    {"": "", "__class__": "x", "constructor": {"prototype": None}},
]

raw.serve([lambda word, more=more: raw.answer(json.dumps({"word": word, **more}).encode()) for more in MORE])
