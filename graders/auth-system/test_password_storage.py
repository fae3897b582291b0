"""Password storage: whoever steals the database or the log still cannot log in."""

from backend_katas.grader import points
from backend_katas.probes.passwords import fast_digests, weakness


@points(3, clause="password-storage-1")
def test_the_database_holds_no_password(account, postgres):
    """No column of the database holds a password, an encoding of it, or a fast digest.

    A graphics card tries billions of SHA-256 digests a second: a fast digest of a password is as good as the password
    (ASVS 11.4.2).
    """
    account.login()
    account.fail()

    found = postgres.database.find(fast_digests(account.password))

    assert not found, f"the database gives a password away: {', '.join(map(str, found))}"
    assert sum(postgres.database.row_snapshot().values()) > 0, "there is no account in the database, where is it kept?"


@points(3, clause="password-storage-2")
def test_password_hashes_are_slow(people, postgres):
    """A stored password is an argon2id, scrypt, bcrypt or PBKDF2 hash with at least OWASP's parameters.

    These are made to be slow and to be made slower year by year (OWASP Password Storage Cheat Sheet).
    """
    before = postgres.database.password_hashes()

    people.member()

    new = [stored for hashes in postgres.database.hashes_since(before).values() for stored in hashes]
    assert new, "a signup stores nothing in a known form of a password hash, such as `$argon2id$...` or `$2b$...`"
    weak = [reason for stored in new if (reason := weakness(stored.text))]
    assert not weak, f"the stored hash is too weak: {weak[0]}"


@points(1, clause="password-storage-3")
def test_equal_passwords_have_different_hashes(people, postgres):
    """Two accounts with one password are stored with different hashes.

    With a salt for each, one guess is one guess at one account, and a table made in advance is worthless.
    """
    before = postgres.database.password_hashes()
    first, second = people.member(), people.stranger()
    second.password = first.password
    assert second.sign_up().status_code == 201

    columns = postgres.database.hashes_since(before).items()

    assert any(len(new) >= 2 for _, new in columns), "two signups did not store two hashes in a known form"
    same = [column for column, new in columns if len({stored.text for stored in new}) < len(new)]
    assert not same, f"two accounts have the same hash in {same[0]}: the salt is missing, or always the same"


@points(2, clause="password-storage-4")
def test_every_character_of_a_password_counts(people, rng):
    """A password that differs only after its 72nd byte is wrong.

    bcrypt reads 72 bytes and drops the rest without a word: forty emoji are more than twice that (ASVS 6.2.8).
    """
    account = people.stranger()
    beginning = "".join(rng.choices("🐎🔋🧷🦉🍋🎈🚲🎻", k=40))
    account.password = beginning + people.word(12)
    assert account.sign_up().status_code == 201, "a password of 52 characters was refused"

    assert account.attempt().status_code == 200, "the right password is refused"
    for wrong in (beginning + people.word(12), beginning, account.password + "x"):
        assert account.attempt(wrong).status_code == 401, "another ending of a long password logs in as well"


@points(1, clause="password-storage-5")
def test_no_answer_and_no_log_holds_a_password(people, deployment, postgres):
    """Neither the answers nor the program's log hold a password or its hash.

    Logs are read by more people, and kept in more places, than any database (ASVS 16.2.5).
    """
    account = people.stranger()
    position = deployment.web.log_position()
    before = postgres.database.password_hashes()

    signed_up, tokens = account.sign_up(), account.login()
    answers = [signed_up, tokens.answer, tokens.me(), account.fail(), account.sign_up()]

    new = [stored.text for hashes in postgres.database.hashes_since(before).values() for stored in hashes]
    log = deployment.web.log_since(position)
    for secret in (account.password, *new):
        leaks = [f"the answer of {answer.request.path_url}" for answer in answers if secret in answer.text]
        leaks += ["the program's log"] if secret in log else []
        assert not leaks, f"{leaks[0]} holds a password or its hash"
