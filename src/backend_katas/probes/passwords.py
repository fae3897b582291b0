"""Read stored password hashes as the frameworks of many languages write them, and judge their strength."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

# OWASP Password Storage Cheat Sheet: in each table one row is as strong as the next, memory traded for passes.
ARGON2ID_ROWS = ((47104, 1), (19456, 2), (12288, 3), (9216, 4), (7168, 5))  # m in KiB, t
SCRYPT_ROWS = ((2**17, 1), (2**16, 2), (2**15, 3), (2**14, 5), (2**13, 10))  # N, p
SCRYPT_BLOCK = 8
BCRYPT_COST = 10
PBKDF2_ITERATIONS = {"sha1": 1_300_000, "sha256": 600_000, "sha512": 210_000}

_CRYPT_DIGITS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CRYPT_SCHEMES = {"1": "md5-crypt", "apr1": "md5-crypt", "5": "sha256-crypt", "6": "sha512-crypt", "y": "yescrypt"}
_FAST = {
    "MD5": "md5",
    "SHA-1": "sha1",
    "SHA-224": "sha224",
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
    "SHA3-256": "sha3_256",
    "BLAKE2b": "blake2b",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hash:
    """A stored password hash: `text` as it stands, `scheme` in lower case, `parameters` by their usual letters.

    argon2 has `m` (KiB), `t` and `p`; scrypt `n`, `r` and `p`; bcrypt `cost`; PBKDF2 `iterations`. What the text does
    not tell is absent.
    """

    scheme: str
    text: str
    salt: str = ""
    parameters: Mapping[str, int] = field(default_factory=dict[str, int])


def parse(text: str) -> Hash | None:
    """Return the hash that `text` is, or None when it is not in a form that tells its scheme.

    Known are PHC strings, crypt(3) strings and the forms of passlib, Django, Werkzeug, Spring Security, ASP.NET Core
    Identity, scrypt-kdf and LDAP. A bare digest and a home-made `salt:digest` tell nothing: None.
    """
    for scheme, pattern in _FORMS:
        if found := pattern.fullmatch(text):
            return _read(scheme, found)
    return None


def search(text: str) -> list[Hash]:
    """Return every hash in `text`: the whole of it, or strings inside JSON, an array, a row or dumped bytes."""
    if whole := parse(text):
        return [whole]
    return [found for piece in _pieces(text) if (found := parse(piece))]


def weakness(text: str) -> str:
    """Say in plain words why the stored hash `text` is weaker than asked; empty when it is strong enough.

    What is asked is the minimum of the OWASP Password Storage Cheat Sheet (ASVS 5.0, 11.4.2) with its rows of equal
    strength: argon2id with at least the memory and passes of one row, scrypt with at least the N and p of one row and
    r=8, bcrypt with cost 10, PBKDF2 with the iterations of its digest. argon2i and argon2d are not on that list.
    """
    stored = parse(text)
    if stored is None:
        return "it is in none of the known forms of a password hash (PHC string, crypt string)"
    judge = _JUDGES.get(stored.scheme.partition("-")[0])
    return judge(stored) if judge else f"{stored.scheme} is not one of argon2id, scrypt, bcrypt, PBKDF2"


def fast_digests(password: str) -> dict[str, str]:
    """Return how a badly kept `password` may look in storage: {"SHA-256 in hex": "5e88...", ...}.

    Base64 comes without padding, so that it is found with and without. A salted digest cannot be searched for; it
    shows by being no known form of a password hash.
    """
    plain = password.encode()
    looks = {"plain text": password, "plain text reversed": password[::-1], **_spellings("plain text", plain)}
    for name, algorithm in _FAST.items():
        looks |= _spellings(name, hashlib.new(algorithm, plain, usedforsecurity=False).digest())
    return looks


def _spellings(name: str, raw: bytes) -> dict[str, str]:
    return {
        f"{name} in hex": raw.hex(),
        f"{name} in upper-case hex": raw.hex().upper(),
        f"{name} in base64": base64.b64encode(raw).decode().rstrip("="),
        f"{name} in base64url": base64.urlsafe_b64encode(raw).decode().rstrip("="),
    }


def _pieces(text: str) -> Iterator[str]:
    """Split at quotes first and at commas only where no hash was: an argon2 string has commas of its own."""
    for quoted in re.split(r"[\"'\\\s()]+", text):
        yield quoted
        if parse(quoted) is None and ("," in quoted or "{" in quoted):
            yield from re.split(r"[{},]+", quoted)


def _argon2id(stored: Hash) -> str:
    memory, passes, lanes = (stored.parameters[name] for name in "mtp")
    if lanes >= 1 and any(memory >= least and passes >= fewest for least, fewest in ARGON2ID_ROWS):
        return ""
    rows = ", ".join(f"m={least},t={fewest}" for least, fewest in ARGON2ID_ROWS)
    return f"argon2id with m={memory},t={passes},p={lanes}, at least one of these is asked: {rows}"


def _scrypt(stored: Hash) -> str:
    size, block, lanes = (stored.parameters[name] for name in "nrp")
    if block >= SCRYPT_BLOCK and any(size >= least and lanes >= fewest for least, fewest in SCRYPT_ROWS):
        return ""
    rows = ", ".join(f"N={least},p={fewest}" for least, fewest in SCRYPT_ROWS)
    return f"scrypt with N={size},r={block},p={lanes}, at least one of these is asked, with r=8: {rows}"


def _bcrypt(stored: Hash) -> str:
    cost = stored.parameters["cost"]
    return "" if cost >= BCRYPT_COST else f"bcrypt with cost {cost}, at least {BCRYPT_COST} is asked"


def _pbkdf2(stored: Hash) -> str:
    digest = stored.scheme.removeprefix("pbkdf2-")
    iterations, least = stored.parameters.get("iterations"), PBKDF2_ITERATIONS.get(digest)
    if iterations is None:
        return "PBKDF2 without its iterations beside it, so that its strength can be neither read nor raised later"
    if least is None:
        return f"PBKDF2 with {digest}, one of {', '.join(PBKDF2_ITERATIONS)} is asked"
    if iterations >= least:
        return ""
    return f"PBKDF2-HMAC-{digest.upper()} with {iterations} iterations, at least {least} are asked"


_JUDGES: Mapping[str, Callable[[Hash], str]] = {
    "argon2id": _argon2id,
    "scrypt": _scrypt,
    "bcrypt": _bcrypt,
    "pbkdf2": _pbkdf2,
}


def _read(scheme: str, found: re.Match[str]) -> Hash | None:
    """Make a hash of what a form matched; its groups are named for the parameters, or as the cases here."""
    groups = {name: value for name, value in found.groupdict().items() if value is not None}
    if "inner" in groups:
        inner = parse(groups["inner"])
        return inner and Hash(scheme=inner.scheme, text=found[0], salt=inner.salt, parameters=inner.parameters)
    if "blob" in groups:
        return _read_blob(groups["blob"])
    scheme = _CRYPT_SCHEMES.get(groups.pop("crypt", ""), scheme or groups.pop("scheme", "").lower())
    if scheme == "pbkdf2":
        scheme = f"pbkdf2-{groups.pop('digest', 'sha1')}"
    salt = groups.pop("salt", "")
    return Hash(scheme=scheme, text=found[0], salt=salt, parameters=_parameters(groups))


def _parameters(groups: Mapping[str, str]) -> dict[str, int]:
    """Return the numbers, scrypt's packed ones unpacked; a hostile log2 N stays small enough to be computed."""
    if packed := groups.get("spring"):
        number = int(packed, 16)
        return {"n": 2 ** min(number >> 16, 63), "r": number >> 8 & 0xFF, "p": number & 0xFF}
    if packed := groups.get("packed"):  # crypt(3): one digit of log2 N, then r and p in five digits, lowest first
        digits = [_CRYPT_DIGITS.index(character) for character in packed]
        block, lanes = (sum(digits[at + place] << 6 * place for place in range(5)) for at in (1, 6))
        return {"n": 2 ** digits[0], "r": block, "p": lanes}
    numbers = {name: int(value) for name, value in groups.items()}
    if "log" in numbers:
        numbers["n"] = 2 ** min(numbers.pop("log"), 63)
    return numbers


