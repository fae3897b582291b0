"""Guessing passwords: a few guesses for each account, however they come, and nothing to learn from the clock."""

from dataclasses import replace
from statistics import median

from backend_katas.client import Answer, Call
from backend_katas.grader import chancy, environment, invented_peer, points

LIMIT = 3
ROUNDS, SAMPLES = 3, 15
few_guesses = environment(LOGIN_MAX_FAILURES=str(LIMIT))


@few_guesses
@points(2, clause="brute-force-1")
def test_too_many_wrong_passwords_lock_the_account(account, deployment):
    """After LOGIN_MAX_FAILURES wrong passwords, each 401, even the right one answers 429 with Retry-After.

    Without a limit a program tries millions (ASVS 6.3.1); with one it tells the honest when to come back (RFC 6585).
    """
    guesses = [account.fail() for _ in range(LIMIT)]

    locked = account.attempt()

    assert [guess.status_code for guess in guesses] == [401] * LIMIT
    assert locked.status_code == 429
    assert account.fail().status_code == 429, "a wrong password is answered differently while locked"
    longest = int(deployment.environment["LOCKOUT_SECONDS"])
    assert 0 < locked.retry_after() <= longest + 1, "Retry-After is not within LOCKOUT_SECONDS"


@chancy
@points(1, clause="brute-force-2")
def test_the_lock_opens_by_itself(aged):
    """After LOCKOUT_SECONDS the right password works again, whatever was tried meanwhile, and counting starts anew.

    A lock that a stranger can renew without end keeps the owner out for good.
    """
    account = replace(aged["locked account"], api=aged.api)

    wrong, right = account.fail(), account.attempt()

    assert wrong.status_code == 401, "LOCKOUT_SECONDS was 2, three seconds have passed: a wrong password"
    assert right.status_code == 200, "LOCKOUT_SECONDS was 2, three seconds have passed: the right password"


@few_guesses
@points(1, clause="brute-force-3")
def test_a_lock_is_for_one_account_only(people):
    """While one account is locked, others log in from the same address.

    Half a company may share one address: locking it would lock out everybody.
    """
    locked, other = people.member(), people.member()
    for _ in range(LIMIT):
        locked.fail()

    assert locked.attempt().status_code == 429
    assert other.attempt().status_code == 200


@few_guesses
@points(1, clause="brute-force-4")
def test_invented_addresses_do_not_help(account):
    """Another X-Forwarded-For, X-Real-IP or Forwarded with each guess does not get more guesses.

    Anybody can write these headers: they say nothing about who is there (ASVS 4.1.3).
    """
    for guess in range(LIMIT):
        assert account.attempt("a wrong guess", headers=invented_peer(guess)).status_code == 401

    assert account.attempt(headers=invented_peer(LIMIT)).status_code == 429


@few_guesses
@points(1, clause="brute-force-5")
def test_a_login_forgives_earlier_failures(account):
    """A successful login sets the count back: failures before it do not add to those after it."""
    statuses = []
    for _ in range(2):
        statuses += [account.fail().status_code for _ in range(LIMIT - 1)]
        statuses.append(account.attempt().status_code)

    assert statuses == [*[401] * (LIMIT - 1), 200] * 2


@few_guesses
@points(1, clause="brute-force-6")
def test_an_unknown_address_is_locked_the_same_way(people):
    """Guesses for an address that has no account answer 401, then 429, in whatever case it is written.

    If only real accounts were locked, a lock would tell which are real.
    """
    unknown, statuses = people.stranger(), []
    for guess in range(LIMIT + 1):
        unknown.email = unknown.email.upper() if guess % 2 else unknown.email.lower()
        statuses.append(unknown.attempt().status_code)

    assert statuses == [*[401] * LIMIT, 429]


@few_guesses
@chancy
@points(1, clause="brute-force-7")
def test_guesses_at_the_same_moment_are_counted_too(account, api, postgres):
    """Of ten wrong passwords at the same moment at most LOGIN_MAX_FAILURES answer 401, the others 429.

    Read, add one, write: ten requests that all read nought write one. The database has to do the adding.
    """
    body = {"email": account.email, "password": "a wrong guess"}

    with postgres.relay.delay(0.08) as fault:
        answers = api.burst([Call("POST", "/auth/login", json=body, deadline=10.0)] * 10)

    statuses = [answer.status_code for answer in answers]
    assert sorted(set(statuses) - {401, 429}) == [], "all answers are 401 or 429"
    assert statuses.count(401) <= LIMIT, f"{statuses.count(401)} of 10 guesses were answered 401, the limit is {LIMIT}"
    assert account.attempt().status_code == 429
    assert fault.hits > 0, "failures are not counted in PostgreSQL: no login asked it for anything"


@chancy
@points(1, clause="brute-force-8")
def test_an_unknown_address_takes_as_long(people):
    """A login for an unknown address is not at least twice as fast as one with a wrong password.

    Who skips the slow hash for unknown addresses tells by the clock which are known (ASVS 6.3.8).
    """
    account = people.member()

    def ratio() -> float:
        """Compare medians of interleaved attempts."""
        pairs = [(_seconds(people.stranger().attempt()), _seconds(account.fail())) for _ in range(SAMPLES)]
        return median(unknown for unknown, _ in pairs) / median(wrong for _, wrong in pairs)

    ratios: list[float] = []
    while len(ratios) < ROUNDS and max(ratios, default=0) < 0.5:
        ratios.append(ratio())

    assert max(ratios) >= 0.5, f"an unknown address took {max(ratios):.0%} of the time of a wrong password at most"


@few_guesses
@points(1, clause="brute-force-9")
def test_guessing_the_current_password_counts(account):
    """A wrong current_password in a password change counts as a failure of the account.

    Otherwise whoever has an access token may guess the password for ever.
    """
    tokens = account.login()
    body = {"current_password": "a wrong guess", "new_password": f"new {account.password}"}

    for _ in range(LIMIT):
        assert tokens.bearer.post("/auth/password/change", json=body).status_code in (401, 403)

    assert account.attempt().status_code == 429


def _seconds(answer: Answer) -> float:
    assert answer.status_code == 401
    return answer.elapsed.total_seconds()
