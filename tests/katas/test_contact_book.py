"""What the grader of contact-book reads from outside is read strictly, and every legal form of it is accepted."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from backend_katas.catalogue import find_packs
from backend_katas.errors import ProgramFault
from backend_katas.grading import grade
from backend_katas.model import Status

GRADERS = Path(__file__).parents[2] / "graders" / "contact-book"


@pytest.fixture(scope="module")
def packs():
    """The pack of this checkout."""
    return find_packs({})


@pytest.fixture(scope="module")
def documents() -> ModuleType:
    """The readers of CSV and vCards."""
    found = importlib.util.spec_from_file_location("contact_book_documents", GRADERS / "documents.py")
    assert found
    assert found.loader
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "output",
    [
        "",
        "{}",
        "[1, null, [], true]",
        '[{"id": [], "name": 7}]',
        '[{"id": 17, "name": "Ada", "emails": [1], "phones": null, "tags": {}, "created_at": 0, "updated_at": ""}]',
        '[{"id": 17, "name": "", "emails": [], "phones": [], "tags": [], "created_at": "-", "updated_at": "now"}]',
        "name,email,phone,tags\r\n\r\n,\r\n;;;;\r\n",
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:\\\r\nEND:VCARD\r\n",
        "\t\t\t\t\nline 99999999999999999999: 17\n",
        "\\377\\200",
    ],
)
def test_an_odd_program_is_judged_and_never_an_error_of_ours(output, packs, tmp_path):
    """Whatever a program prints, each check says what is wrong with the program."""
    (tmp_path / "kata.yaml").write_text("kata: contact-book\ncli: sh odd.sh\n", encoding="utf-8")
    script = 'mkdir -p "${CONTACTS_FILE%/*}"; echo book > "$CONTACTS_FILE"; cat output >&2\n'
    script += 'case $1 in add) echo $$;; import) echo imported 1;; *) printf "$(cat output)";; esac\n'
    (tmp_path / "odd.sh").write_text(script, encoding="utf-8")
    (tmp_path / "output").write_text(output.replace("%", "%%"), encoding="utf-8", newline="")

    result = grade(tmp_path, packs)

    assert [check for check in result.checks if check.status is Status.ERROR] == []
    assert result.score < 40


@pytest.mark.parametrize(("make", "kind"), [("ln -s {}", "a link"), ("mkfifo", "a pipe")])
def test_a_book_that_leads_elsewhere_fails_and_leads_nowhere(make, kind, packs, tmp_path):
    """What the grader alone may read and write stays unread and unwritten, and nobody waits for a pipe."""
    secret, folder = tmp_path / "secret", tmp_path / "mine"
    folder.mkdir()
    secret.write_text("the grader's")
    (folder / "kata.yaml").write_text("kata: contact-book\ncli: sh odd.sh\n", encoding="utf-8")
    script = 'mkdir -p "${CONTACTS_FILE%/*}"; cd "${CONTACTS_FILE%/*}"; case $1 in add) echo $$;; esac\n'
    script += 'for file in "${CONTACTS_FILE##*/}" people.csv latin.csv; do\n'
    script += f'rm -f "$file"; {make.format(secret)} "$file"; done\n'
    (folder / "odd.sh").write_text(script, encoding="utf-8")

    result = grade(folder, packs, levels=("persist", "safe-writes", "import-export"))

    assert [check.message for check in result.checks if check.status is Status.ERROR] == []
    assert [check for check in result.checks if f"contacts.db` is {kind}" in check.message]
    assert secret.read_text() == "the grader's"
    assert "the grader's" not in result.to_json()


@pytest.mark.parametrize(
    ("document", "records"),
    [
        ("", []),
        ("a,b\r\n", [["a", "b"]]),
        ("a,b", [["a", "b"]]),
        ("\ufeffa,b\r\n", [["a", "b"]]),
        ("a,\r\n,b\r\n", [["a", ""], ["", "b"]]),
        ('"a","b"\r\n', [["a", "b"]]),
        ('"a,b","c""d","e\r\nf\ng"\r\nh', [["a,b", 'c"d', "e\r\nf\ng"], ["h"]]),
        ("Zoë,🦉\r\n", [["Zoë", "🦉"]]),
    ],
)
def test_csv_of_rfc_4180_is_read(documents, document, records):
    """Records end with CRLF, the last one with or without; quotes hold commas, doubled quotes and line breaks."""
    assert documents.read_csv(document.encode()) == records


@pytest.mark.parametrize("document", ["a,b\nc,d\n", 'a"b,c\r\n', '"a"b,c\r\n', '"a,b\r\n', "a\rb\r\n"])
def test_csv_that_is_none_is_the_program_s_fault(documents, document):
    """Bare line feeds, quotes in the middle of a cell and quotes that nobody closes are refused."""
    with pytest.raises(ProgramFault, match="RFC 4180"):
        documents.read_csv(document.encode())


def test_a_document_that_is_no_utf_8_is_the_program_s_fault(documents):
    """The fault says where the document stops being text."""
    with pytest.raises(ProgramFault, match=r"not UTF-8.* byte 2"):
        documents.read_csv("Zoë\r\n".encode("latin-1"))


def test_vcards_are_read_in_every_legal_form(documents):
    """Names in any case, groups, parameters with a colon in quotes, and folded lines are read."""
    lines = [
        "begin:vcard",
        "VERSION:4.0",
        "fn:Ada",
        "  Lovelace",
        'item1.EMAIL;TYPE="work:home";PREF=1:ada@ex',
        "\tample.com",
        "EMAIL:a2@example.com",
        "END:VCARD",
        "",
    ]

    (card,) = documents.read_vcards("\r\n".join(lines).encode())

    assert card["FN"] == ["Ada Lovelace"]
    assert card["EMAIL"] == ["ada@example.com", "a2@example.com"]


@pytest.mark.parametrize(
    "lines",
    [
        ["VERSION:4.0"],
        ["BEGIN:VCARD", "VERSION:4.0", "FN:Ada"],
        ["BEGIN:VCARD", "VERSION:3.0", "FN:Ada", "END:VCARD"],
        ["BEGIN:VCARD", "FN:Ada", "VERSION:4.0", "END:VCARD"],
        ["BEGIN:VCARD", "VERSION:4.0", "FN:Ada\nLovelace", "END:VCARD"],
        ["BEGIN:VCARD", "VERSION:4.0", "no property", "END:VCARD"],
    ],
)
def test_vcards_that_are_none_are_the_program_s_fault(documents, lines):
    """What stands outside of a card, an open card, another version and a broken line are refused."""
    with pytest.raises(ProgramFault):
        documents.read_vcards("".join(f"{line}\r\n" for line in lines).encode())


def test_vcards_without_crlf_are_the_program_s_fault(documents):
    """RFC 6350 section 3.2: a line ends with CRLF."""
    with pytest.raises(ProgramFault, match="CRLF"):
        documents.read_vcards(b"BEGIN:VCARD\nVERSION:4.0\nFN:Ada\nEND:VCARD\n")


def test_a_character_cut_by_folding_is_the_program_s_fault(documents):
    """RFC 6350 section 3.2: a fold never stands inside a character of several bytes."""
    whole = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:🦉\r\nEND:VCARD\r\n".encode()
    cut = whole.index("🦉".encode()) + 2

    with pytest.raises(ProgramFault, match="not UTF-8"):
        documents.read_vcards(whole[:cut] + b"\r\n " + whole[cut:])


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ("Ada", ["Ada"]),
        ("", [""]),
        ("a,b", ["a", "b"]),
        (r"a\,b\;c;d", ["a,b;c;d"]),
        (r"C:\\new\nline\Nend", ["C:\\new\nline\nend"]),
    ],
)
def test_escaped_texts_are_read(documents, value, texts):
    """Commas that are not escaped separate texts; backslash, comma, semicolon and line feed may be escaped."""
    assert documents.plain_values(value) == texts


def test_an_unknown_escape_is_the_program_s_fault(documents):
    """RFC 6350 section 3.4 knows four escapes."""
    with pytest.raises(ProgramFault, match="no escape"):
        documents.plain_values(r"C:\temp")
