"""Why a program did not become ready, in words for the person who wrote it."""

from __future__ import annotations

from backend_katas.program.diagnosis import Cause, Outcome, cause_in, ended, port_in_use
from backend_katas.program.health import LOOK_LIMIT, Look, Seen
from backend_katas.program.output import readable
from backend_katas.program.readiness import Observed

_HERE = ("127.0.0.1", "0.0.0.0", "::", "::ffff:127.0.0.1")  # noqa: S104 - addresses seen, not bound
_SHOWN = 120  # characters of an answer
_READ_PORT = "read the port from the environment variable `PORT`, and the address from `HOST`"


def lost_its_port(observed: Observed, outcome: Outcome) -> bool:
    """Say whether somebody took the port before the program did; not if the port it wants is another one."""
    named = port_in_use(outcome.output)
    return observed.code is not None and named is not None and (not named or observed.port in named)


def why(observed: Observed, outcome: Outcome) -> tuple[str, Cause | None]:
    """Return what was seen and its likely cause."""
    if observed.flooded:
        return f"it {ended(outcome)}", cause_in(outcome)
    if observed.code is not None:
        return _ended(observed, outcome)
    return _still_ran(observed, outcome)


def _ended(observed: Observed, outcome: Outcome) -> tuple[str, Cause | None]:
    symptom = f"it {ended(outcome)}"
    cause = _port_taken(observed, outcome) or cause_in(outcome)
    if observed.code == 0 and not cause:
        cause = Cause(
            text="it has nothing more to do, or goes on in the background",
            hint="the command has to keep running in the foreground for as long as the server serves",
        )
    return symptom, cause


def _port_taken(observed: Observed, outcome: Outcome) -> Cause | None:
    named = port_in_use(outcome.output)
    if named is None:
        return None
    if observed.port in named:
        return Cause(
            text=f"port {observed.port} is in use",
            hint="run it again; after a restart of the program: does it set `SO_REUSEADDR`?",
        )
    wanted = f"port {min(named)}" if named else "a port"
    return Cause(text=f"it wants {wanted}, which is in use, but `PORT` is {observed.port}", hint=_READ_PORT)


def _still_ran(observed: Observed, outcome: Outcome) -> tuple[str, Cause | None]:
    look, port = observed.look, observed.port
    if look.seen is Seen.REFUSED:
        symptom = f"after {observed.waited:.0f} s nothing listened on port {port} (`PORT`)"
        return symptom, _listens_elsewhere(observed) or cause_in(outcome) or _listens_nowhere(observed)
    if look.seen is Seen.SILENT:
        hint = "does it wait for something, such as its database, before it answers?"
        text = "it is stuck, or busy with an earlier request"
        return (
            f"it accepts connections on port {port}, but did not answer `GET /healthz` within {LOOK_LIMIT:g} s",
            Cause(text=text, hint=hint),
        )
    if look.seen is Seen.CLOSED:
        return f"it closes connections on port {port} without an answer to `GET /healthz`", cause_in(outcome)
    if look.seen is Seen.NOT_HTTP:
        return _not_http(look, port)
    return _wrong_answer(look, outcome)


def _listens_elsewhere(observed: Observed) -> Cause | None:
    if not observed.listening:
        return None
    where = " and ".join(_shown(*address) for address in observed.listening)
    hosts = {host for host, port in observed.listening if port == observed.port}
    if hosts and not hosts & set(_HERE):
        return Cause(
            text=f"your program listens on {where} only, but it is asked at 127.0.0.1:{observed.port}",
            hint="listen on the address in the environment variable `HOST`, which is 127.0.0.1",
        )
    return Cause(text=f"your program listens on {where}, but `PORT` is {observed.port}", hint=_READ_PORT)


def _listens_nowhere(observed: Observed) -> Cause:
    return Cause(
        text="it runs, but listens on no port at all",
        hint=f"does it start a server on `PORT`, within {observed.waited:.0f} s?",
    )


def _not_http(look: Look, port: int) -> tuple[str, Cause]:
    if look.body.startswith((b"\x15\x03", b"\x16\x03")):
        return f"what it speaks on port {port} is TLS", Cause(text="it serves HTTPS", hint="serve plain HTTP")
    return (
        f"what it sends on port {port} is not HTTP: `{_excerpt(look.body)}`",
        Cause(text="an answer has to begin with a line such as `HTTP/1.1 200 OK`"),
    )


def _wrong_answer(look: Look, outcome: Outcome) -> tuple[str, Cause | None]:
    status = f"{look.status} {_excerpt(look.reason)}".strip()
    body = _excerpt(look.body)
    symptom = f"`GET /healthz` answered {status}, not 200" + (f": `{body}`" if body else "")
    if look.status in (404, 405):
        return symptom, Cause(
            text="it has no route `GET /healthz`",
            hint="add a route `GET /healthz` that answers 200 as soon as the program can serve",
        )
    if look.status >= 500:
        return symptom, cause_in(outcome) or Cause(text="its own check of its health fails: see its log")
    return symptom, Cause(text="the route asks for something a health check does not have, such as a login")


def _excerpt(raw: bytes) -> str:
    line = next((line for line in readable(raw[:1000]).splitlines() if line.strip()), "").strip()
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]} …"


def _shown(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