def _read_blob(text: str) -> Hash | None:
    """Read base64 of a binary record: ASP.NET Core Identity version 3 (first byte 1) or scrypt-kdf."""
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
    first, second, third = (int.from_bytes(raw[at : at + 4], "big") for at in (1, 5, 9))
    if raw[0] == 1 and first < 3 and 8 <= third <= len(raw) - 13 - 16:
        scheme = f"pbkdf2-{('sha1', 'sha256', 'sha512')[first]}"
        return Hash(scheme=scheme, text=text, salt=raw[13 : 13 + third].hex(), parameters={"iterations": second})
    if raw.startswith(b"scrypt\0") and len(raw) == 96:
        block, lanes = (int.from_bytes(raw[at : at + 4], "big") for at in (8, 12))
        parameters = {"n": 2 ** min(raw[7], 63), "r": block, "p": lanes}
        return Hash(scheme="scrypt", text=text, salt=raw[16:48].hex(), parameters=parameters)
    return None


_N = r"\d{1,10}"
_SALTED = r"\$(?P<salt>[^$\s]+)\$[^$\s]+"
_BCRYPT_SALT = r"(?P<salt>[./A-Za-z0-9]{22})"
_FORMS = tuple(
    (scheme, re.compile(pattern, re.ASCII))
    for scheme, pattern in (
        # PHC and crypt strings, passlib's spellings among them
        ("", rf"\$(?P<scheme>argon2(?:id|i|d))(?:\$v=\d+)?\$m=(?P<m>{_N}),t=(?P<t>{_N}),p=(?P<p>{_N})[^$]*{_SALTED}"),
        ("bcrypt", rf"\$2[abxy]?\$(?P<cost>\d\d)\${_BCRYPT_SALT}[./A-Za-z0-9]{{31}}"),
        ("bcrypt", rf"\$bcrypt-sha256\$v=2,t=2[ab],r=(?P<cost>\d\d?)\${_BCRYPT_SALT}\$[./A-Za-z0-9]{{31}}"),
        ("scrypt", rf"\$scrypt\$ln=(?P<log>\d\d?),r=(?P<r>{_N}),p=(?P<p>{_N}){_SALTED}"),
        ("scrypt", r"\$7\$(?P<packed>[./A-Za-z0-9]{11})(?P<salt>[^$\s]+)\$[^$\s]+"),
        ("pbkdf2", rf"\$pbkdf2(?:-(?P<digest>\w+))?\$(?:i=)?(?P<iterations>{_N})(?:,l=\d+)?{_SALTED}"),
        ("", rf"\$(?P<crypt>1|apr1|5|6|y)\$(?:rounds=(?P<rounds>{_N})\$|j[^$]+\$)?(?P<salt>[^$]+)\$[^$\s]+"),
        # Django and Werkzeug
        ("", r"(?:argon2|bcrypt\$|bcrypt_sha256\$)(?P<inner>\$\S+)"),
        ("pbkdf2", rf"pbkdf2_(?P<digest>\w+)\$(?P<iterations>{_N}){_SALTED}"),
        ("pbkdf2", rf"pbkdf2:(?P<digest>\w+):(?P<iterations>{_N}){_SALTED}"),
        ("scrypt", rf"scrypt\$(?P<n>{_N})\$(?P<salt>[^$\s]+)\$(?P<r>{_N})\$(?P<p>{_N})\$[^$\s]+"),
        ("scrypt", rf"scrypt:(?P<n>{_N}):(?P<r>{_N}):(?P<p>{_N}){_SALTED}"),
        ("", rf"(?P<scheme>md5|sha1|sha256|sha512){_SALTED}"),
        # Spring Security, whose PBKDF2 keeps digest and iterations to itself; LDAP
        ("scrypt", r"\$(?P<spring>[0-9a-f]{5,8})\$(?P<salt>[A-Za-z0-9+/=]+)\$[A-Za-z0-9+/=]+"),
        ("pbkdf2", r"\{pbkdf2[^}]*\}[0-9A-Za-z+/=]{32,}"),
        ("", r"\{(?P<scheme>SSHA\d*|SHA|SMD5|MD5|sha256|SHA-1|SHA-256|noop)\}.+"),
        ("", r"\{[\w@.-]+\}(?P<inner>\S+)"),
        # base64 of a binary record: ASP.NET Core Identity, scrypt-kdf
        ("", r"(?P<blob>(?:AQAAAA|c2NyeXB0AA)[A-Za-z0-9+/]{54,}={0,2})"),
    )
)
