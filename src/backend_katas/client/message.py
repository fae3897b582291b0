"""From a check's words to the bytes of a request, and from what came back to an answer and its record."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, TypedDict
from urllib.parse import quote, urlencode

from requests import PreparedRequest, Request
from requests.cookies import extract_cookies_to_jar  # pyright: ignore[reportUnknownVariableType]
from requests.exceptions import InvalidHeader
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from backend_katas.client.answer import Answer
from backend_katas.client.stream import Stream
from backend_katas.client.transport import Received
from backend_katas.errors import ProgramFault
from backend_katas.exchange import readable, readable_body, readable_headers
from backend_katas.model import Exchange

_DEFAULTS = {"Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close", "User-Agent": "backend-katas"}
_CODING = "Transfer-Encoding"
_TARGET_CHARACTERS = "%/?:@!$&'()*+,;=-._~[]"


class Options(TypedDict, total=False):
    """What a request may carry, as in `requests`; `deadline` is in seconds for the whole exchange.

    With an iterator of bytes as `data` each piece is made when it is sent, as a chunk.
    """

    json: Any
    data: Any
    files: Any
    params: Any
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    deadline: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A request ready to be sent: `target` is what follows the method in its first line."""

    request: PreparedRequest
    method: str
    target: str
    content: bytes | Stream
    seconds: float

    def wire(self) -> Iterator[bytes]:
        """Return the bytes to send; head and body in one piece, unless the body is made while it is sent."""
        lines = [f"{self.method} {self.target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in self.request.headers.items()]
        head = "\r\n".join([*lines, "", ""]).encode("utf-8", "replace")
        if isinstance(self.content, bytes):
            yield head + self.content
        else:
            yield head
            yield from self.content.wire()

    def shown_headers(self) -> dict[str, str]:
        """Return the headers that a check or the body asked for."""
        headers = self.request.headers
        telling = {name: value for name, value in headers.items() if name != "Host" and _DEFAULTS.get(name) != value}
        framing = {} if isinstance(self.content, bytes) else {_CODING: headers.get(_CODING, "")}
        return readable_headers(telling) | {name: value for name, value in framing.items() if value}

    def shown_body(self) -> str:
        """Return the body as a person reads it; of one that is made while it is sent, what was made of it."""
        kind = self.request.headers.get("Content-Type", "")
        return readable_body(self.content, kind) if isinstance(self.content, bytes) else self.content.shown(kind)


def outgoing(
    method: str, path: str, options: Options, *, host: str, headers: Mapping[str, str], seconds: float
) -> Outgoing:
    """Return the request that a check asks for; raises ProgramFault for a path or header value that cannot be sent.

    Such a value can only come from an answer: a check's own would fail for every program.
    """
    target = _target(path, options.get("params"), host)
    request = _prepared(method, options, host, headers)
    request.url = f"http://{host}{target}"
    content = _content(request)
    if isinstance(content, bytes) and (content or method not in ("GET", "HEAD", "OPTIONS")):
        request.headers.setdefault("Content-Length", str(len(content)))
    seconds = options.get("deadline", seconds)
    return Outgoing(request=request, method=method, target=target, content=content, seconds=seconds)


def answer(sent: Outgoing, received: Received, seconds: float) -> Answer:
    """Return what came back as a `requests.Response` of ours, cookies included."""
    found = Answer(received.body)
    found.status_code, found.reason = received.status, received.reason
    found.headers = CaseInsensitiveDict(received.headers.items())
    found.url, found.request = sent.request.url or "", sent.request
    found.elapsed = timedelta(seconds=seconds)
    original: Any = SimpleNamespace(msg=received.headers)
    found.raw = HTTPResponse(
        headers=received.headers,
        body=io.BytesIO(received.body),
        preload_content=False,
        status=received.status,
        decode_content=False,
        original_response=original,
    )
    extract_cookies_to_jar(found.cookies, sent.request, found.raw)
    return found


def record(sent: Outgoing, outcome: Answer | ProgramFault, seconds: float) -> Exchange:
    """Return the exchange as it is shown to the learner; a fault stands in `problem`."""
    answered = None if isinstance(outcome, ProgramFault) else outcome
    return Exchange(
        method=sent.method,
        path=sent.target,
        request_headers=sent.shown_headers(),
        request_body=sent.shown_body(),
        status=None if answered is None else answered.status_code,
        response_headers={} if answered is None else readable_headers(answered.headers),
        response_body="" if answered is None else readable_body(answered.content, answered.content_type),
        problem=str(outcome) if answered is None else "",
        seconds=round(seconds, 6),
    )


def _prepared(method: str, options: Options, host: str, headers: Mapping[str, str]) -> PreparedRequest:
    sent_headers: CaseInsensitiveDict[str] = CaseInsensitiveDict({"Host": host, **_DEFAULTS})
    sent_headers.update({**headers, **options.get("headers", {})})
    data = options.get("data")
    if "json" in options:
        data = _json_body(options["json"])
        sent_headers.setdefault("Content-Type", "application/json")
    cookies = dict(options.get("cookies", {}))
    request = Request(
        method, f"http://{host}/", headers=sent_headers, data=data, files=options.get("files"), cookies=cookies
    )
    try:
        return request.prepare()
    except InvalidHeader as error:
        raise ProgramFault(f"a value from the program cannot be sent: {readable(str(error), limit=200)}") from None


def _content(request: PreparedRequest) -> bytes | Stream:
    body: Any = request.body
    if isinstance(body, str):
        return body.encode()
    if body is None or isinstance(body, bytes | bytearray):
        return bytes(body or b"")
    return Stream(body, chunked=_CODING in request.headers)


def _json_body(value: Any) -> bytes:
    """Return JSON as a browser would send it: text in UTF-8, not escaped to ASCII but where it is no character."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace")


def _target(path: str, params: Any, host: str) -> str:
    """Return the request target: `path` as it is, dot segments too, with only what may not stand in it encoded."""
    # A path may have been taken from an answer, and then it can be anything at all.
    path = path if isinstance(path, str) else repr(path)  # pyright: ignore[reportUnnecessaryIsInstance]
    own = path.removeprefix(f"http://{host}").partition("#")[0]
    if not own.startswith("/"):
        raise ProgramFault(f"`{readable(path, limit=200)}` does not lead to the program: a path begins with a slash")
    target = quote(own, safe=_TARGET_CHARACTERS, errors="surrogatepass")
    if not params:
        return target
    return f"{target}{'&' if '?' in target else '?'}{urlencode(params, doseq=True, errors='surrogatepass')}"
