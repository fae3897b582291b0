"""Greets whoever is named."""

import argparse
import os
import sys

GREETING = os.environ["GREETING"]


def hello(arguments):
    """Greet somebody."""
    if not arguments.name:
        print("hello: a NAME is missing", file=sys.stderr)
        return 2
    print(f"{GREETING}, {arguments.name}!")
    return 0


def parser():
    """Describe the commands; a wrong one gets the usage on standard error and exit code 2."""
    program = argparse.ArgumentParser(prog="{{kata}}", allow_abbrev=False)
    commands = program.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("hello", help="greet somebody", allow_abbrev=False)
    command.add_argument("name", nargs="?")
    command.set_defaults(run=hello)

    return program


def main():
    """Run the command that the arguments name; return the exit code."""
    arguments = parser().parse_args()
    return arguments.run(arguments)


if __name__ == "__main__":
    sys.exit(main())
