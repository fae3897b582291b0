"""Packs its answers, though nobody asked, as servers do behind a proxy that unpacks."""

import gzip
import json
import zlib

import raw


def packed(pack, coding):
    """Return a page that is packed."""
    return lambda word: raw.answer(pack(json.dumps({"word": word}).encode()), b"Content-Encoding: " + coding)


raw.serve([packed(gzip.compress, b"gzip"), packed(zlib.compress, b"deflate"), packed(bytes, b"identity")])
