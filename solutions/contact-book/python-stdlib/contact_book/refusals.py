"""Why a command was refused. Each reason has its exit code; the message goes to stderr."""


class Refusal(Exception):
    """Raised anywhere; `cli.main` tells it and ends with its exit code."""

    exit_code = 1


class NotFound(Refusal):
    """No such contact, or nothing to undo."""

    exit_code = 1


class Invalid(Refusal):
    """What was asked for breaks a rule."""

    exit_code = 2


class Conflict(Refusal):
    """Another contact has this e-mail address."""

    exit_code = 3


class StoreTrouble(Refusal):
    """The store cannot be read or written."""

    exit_code = 4
