"""A contact book for the shell: `BRIEF.md` says what each command does, `README.md` how to check it."""

import argparse
import os
import sys

# Where the contacts are kept; the format of the file is up to you.
CONTACTS_FILE = os.environ.get("CONTACTS_FILE", "contacts.json")


# Level 1: add and list. Start here.
#
# Keep the contact, print its new id and nothing else, and return the exit code that the brief names.
def add(arguments):
    """Add a contact."""
    print("`add` is not written yet", file=sys.stderr)
    return 70


# The next command of level 1:
#
#   list [--json]


def parser():
    """Describe the commands; a wrong one gets the usage on stderr and exit code 2, which is what the brief asks."""
    contacts = argparse.ArgumentParser(prog="contacts", allow_abbrev=False)
    commands = contacts.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("add", help="add a contact and print its id", allow_abbrev=False)
    command.add_argument("--name", required=True)
    command.add_argument("--email", action="append", default=[])
    command.add_argument("--phone", action="append", default=[])
    command.add_argument("--tag", action="append", default=[])
    command.set_defaults(run=add)

    return contacts


def main():
    """Run the command that the arguments name; return the exit code."""
    arguments = parser().parse_args()
    return arguments.run(arguments)


if __name__ == "__main__":
    sys.exit(main())
