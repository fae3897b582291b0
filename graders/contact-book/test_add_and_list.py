"""Adding contacts and listing them, for people and for programs."""

from backend_katas.grader import points

ODD_NAMES = (
    '"Q"  O\'Neill, d.h. \\n; $HOME `id` %s {} <b>&amp;',
    "--help",
    "李小龍 Ψυχή أحمد 👩‍👩‍👧 🦉",
    "Zoe\u0308 & Zo\u00eb\non two\tlines",
)
# By code points of the folded name: digits before letters one by one, a blank and a dash before any letter, no locale.
IN_ORDER = (
    "12 Monkeys",
    "9 Lives",
    "Ada Lovelace",
    "ADA-LYNN",
    "Ádám",
    "Émile Zola",
    "strasse A",
    "Straße B",
    "Zoë",
    "Ωmega",
)


@points(3, clause="add-and-list-1")
def test_add_prints_the_new_id(book, people):
    """`add` prints the new contact's id, and every contact has its own.

    A script that adds a contact goes on with its id, so nothing else may stand on stdout.
    """
    ada, bob = people.anyone(), people.anyone()
    namesake = people.named(ada.name)

    runs = [book.run("add", *person.arguments) for person in (ada, bob, namesake)]

    assert [run.exit_code for run in runs] == [0, 0, 0]
    listed = {contact.person: contact.id for contact in book.contacts()}
    for person, run in zip((ada, bob, namesake), runs, strict=True):
        assert person in listed, f"the list has no {person.name} as added"
        assert run.stdout == f"{listed[person]}\n", "stdout is not the contact's id and a line feed"
    assert len(set(listed.values())) == 3, "two contacts have one id"


@points(2, clause="add-and-list-2")
def test_an_empty_book_is_listed_as_nothing(book):
    """Without a book `list` prints nothing and `list --json` prints `[]`, and both exit with 0.

    An empty list is an answer, not an error; pipelines depend on the difference.
    """
    plain, json = book.run("list"), book.run("list", "--json")

    assert plain.exit_code == 0
    assert plain.stdout == ""
    assert json.exit_code == 0
    assert json.json() == []


@points(2, clause="add-and-list-3")
def test_list_json_has_all_of_a_contact(book, people):
    """`list --json` prints every contact with id, name, e-mails, phones, tags and times.

    RFC 8259 section 8.1: JSON between programs is UTF-8. RFC 3339: times that sort and have a zone.
    """
    full, bare = people.anyone(emails=2, phones=2, tags=3), people.named(people.name())
    book.add(full, bare)

    listed = {contact.person.name: contact for contact in book.contacts()}

    assert sorted(listed) == sorted([full.name, bare.name])
    assert listed[full.name].person == full
    assert listed[bare.name].person == bare, "what was not given is not an empty list"
    for contact in listed.values():
        assert contact.updated >= contact.created, "updated_at is before created_at"


@points(2, clause="add-and-list-4")
def test_list_prints_a_line_for_each_contact(book, people):
    """`list` prints id, name, first e-mail and first phone of each contact on one line, with tabs between.

    One record a line and one separator is what `cut`, `sort` and `awk` expect, so a name must not break its line.
    """
    first, second, third = sorted(people.word() for _ in range(3))
    full = people.anyone(emails=2, phones=2)
    full = people.named(first, emails=full.emails, phones=full.phones, tags=full.tags)
    bare, broken = people.named(second), people.named(f"{third}\tin two\nlines\x1b[31m")
    ids = book.add(full, bare, broken)

    run = book.done("list")

    assert run.lines == [
        f"{ids[0]}\t{first}\t{full.emails[0]}\t{full.phones[0]}",
        f"{ids[1]}\t{second}\t\t",
        f"{ids[2]}\t{third} in two lines [31m\t\t",
    ]


@points(3, clause="add-and-list-5")
def test_a_name_comes_back_as_it_was_given(book, people):
    """A name comes back from `list --json` exactly, whatever its characters, but for the blanks at its ends.

    People's names are not made of A to Z; a program that cannot keep one will lose others.
    """
    names = [f"{name} {people.word(4)}" for name in ODD_NAMES]

    for name in names:
        assert book.run("add", f"--name={name}").exit_code == 0, f"the name {name!r} was refused"
    padded = people.name()
    assert book.run("add", "--name", f" \t{padded}  ").exit_code == 0, "a name with blanks at its ends was refused"

    kept = book.names()
    for name in [*names, padded]:
        assert name in kept, f"the name {name!r} did not come back as it was given"
    assert len(kept) == len(names) + 1


@points(2, clause="add-and-list-6")
def test_contacts_are_listed_by_folded_name(book, people, rng, contacts):
    """Contacts are listed by folded name in the order of code points, and with `--sort created` the oldest first.

    An order that depends on the machine's locale is another one elsewhere, and no order at all for programs.
    """
    added = rng.sample(IN_ORDER, len(IN_ORDER))
    book.add(*(people.named(name) for name in added))

    plain, by_name, by_time = book.each(
        ["list", "--json"], ["list", "--json", "--sort", "name"], ["list", "--json", "--sort", "created"]
    )

    assert [run.exit_code for run in (plain, by_name, by_time)] == [0, 0, 0]
    assert contacts.names_in(plain) == list(IN_ORDER)
    assert contacts.names_in(by_name) == list(IN_ORDER)
    assert contacts.names_in(by_time) == added


@points(1, clause="add-and-list-7")
def test_a_list_can_be_limited(book, people, contacts, variant):
    """`--{{limit_option}} N` prints the first N contacts only, `--tag T` those with the tag.

    A limit that is no number is a mistake to be told, not one to be guessed about.
    """
    tag, limit = people.word(), f"--{variant['limit_option']}"
    names = sorted(people.name() for _ in range(3))
    book.add(
        people.named(names[2], tags=(people.word(), tag)), people.named(names[1]), people.named(names[0], tags=(tag,))
    )

    two, tagged, word, negative = book.each(
        ["list", "--json", limit, "2"],
        ["list", "--json", "--tag", tag],
        ["list", limit, "two"],
        ["list", f"{limit}=-1"],
    )

    assert two.exit_code == 0
    assert contacts.names_in(two) == names[:2]
    assert tagged.exit_code == 0
    assert contacts.names_in(tagged) == [names[0], names[2]]
    assert word.exit_code == 2
    assert negative.exit_code == 2
