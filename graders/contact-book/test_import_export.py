"""Other people's files are read and written as the standards have them, and what is wrong in them is told by line."""

import re

from backend_katas.grader import points

REPORTED = re.compile(r"\bline ([0-9]{1,9}): ")


@points(2, clause="import-export-1")
def test_csv_is_read_as_rfc_4180_has_it(book, people, documents):
    """`import` reads quoted commas, quotes and line breaks, CRLF and LF, a byte order mark and blank lines.

    RFC 4180 section 2. Spreadsheets write the mark, people leave the blank lines.
    """
    odd = [people.named(f'{people.word()}, "{people.word()}"'), people.named(f"{people.word()}\n{people.word()}, Esq.")]
    crowd = [people.anyone(), *odd, people.anyone()]
    header, _, body = documents.write_csv(person.row for person in crowd).partition("\r\n")
    file = book.beside("people.csv", f"\ufeff{header}\r\n\r\n{body}\r\n\r\n".encode())
    last = people.anyone()

    from_file = book.run("import", str(file))
    from_stdin = book.run("import", "-", stdin=f'"name","email"\n\n"{last.name}",{last.emails[0]}\n')

    assert from_file.exit_code == 0
    assert from_file.lines == [f"imported {len(crowd)}"]
    assert from_stdin.exit_code == 0
    assert from_stdin.lines == ["imported 1"]
    read = {person.name: person for person in book.people()}
    assert sorted(read) == sorted(person.name for person in [*crowd, last])
    for person in crowd:
        assert read[person.name] == person
    assert read[last.name] == people.named(last.name, emails=last.emails)


@points(2, clause="import-export-2")
def test_columns_are_found_by_their_names(book, people, documents, variant):
    """Columns are found by name in any order and case, unknown ones are ignored, and `;` separates several values.

    A file from elsewhere has other columns, in another order; reading by position puts phones into e-mails.
    """
    ada, bob = people.anyone(emails=2, phones=2, tags=2), people.name()
    cells = [f"{ada.tags[0]};;{ada.tags[1]};", "ACME", "; ".join(ada.phones), ada.name, ";".join(ada.emails)]
    mixed = documents.write_csv([cells], columns=[variant["tags_column"].upper(), "Company", "Phone", "NAME", "eMail"])

    runs = [book.run("import", "-", stdin=text) for text in (mixed, f"Name\r\n{bob}\r\n")]

    assert [run.exit_code for run in runs] == [0, 0]
    assert sorted(book.people(), key=lambda person: person.name != ada.name) == [ada, people.named(bob)]


@points(2, clause="import-export-3")
def test_a_bad_row_is_told_by_its_line(book, people, documents):
    """Bad rows are told on stderr, each by its line, the others are imported, and the exit code is 2.

    In a file of thousands of rows "invalid e-mail" helps nobody; "line 4711: invalid e-mail" does.
    """
    known, first, second, third = people.anyone(), people.anyone(), people.anyone(), people.anyone()
    book.add(known)
    rows = [
        first.row,
        [people.name(), "nobody", "12", ""],  # line 3: two mistakes, one problem
        second.row,
        [],  # line 5 is blank
        [" ", people.email(), "", ""],
        [people.name(), known.emails[0], "", ""],
        third.row,
        [people.name(), f"{people.email()};{first.emails[0]}", "", ""],
        [people.name(), "", "555-CALL", ""],
    ]

    run = book.run("import", "-", stdin=documents.write_csv(rows))

    assert run.exit_code == 2
    assert run.lines == ["imported 3"]
    assert sorted(int(number) for number in REPORTED.findall(run.stderr)) == [3, 6, 7, 9, 10], "the lines on stderr"
    assert sorted(book.names()) == sorted(person.name for person in (known, first, second, third))


@points(2, clause="import-export-4")
def test_a_strict_import_is_all_or_nothing(book, people, documents):
    """`import --strict` imports nothing when one row is bad, and everything when none is.

    Whoever mends a file and imports it again must not meet the first half as duplicates.
    """
    known, crowd = people.anyone(), [people.anyone() for _ in range(5)]
    book.add(known)
    good = documents.write_csv(person.row for person in crowd)
    last_is_bad = documents.write_csv([*(person.row for person in crowd), [people.name(), "nobody", "", ""]])

    refused = book.run("import", "-", "--strict", stdin=last_is_bad)

    assert refused.exit_code == 2
    assert len(REPORTED.findall(refused.stderr)) == 1, "the bad row is not told on stderr, once"
    assert book.people() == [known], "a strict import with a bad row changed the book"
    accepted = book.run("import", "-", "--strict", stdin=good)
    assert accepted.exit_code == 0
    assert accepted.lines == ["imported 5"]
    assert sorted(book.names()) == sorted(person.name for person in [known, *crowd])


