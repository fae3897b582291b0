"""The contact book as a command: `python3 contacts.py COMMAND`."""

import gc
import sys

gc.disable()  # the process ends before there is garbage worth looking for

from contact_book.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
