"""Repeats what it is told."""

import sys

TIMES = 2
OPTION = "--loud"

if not sys.argv[1:]:
    sys.exit("usage: parrot [OPTION] WORD")
option, *rest = sys.argv[1:]
words = [option, *rest] if option != OPTION else [word.upper() for word in rest]
print(*words * TIMES)
