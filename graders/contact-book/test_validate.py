"""What cannot be right is refused, told apart by the exit code, and leaves no trace."""

from backend_katas.grader import points

DOMAIN = ".".join(["d" * 63, "e" * 63, "f" * 58, "com"])  # 190 bytes; with its `@` and 63 more an address has 254
BAD_EMAILS = {
    "no `@`": "ada.example.com",
    "two `@`": "ada@home@example.com",
    "nothing before the `@`": "@example.com",
    "a domain of one part": "ada@localhost",
    "a domain that ends with a dot": "ada@example.com.",
    "two dots side by side in the domain": "ada@example..com",
    "a blank in it": "ada lovelace@example.com",
    "255 bytes": f"{'a' * 64}@{DOMAIN}",
    "255 bytes in 223 characters": f"{'é' * 32}@{DOMAIN}",
}
BAD_PHONES = {
    "sixteen digits": "+1234 5678 9012 3456",
    "a letter": "555 01x9 22",
    "no digit": "+ (-) .",
    "digits that are not 0 to 9": "٠٢٠٧٩٤٦٠",
}
GOOD_PHONES = ("+44 (0)20 7946-0958", "030.1234567", "123456789012345")


@points(3, clause="validate-1")
def test_a_name_is_neither_blank_nor_too_long(book, people, variant):
    """A name that is missing, blank or longer than {{longest_name}} is refused with 2, one of {{longest_name}} is not.

    A character is a Unicode code point: not a byte, and not one of the two halves in which some languages count.
    """
    most = variant["longest_name"]
    refused = {
        "no name": [],
        "an empty name": ["--name="],
        "a name of blanks": ["--name", " \t \n "],
        f"a name of {most + 1} letters": ["--name", people.word(most + 1)],
    }
    longest = people.word(most - 100) + "🦉" * 100

    kept = book.run("add", "--name", f"  {longest} ")
    runs = book.each(*(["add", *arguments] for arguments in refused.values()))

    for wrong, run in zip(refused, runs, strict=True):
        assert run.exit_code == 2, f"{wrong} was not refused with 2"
    assert kept.exit_code == 0, f"a name of {most} characters was refused"
    assert book.names() == [longest]


@points(3, clause="validate-2")
def test_an_email_that_cannot_be_one_is_refused(book, people):
    """An e-mail without exactly one `@` and a dotted domain, with a blank, or longer than 254 bytes is refused with 2.

    RFC 5321 section 4.5.3.1.3: a path has at most 256 octets, and two of them are `<` and `>`. Whether anybody reads
    mail there, only the mail server knows.
    """
    good = people.named(people.name(), emails=(f"{'a' * 63}@{DOMAIN}", "a.b+c_d@mail.example.co.uk", "ada@example.org"))

    kept = book.run("add", *good.arguments)
    runs = book.each(*(["add", "--name", people.name(), "--email", email] for email in BAD_EMAILS.values()))

    for wrong, run in zip(BAD_EMAILS, runs, strict=True):
        assert run.exit_code == 2, f"an e-mail with {wrong} was not refused with 2"
    assert kept.exit_code == 0, "three good e-mails were refused"


@points(3, clause="validate-3")
def test_a_phone_that_cannot_be_one_is_refused(book, people, variant):
    """A phone of fewer than {{fewest_digits}} or more than 15 digits, or with other signs than `+ ( ) - .`, gets 2.

    ITU-T E.164: a number has at most 15 digits. How it is grouped is everybody's own habit.
    """
    shortest = "1234567"[: variant["fewest_digits"]]
    good = people.named(people.name(), phones=(shortest, *GOOD_PHONES))
    refused = {f"{len(shortest) - 1} digits": f"+1 ({shortest[1]}) {shortest[2:-1]}-", **BAD_PHONES}

    kept = book.run("add", *good.arguments)
    runs = book.each(*(["add", "--name", people.name(), f"--phone={phone}"] for phone in refused.values()))

    for wrong, run in zip(refused, runs, strict=True):
        assert run.exit_code == 2, f"a phone with {wrong} was not refused with 2"
    assert kept.exit_code == 0, "four good phones were refused"
    assert book.people() == [good]


@points(2, clause="validate-4")
def test_a_refused_contact_leaves_no_trace(book, people):
    """A refused `add` leaves the file at CONTACTS_FILE as it is, byte by byte.

    All or nothing: what is checked after it was stored is stored for good when the check goes wrong.
    """
    known = people.anyone()
    book.add(known)
    before = book.content()
    half_right = people.anyone().arguments
    refused = {
        "without a name": ["--email", people.email()],
        "with a good and a bad e-mail": [*half_right, "--email", "nobody"],
        "with a good and a bad phone": [*half_right, "--phone", "12"],
        "with an e-mail that is taken": [*half_right, "--email", known.emails[0]],
    }

    for wrong, arguments in refused.items():
        assert book.run("add", *arguments).exit_code != 0, f"`add` {wrong} was not refused"
        assert book.content() == before, f"`add` {wrong} changed the file"


@points(2, clause="validate-5")
def test_an_email_belongs_to_one_contact(book, people, variant):
    """An e-mail that another contact has, in whatever case and at whatever place, is refused with {{taken_exit_code}}.

    Mail servers do not tell Ada@ from ada@. {{taken_exit_code}} tells a script what 2 would not: the value is good, and
    taken.
    """
    ada, email = people.anyone(emails=2), people.email()
    book.add(ada)

    taken = book.run("add", "--name", people.name(), "--email", people.email(), "--email", ada.emails[1].upper())
    twice = book.run("add", "--name", people.name(), "--email", email, "--email", email.upper())

    assert taken.exit_code == variant["taken_exit_code"]
    assert twice.exit_code == 0, "one e-mail twice in one `add` is no conflict"
    stored = [person.emails for person in book.people() if person != ada]
    assert [[kept.casefold() for kept in emails] for emails in stored] == [[email]]


@points(1, clause="validate-6")
def test_a_wrong_call_is_told_from_a_failure(book, people):
    """An unknown command, an unknown option or an option without its value exits with 2.

    2 is what shells and most tools use for a wrong call (POSIX, exit status of `sh` built-ins and of `grep`).
    """
    book.add(people.anyone())

    unknown, option, no_value = book.each(
        [people.word()], ["list", f"--{people.word()}"], ["add", "--name", people.name(), "--email"]
    )

    assert unknown.exit_code == 2
    assert option.exit_code == 2
    assert no_value.exit_code == 2


@points(1, clause="validate-7")
def test_a_refusal_speaks_on_stderr_alone(book, people):
    """A refusal prints a message on stderr and nothing on stdout.

    stdout is what the next program in the pipe takes for data (POSIX: stderr is for diagnostic messages).
    """
    ada = people.anyone()
    book.add(ada)

    runs = book.each(
        [people.word()],
        ["add", "--name", " "],
        ["add", "--name", people.name(), "--email", "nobody"],
        ["add", "--name", people.name(), "--email", ada.emails[0]],
    )

    assert [run.stdout for run in runs] == [""] * 4, "something stands on stdout"
    assert all(run.stderr.strip() for run in runs), "a refusal has no message on stderr"
