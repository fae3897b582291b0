"""E-mail verification: a mailed link proves the address, once, for a while, and leads nowhere else."""

from backend_katas.client import Answer
from backend_katas.grader import chancy, environment, points
from backend_katas.probes.tokens import entropy_bits

ELSEWHERE = "attacker.example.org"


@points(1, clause="email-verification-1")
def test_a_new_account_gets_a_mail_with_a_link(account, mailbox, deployment):
    """Signing up mails a link to APP_BASE_URL/verify-email with a token, in plain text."""
    link = f"{deployment.environment['APP_BASE_URL']}/verify-email?token="

    mails = mailbox.wait(to=account.email, containing="/verify-email?token=")

    assert link in mails[0].text, "the mail's plain text holds no such link"
    assert len(mails[0].text.partition(link)[2].split()[0]) > 0


@points(2, clause="email-verification-2")
def test_the_link_does_not_follow_the_request(people, mailbox, deployment):
    """The link begins with APP_BASE_URL, whatever Host, X-Forwarded-Host or Forwarded say.

    A link made from the request would send the owner, token in hand, to whoever made the request.
    """
    link = f"{deployment.environment['APP_BASE_URL']}/verify-email?token="
    forwarded = {"X-Forwarded-Host": ELSEWHERE, "X-Forwarded-Proto": "http", "Forwarded": f"host={ELSEWHERE}"}

    for number, headers in enumerate((forwarded, {"Host": ELSEWHERE})):
        account = people.stranger()
        body = {"email": account.email, "password": account.password}
        answer = account.api.post("/auth/signup", json=body, headers=headers)
        if number == 1 and 400 <= answer.status_code < 500:
            continue  # a program may serve no foreign Host at all
        assert answer.status_code == 201
        for mail in mailbox.wait(to=account.email, containing="/verify-email?token="):
            assert link in mail.text
            assert ELSEWHERE.encode() not in mail.raw, f"the mail names the host of the request, {ELSEWHERE}"


@points(2, clause="email-verification-3")
def test_a_link_verifies_the_address_once(api, account, letters):
    """POST /auth/verify-email answers 204, the address is verified, and the token is used up.

    A link that stays good is found in the mailbox, and in the browser's history, for years (ASVS 6.5.1).
    """
    tokens, token = account.login(), letters.verification(account)

    made_up = _verify(api, f"{token[:-4]}AAAA" if not token.endswith("AAAA") else f"{token[:-4]}BBBB")
    assert made_up.status_code == 400
    assert made_up.content_type.startswith("application/problem+json"), "the 400 is no problem document"
    assert tokens.me().member("email_verified") is False
    assert _verify(api, token).status_code == 204
    assert tokens.me().member("email_verified") is True
    assert _verify(api, token).status_code == 400, "the same token was accepted a second time"


@chancy
@points(1, clause="email-verification-4")
def test_an_old_link_is_refused(account, letters, aged):
    """A verification token older than VERIFY_TOKEN_TTL answers 400 (ASVS 6.5.5)."""
    assert _verify(account.api, letters.verification(account)).status_code == 204, "not even a new token is accepted"

    answer = _verify(aged.api, aged["verification token"])

    assert answer.status_code == 400, "VERIFY_TOKEN_TTL was 2, and the token three seconds old"


@points(1, clause="email-verification-5")
def test_a_new_link_ends_the_old_one(people, letters, mailbox):
    """Asking for a new link answers 202 for any address, mails one only to a known one, and ends the old one.

    A different answer would tell a stranger who has an account.
    """
    unknown, account = people.stranger(), people.member()
    old = letters.verification(account)

    answers = [_resend(person) for person in (unknown, account)]
    new = letters.verification(account, besides={old})

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].text.replace(unknown.email, "") == answers[1].text.replace(account.email, "")
    assert not mailbox.to(unknown.email), "a mail went to an address that has no account"
    assert _verify(account.api, old).status_code == 400, "the old token was accepted after a newer one was mailed"
    assert _verify(account.api, new).status_code == 204


@environment(REQUIRE_VERIFIED_EMAIL="1")
@points(2, clause="email-verification-6")
def test_an_unverified_account_cannot_log_in(account, letters):
    """With REQUIRE_VERIFIED_EMAIL=1 the right password answers 403 until the address is verified.

    A wrong password is told first: who does not know it learns nothing about the account.
    """
    assert account.attempt().status_code == 403
    assert account.fail().status_code == 401

    assert _verify(account.api, letters.verification(account)).status_code == 204

    assert account.attempt().status_code == 200
    assert account.fail().status_code == 401


@points(1, clause="email-verification-7")
def test_a_verification_token_is_long_and_not_in_the_database(account, letters, postgres):
    """A verification token has at least 128 bits, and the database holds only a hash of it (ASVS 11.5.1)."""
    token = letters.verification(account)

    assert entropy_bits(token) >= 128, f"`{token}` cannot hold 128 random bits"
    found = postgres.database.find({"a verification token": token})
    assert not found, f"the token stands in the database: {', '.join(map(str, found))}"


def _verify(api, token: str) -> Answer:
    return api.post("/auth/verify-email", json={"token": token})


def _resend(account) -> Answer:
    return account.api.post("/auth/verify-email/resend", json={"email": account.email})
