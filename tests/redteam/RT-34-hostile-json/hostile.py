"""Answers with JSON that hurts its reader."""

import json

import raw

MEGABYTE = (1 << 20) - 100
TEXTS = [
    b"[" * 200_000,
    b'{"word":' * 90_000 + b"1" + b"}" * 90_000,
    b'{"word": ' + b"9" * 100_000 + b"}",
    rb'{"word": "\ud800"}',
    rb'{"\udfff": "word"}',
    b'{"word": NaN}',
    b'{"word": -Infinity}',
    b'{"word": "a", "word": "b"}',
    b'{"word": "\xff\xfe"}',
    b"",
    b'{"word": "x"} {"word": "y"}',
    b'{"word": 1e999}',
    b'{"word": [' + b",".join([b"{}"] * (MEGABYTE // 3)) + b"]}",
    b"[" + b",".join([b"[]"] * (MEGABYTE // 3)) + b"]",
    b'{"word": "x"',
    json.dumps({"word": "x"}).encode("utf-16"),
    b'{"word": 3}',
    b"{}",
    b'["word"]',
    b"{" + b",".join(b'"%d":0' % (number % 60_000) for number in range(70_000)) + b"}",
]

raw.serve([lambda _, text=text: raw.answer(text, b"Content-Type: application/json; charset=rot13") for text in TEXTS])
