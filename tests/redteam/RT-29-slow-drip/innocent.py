"""Streams its answers in many small pieces, some of them after a moment."""

import time

import raw


def piecemeal(word):
    """Give an answer in pieces."""
    whole = raw.right(word)
    for place in range(0, len(whole), 7):
        time.sleep(0.005)
        yield whole[place : place + 7]


raw.serve([piecemeal] * 10)
