"""Logs in colours and in many scripts, and answers with what it was asked, whatever that is."""

import sys

from honest import serve

print("\x1b[32mready\x1b[0m — שלום, 你好, \u0645\u0631\u062d\u0628\u0627 \U0001f600", file=sys.stderr, flush=True)
print("::notice::this is how a program talks to its own CI", flush=True)
serve()