@points(1, clause="import-export-5")
def test_a_file_that_cannot_be_read_is_refused(book, people):
    """A file that is not there, is no UTF-8 or has no column `name` exits with 2, and nothing is imported.

    A letter guessed from a wrong encoding is wrong for ever; better to ask for the right file.
    """
    latin = book.beside("latin.csv", f"name\r\n{people.name()}\r\nZoë {people.name()}\r\n".encode("latin-1"))
    nameless = book.beside("nameless.csv", f"first name,email\r\n{people.name()},{people.email()}\r\n".encode())

    for file in (book.path.with_name("not there.csv"), latin, nameless):
        assert book.run("import", str(file)).exit_code == 2, f"`{file.name}` was not refused with 2"
    assert book.names() == []


@points(2, clause="import-export-6")
def test_csv_is_written_as_rfc_4180_has_it(book, people, documents, variant):
    """`export` writes a header and a row for each contact, with CRLF, and with quotes where they are needed.

    RFC 4180 section 2, read by a strict reader of ours: one comma in a name must not become two columns.
    """
    names = [f'A "{people.word()}", Esq.', f"B\n{people.word()}", f"C {people.word()}"]
    crowd = [people.named(name, emails=(people.email(), people.email()), tags=(people.word(),)) for name in names]
    book.add(*reversed(crowd))

    run = book.run("export")

    assert run.exit_code == 0
    header, *rows = documents.read_csv(run.stdout_bytes) or [[]]
    assert header == ["name", "email", "phone", variant["tags_column"]]
    assert [[[value.strip() for value in cell.split(";")] for cell in row] for row in rows] == [
        [[person.name], list(person.emails), [""], list(person.tags)] for person in crowd
    ]


@points(1, clause="import-export-7")
def test_what_was_exported_can_be_imported(book, people):
    """What `export` wrote, `import` reads into another book: the same names, e-mails, phones and tags.

    A backup is only one when it has been restored.
    """
    book.fill(people.anyone(emails=number % 3, phones=number // 3, tags=number % 4) for number in range(9))
    odd = people.named(f'Ünal "{people.word()}", \\n;\n{people.word()} 🦉', phones=(people.phone(), people.phone()))
    book.add(odd)
    exported, other = book.done("export", "--format", "csv"), book.at("other.db")

    run = other.run("import", "-", stdin=exported.stdout_bytes)

    assert run.exit_code == 0
    assert other.people() == book.people()


@points(1, clause="import-export-8")
def test_json_is_exported_as_it_is_listed(book, people, contacts):
    """`export --format json` prints what `list --json` prints.

    With ids and times, it is the one format that loses nothing.
    """
    book.add(people.anyone(emails=2), people.anyone(tags=2))

    run = book.run("export", "--format", "json")

    assert run.exit_code == 0
    assert contacts.contacts_in(run) == book.contacts()


@points(2, clause="import-export-9")
def test_vcards_are_written_as_rfc_6350_has_them(book, people, documents):
    """`export --format vcard` writes a vCard 4.0 for each contact, with every text escaped.

    RFC 6350 sections 3.2 to 3.4, read by a reader of ours: phones refuse a whole file for one stray comma.
    """
    names = [f"C:\\new\\{people.word()}", f"{people.word()}, {people.word()}; Esq.\n{'🐎' * 35}"]
    crowd = [*(people.named(name) for name in names), people.anyone(emails=2, phones=2, tags=3)]
    book.add(*crowd)

    run = book.run("export", "--format", "vcard")

    assert run.exit_code == 0
    found = [_read_card(card, documents) for card in documents.read_vcards(run.stdout_bytes)]
    assert sorted(found) == sorted(_card_of(person) for person in crowd)


def _read_card(card, documents):
    def texts(name):
        found = [text for value in card.get(name, []) for text in documents.plain_values(value)]
        return sorted(filter(None, found))

    return texts("FN"), texts("EMAIL"), sorted(filter(None, map(_digits, card.get("TEL", [])))), texts("CATEGORIES")


def _card_of(person):
    return [person.name], sorted(person.emails), sorted(map(_digits, person.phones)), sorted(person.tags)


def _digits(phone):
    return re.sub("[^0-9]", "", phone)
