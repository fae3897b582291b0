"""Forgotten and changed passwords: the owner gets back in, and everybody else is out."""

from statistics import median

from backend_katas.client import Answer, Call
from backend_katas.grader import chancy, eventually, points
from backend_katas.probes.tokens import entropy_bits

ELSEWHERE = "attacker.example.org"
ROUNDS, MAIL = 3, 0.3  # MAIL: the seconds that the mail server takes for one mail


@points(1, clause="password-reset-1")
def test_forgetting_tells_nobody_who_is_there(people, mailbox, deployment):
    """POST /auth/password/forgot answers the same 202 for any address, and mails a link only to a known one.

    The link begins with APP_BASE_URL whatever the request says, or the owner would carry the token to an attacker.
    """
    link = f"{deployment.environment['APP_BASE_URL']}/reset-password?token="
    unknown, account = people.stranger(), people.member()

    answers = [person.forgot(headers={"X-Forwarded-Host": ELSEWHERE}) for person in (unknown, account)]
    mails = mailbox.wait(to=account.email, containing="/reset-password?token=")

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].text.replace(unknown.email, "") == answers[1].text.replace(account.email, "")
    assert link in mails[0].text
    assert not mailbox.to(unknown.email), "a mail went to an address that has no account"


@chancy
@points(1, clause="password-reset-2")
def test_a_slow_mail_server_does_not_show_who_is_there(people, mailbox):
    """While the mail server is slow, asking for a known address takes no longer for it.

    Whoever waits for the mail server before answering tells by the clock who has an account (ASVS 6.3.8).
    """
    known = [people.member() for _ in range(3)]

    def difference() -> float:
        """Compare medians of interleaved calls."""
        with mailbox.slow(MAIL):
            pairs = [(_seconds(people.stranger()), _seconds(account)) for account in known]
        return median(there for _, there in pairs) - median(unknown for unknown, _ in pairs)

    differences: list[float] = []
    while len(differences) < ROUNDS and min(differences, default=MAIL) > MAIL / 2:
        differences.append(difference())

    assert min(differences) <= MAIL / 2, "the answer for a known address waits for the mail server"


@points(2, clause="password-reset-3")
def test_a_link_sets_a_new_password(people, letters):
    """POST /auth/password/reset answers 204 without tokens; the new password logs in and the old one does not."""
    account, new = people.member(), people.password()
    token = letters.reset(account)

    made_up = account.reset(f"{token[:-4]}AAAA" if not token.endswith("AAAA") else f"{token[:-4]}BBBB", new)
    answer = account.reset(token, new)

    assert made_up.status_code == 400, "the token was made up"
    assert answer.status_code == 204
    assert account.attempt().status_code == 401, "the old password still logs in"
    assert account.attempt(new).status_code == 200, "the new password does not log in"


@points(1, clause="password-reset-4")
def test_a_reset_token_works_once_and_only_the_newest(people, letters):
    """A used reset token answers 400, and so does an older one once a newer was mailed.

    A link that was used may lie in a mailbox for years (ASVS 6.5.1).
    """
    account = people.member()
    older = letters.reset(account)
    newer = letters.reset(account, besides={older})

    assert account.reset(older, people.password()).status_code == 400, "the older token still works"
    assert account.reset(newer, people.password()).status_code == 204
    assert account.reset(newer, people.password()).status_code == 400, "the same token works twice"


@chancy
@points(2, clause="password-reset-5")
def test_ten_resets_at_once_set_one_password(api, people, letters, postgres):
    """When one token arrives ten times at the same moment, exactly one answer is 204 and the others are 400."""
    token = letters.reset(people.member())
    bodies = [{"token": token, "password": people.password()} for _ in range(10)]

    with postgres.relay.delay(0.03) as fault:
        answers = api.burst([Call("POST", "/auth/password/reset", json=body) for body in bodies])

    assert sorted(answer.status_code for answer in answers) == [204, *[400] * 9]
    assert fault.hits > 0, "the reset tokens are not kept in PostgreSQL: no reset asked it for anything"


@chancy
@points(1, clause="password-reset-6")
def test_an_old_reset_token_is_refused(people, letters, aged):
    """A reset token older than RESET_TOKEN_TTL answers 400 (ASVS 6.5.5)."""
    account = people.member()
    assert account.reset(letters.reset(account), people.password()).status_code == 204, "not even a new token works"

    body = {"token": aged["reset token"], "password": people.password()}
    answer = aged.api.post("/auth/password/reset", json=body)

    assert answer.status_code == 400, "RESET_TOKEN_TTL was 2, and the token three seconds old"


