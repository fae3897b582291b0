"""A program that can do nothing yet: `BRIEF.md` says what each command does, `README.md` how to check it."""

import argparse
import sys


# Level 1: hello. Start here.
#
# Print the greeting and return the exit code that the brief names.
def hello(arguments):
    """Greet somebody."""
    print("`hello` is not written yet", file=sys.stderr)
    return 70


def parser():
    """Describe the commands."""
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
