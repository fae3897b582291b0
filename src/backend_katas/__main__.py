"""Lets `python -m backend_katas` do what `katas` does."""

from backend_katas.cli import main

main()