@points(2, clause="password-reset-7")
def test_a_reset_ends_all_sessions(people, letters):
    """After a reset the account's earlier refresh tokens and access tokens answer 401.

    Who resets a password often does it because somebody else is logged in (ASVS 7.4.3).
    """
    account, new = people.member(), people.password()
    sessions = [account.login(), account.login().renewed()]

    assert account.reset(letters.reset(account), new).status_code == 204

    assert [session.me().status_code for session in sessions] == [401, 401], "access tokens still work"
    assert [session.renew().status_code for session in sessions] == [401, 401], "refresh tokens still work"
    account.password = new
    assert account.login().me().status_code == 200, "a login after the reset has no working token"


@points(1, clause="password-reset-8")
def test_a_reset_token_is_long_and_not_in_the_database(account, letters, postgres):
    """A reset token has at least 128 bits, and the database holds only a hash of it.

    Until it is used a reset token is as good as the password (ASVS 11.5.1).
    """
    token = letters.reset(account)

    assert entropy_bits(token) >= 128, f"`{token}` cannot hold 128 random bits"
    found = postgres.database.find({"a reset token": token})
    assert not found, f"the token stands in the database: {', '.join(map(str, found))}"


@points(1, clause="password-reset-9")
def test_a_new_password_obeys_the_rules_of_signup(people, letters):
    """A short or common new password answers 422, and the reset token stays good for a better one."""
    account, new = people.member(), people.password()
    token, tokens = letters.reset(account), account.login()

    for weak in (people.word(3) + "%-7Z", "password123!"):
        assert account.reset(token, weak).status_code in (422, 400), f"a reset to `{weak}` was not refused"
        assert _change(tokens, account.password, weak).status_code in (422, 400), (
            f"a change to `{weak}` was not refused"
        )
    assert account.attempt().status_code == 200, "the old password is gone"
    assert account.reset(token, new).status_code == 204, "the refused attempts have used up the token"
    assert account.attempt(new).status_code == 200


@points(2, clause="password-reset-10")
def test_a_change_needs_the_password_and_ends_other_sessions(people):
    """POST /auth/password/change wants the present password, keeps the session that asks, and ends all others.

    A stolen access token must not be enough to take the account over for good (ASVS 6.2.3, 7.4.3).
    """
    account, new = people.member(), people.password()
    mine, others = account.login(), [account.login(), account.login().renewed()]

    assert _change(mine, f"not {account.password}", new).status_code in (401, 403)
    assert account.attempt().status_code == 200, "a refused change has changed the password"
    assert _change(mine, account.password, new).status_code == 204

    assert [account.attempt().status_code, account.attempt(new).status_code] == [401, 200], "old and new password"
    assert [other.me().status_code for other in others] == [401, 401], "access tokens of other sessions still work"
    assert [other.renew().status_code for other in others] == [401, 401], "other sessions can still be refreshed"
    assert mine.me().status_code == 200, "the session that changed the password was ended as well"
    assert mine.renew().status_code == 200


@points(1, clause="password-reset-11")
def test_the_owner_is_told_of_a_new_password(people, letters, mailbox):
    """A reset and a change each mail a notice to the account's address.

    If it was somebody else, the owner has to hear of it (ASVS 6.3.7).
    """
    account, passwords = people.member(), [people.password(), people.password()]

    def notices() -> list[str]:
        texts = [mail.text + mail.html for mail in mailbox.to(account.email)]
        return [text for text in texts if "?token=" not in text]

    assert account.reset(letters.reset(account), passwords[0]).status_code == 204
    eventually(lambda: len(notices()) >= 1, what="a notice by mail after a reset")
    account.password = passwords[0]
    assert _change(account.login(), *passwords).status_code == 204
    eventually(lambda: len(notices()) >= 2, what="a notice by mail after a change")

    assert not any(password in text for password in passwords for text in notices()), "a notice holds a password"


def _change(tokens, current: str, new: str) -> Answer:
    return tokens.bearer.post("/auth/password/change", json={"current_password": current, "new_password": new})


def _seconds(account) -> float:
    answer = account.forgot()
    assert answer.status_code == 202
    return answer.elapsed.total_seconds()
