"""The contact book as a command: `python3 contacts.py COMMAND`."""

import sys

from contact_book.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
