"""A second factor: something one has beside something one knows."""

from backend_katas.grader import chancy, environment, points


@chancy
@points(1, clause="totp-mfa-1")
def test_a_phone_is_enrolled_and_activated(account, phone_with):
    """Enrolling gives a secret as Base32 and as otpauth URI, and a first code switches the second factor on.

    Asking for a code before it is on proves that the phone really has the secret (RFC 6238).
    """
    tokens = account.login()

    early = _totp(tokens, "activate", code="123456")
    enrolled = _totp(tokens, "enroll")
    assert early.status_code in (422, 400), "there was nothing to activate"
    assert enrolled.status_code == 200
    secret, uri = enrolled.member("secret", str), enrolled.member("otpauth_uri", str)
    phone = phone_with(secret)
    assert len(secret.rstrip("=")) >= 26, "the secret has fewer than 128 bits"
    assert uri.startswith("otpauth://totp/")
    assert f"secret={secret.rstrip('=')}" in uri, "the URI does not hold the secret"

    wrong = _totp(tokens, "activate", code=phone.wrong())
    assert wrong.status_code in (422, 400), "the code was wrong"
    assert account.attempt().member("access_token", str), "it is not on yet, but the login gives no tokens"
    activated = _totp(tokens, "activate", code=phone.code())
    assert activated.status_code == 200
    codes = activated.member("recovery_codes", list)
    assert len(set(map(str, codes))) >= 8, "there are fewer than eight different recovery codes"
    assert _totp(tokens, "enroll").status_code in (422, 400), "it is on already"


@chancy
@points(1, clause="totp-mfa-3")
def test_a_login_takes_a_code_and_each_code_once(protected):
    """A login with the right password wants a code too, and every code is accepted once.

    Who looks over a shoulder sees a code that is good for a minute; used up, it is good for nothing (ASVS 6.5.1).
    """
    activation = protected.phone.shown

    answer = protected.account.attempt()
    assert answer.status_code == 200
    assert answer.member("mfa_required") is True
    assert not {"access_token", "refresh_token"} & set(answer.object()), "the login hands out tokens without a code"
    first, second = answer.member("mfa_token", str), protected.challenge()
    assert protected.account.api.as_bearer(first).get("/auth/me").status_code == 401, "the mfa_token logs in"

    assert protected.verify(first, activation).status_code == 401, "the code of the activation works again"
    verified = protected.verify(first, code := protected.phone.code())
    assert verified.status_code == 200
    assert protected.account.holding(verified).me().status_code == 200
    assert protected.verify(first, protected.recovery_codes[0]).status_code == 401, "the mfa_token works twice"
    assert protected.verify(second, code).status_code == 401, "a code works twice"
    assert protected.verify(second, protected.phone.code()).status_code == 200, "the next code is refused"


@points(1, clause="totp-mfa-4")
def test_a_recovery_code_works_once(protected, postgres):
    """A recovery code takes the place of a code once, however it is typed, and is stored as a hash only.

    It is for the day the phone is gone; a list of them in the database would be for the thief (ASVS 6.5.2).
    """
    codes = protected.recovery_codes[:2]
    bare = ["".join(filter(str.isalnum, code)) for code in codes]
    assert all(len(code) >= 8 for code in bare), f"a recovery code has fewer than eight letters and digits: {codes}"

    assert protected.verify(protected.challenge(), bare[0].lower()).status_code == 200
    assert protected.verify(protected.challenge(), codes[0]).status_code == 401, "a recovery code works twice"
    typed = f" {bare[1][:4]} - {bare[1][4:]} ".upper()
    assert protected.verify(protected.challenge(), typed).status_code == 200, f"typed `{typed}` for `{codes[1]}`"

    found = postgres.database.find({*codes, *bare, *map(str.lower, bare), *map(str.upper, bare)})
    assert not found, f"recovery codes stand in the database: {found[0].table}.{found[0].column}"


@environment(LOGIN_MAX_FAILURES="3")
@points(1, clause="totp-mfa-5")
def test_wrong_codes_count_as_failures(protected):
    """A wrong code answers 401 and leaves the mfa_token good, but counts like a wrong password.

    A million codes are few: without a limit they are tried in an afternoon, password in hand.
    """
    mfa_token = protected.challenge()
    assert protected.verify(mfa_token, protected.phone.wrong()).status_code == 401
    assert protected.verify(mfa_token, protected.phone.code()).status_code == 200, "a wrong code used up the mfa_token"

    # The right password before each guess: it must not set the count back while a code is still wanted.
    for _ in range(3):
        mfa_token = protected.challenge()
        assert protected.verify(mfa_token, protected.phone.wrong()).status_code == 401

    assert protected.account.attempt().status_code == 429, "three wrong codes did not lock the account"
    assert protected.verify(mfa_token, protected.phone.code()).status_code in (429, 401), "a locked account was let in"


@chancy
@points(1, clause="totp-mfa-6")
def test_a_password_reset_does_not_take_the_factor_away(protected, people, letters):
    """After a password reset the login still wants a code; only disabling it with a right code ends that.

    Otherwise whoever reads the mail needs neither password nor phone (ASVS 6.4.3).
    """
    account, new = protected.account, people.password()
    assert account.reset(letters.reset(account), new).status_code == 204
    account.password = new

    verified = protected.verify(protected.challenge(), protected.phone.code())
    assert verified.status_code == 200
    tokens = account.holding(verified)
    assert _totp(tokens, "disable", code=protected.phone.wrong()).status_code in (422, 400, 401, 403)
    assert account.attempt().member("mfa_required") is True, "a wrong code has switched the second factor off"
    assert _totp(tokens, "disable", code=protected.phone.code()).status_code == 204
    assert account.login().me().status_code == 200, "the second factor is off, but the login gives no tokens"


def _totp(tokens, action: str, **body: str):
    options = {"json": body} if body else {}
    return tokens.bearer.post(f"/auth/mfa/totp/{action}", **options)
