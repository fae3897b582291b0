# ruff: noqa: E501 - a hash is one word
"""Hashes that real libraries made of PASSWORD are read, judged and told from what is none."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest

from backend_katas.probes import passwords

PASSWORD = "correct horse battery staple"

# (who wrote it, the text, its scheme, its parameters): made by argon2-cffi 25.1, bcrypt 4.0, passlib 1.7, Django 5.2,
# Werkzeug 3.1 and libxcrypt; Spring's, RustCrypto's and ASP.NET's by their published layouts.
STRONG = [
    ("argon2-cffi", "$argon2id$v=19$m=19456,t=2,p=1$Bga0f/kwCtaRQpRQMqJz6A$aRmVlpWJG3eZC1uoqkkzvWhn6FHNz9dHgB9GjLUjNfk", "argon2id", {"m": 19456, "t": 2, "p": 1}),
    ("argon2-cffi, one pass", "$argon2id$v=19$m=47104,t=1,p=1$IbyrwflHGmDgegdQzZNGZw$p6Gz2a/b19CHAYX3uv/OKE1dwhNMAC7i2otCbNuI3Og", "argon2id", {"m": 47104, "t": 1, "p": 1}),
    ("bcrypt", "$2b$10$9D6yk8kemPV3vD.NV1jpHOi33RwIEntg/RkfNCY8rBiEfbBKCnDpe", "bcrypt", {"cost": 10}),
    ("bcrypt, Go's prefix", "$2a$10$Co0fAGZfabde/jNbYEDasePgAI.RaioqRzsayjTfSBOxLEy/3d29K", "bcrypt", {"cost": 10}),
    ("bcrypt, PHP's prefix", "$2y$10$9D6yk8kemPV3vD.NV1jpHOi33RwIEntg/RkfNCY8rBiEfbBKCnDpe", "bcrypt", {"cost": 10}),
    ("passlib PBKDF2-SHA256", "$pbkdf2-sha256$600000$ktJ6z5nzPmdsTQnhvNd6zw$Nd4mciPoiZMgBXAawSg7xW23pvBjyb.PgzA54.9sdkM", "pbkdf2-sha256", {"iterations": 600000}),
    ("passlib PBKDF2-SHA512", "$pbkdf2-sha512$210000$rTUGoHROyZmzVirF2PufMw$KMG.vQB.6bDPh1kLjPTA..ixZznYsY7oOVLZEKe4J4aOxagtaqSgjrnG8GzONZ87QVCX2Z2diFlPO1Z9Ebrlwg", "pbkdf2-sha512", {"iterations": 210000}),
    ("RustCrypto PBKDF2", "$pbkdf2-sha256$i=600000,l=32$ktJ6z5nzPmdsTQnhvNd6zw$Nd4mciPoiZMgBXAawSg7xW23pvBjybPgzA549sdkM", "pbkdf2-sha256", {"iterations": 600000}),
    ("passlib scrypt", "$scrypt$ln=17,r=8,p=1$fo8RonROKUWIcc45Z0ypdQ$ILy20XMHdH3Tb9cUjoESxqsY3WpzAPSTKaCzAUOADLE", "scrypt", {"n": 131072, "r": 8, "p": 1}),
    ("passlib bcrypt over SHA-256", "$bcrypt-sha256$v=2,t=2b,r=12$82uWpDW9T5Xwcn9.Be.UHO$tE/zEsmbdQOyTapbwd8/zrc0WgpZl/O", "bcrypt", {"cost": 12}),
    ("Django PBKDF2", "pbkdf2_sha256$1000000$HMH6covhbW1jCGVPSwSp0y$LwoOlZYVkppLj5hwtXyhoMJg83MSRKZZq84cNMFqLNo=", "pbkdf2-sha256", {"iterations": 1000000}),
    ("Django argon2", "argon2$argon2id$v=19$m=102400,t=2,p=8$Vnp2RGx0M2dLZkV4a1h2SHVWWjBEcQ$QK+udSaHLm38pnbVaB5zAiVZYo0j+/oQGg8Xj3ZVuqQ", "argon2id", {"m": 102400, "t": 2, "p": 8}),
    ("Django bcrypt over SHA-256", "bcrypt_sha256$$2b$12$XK5kXBedzl5DdKQp0.AB8O6eB/frtYp4lG656cYXWrlDgGB6AYUwS", "bcrypt", {"cost": 12}),
    ("Django bcrypt", "bcrypt$$2b$12$yqPcz/9nMS9nJ2k2ih8Z9eTczYonH3YrzxZe8Q9uX2/5iBa/ld2qy", "bcrypt", {"cost": 12}),
    ("Django scrypt", "scrypt$16384$FlvbdfXCD1s78hhuna9nJ2$8$5$nz/ECouWDPJbrXwt9nxqynB02d5ATkhFt/uoA7tSGPyuJGRda07owMUVZRTY+LZA5ckevrF9Sck+mJxSgoUvrg==", "scrypt", {"n": 16384, "r": 8, "p": 5}),
    ("Werkzeug scrypt", "scrypt:32768:8:3$ygb1szkNic5qVasS$4e5b141c25ce709c26e2fd0b02d1dddc4de5bd34877e3e4f738cc63952c21f055932357af5fc919d5eb2c246ec25566e567ae5baa1ed79a6814882481c6c1af9", "scrypt", {"n": 32768, "r": 8, "p": 3}),
    ("Werkzeug PBKDF2", "pbkdf2:sha256:1000000$HfHgQz3Wte0uYwmW$a89ff01e4b1fa44fedbbe21c04fcb94fda36484651a9bbfa90527081bacd81f2", "pbkdf2-sha256", {"iterations": 1000000}),
    ("Spring bcrypt", "{bcrypt}$2a$10$Co0fAGZfabde/jNbYEDasePgAI.RaioqRzsayjTfSBOxLEy/3d29K", "bcrypt", {"cost": 10}),
    ("Spring argon2", "{argon2@SpringSecurity_v5_8}$argon2id$v=19$m=19456,t=2,p=1$Bga0f/kwCtaRQpRQMqJz6A$aRmVlpWJG3eZC1uoqkkzvWhn6FHNz9dHgB9GjLUjNfk", "argon2id", {"m": 19456, "t": 2, "p": 1}),
    ("Spring scrypt", "{scrypt}$100802$hIaxiqmLWSvcyF6MswisKQ==$f7UaVC0r80nHKpiO9n8EE6ZCzF88gkZEfJbesUjrwaA=", "scrypt", {"n": 65536, "r": 8, "p": 2}),
    ("ASP.NET Core Identity", "AQAAAAEACSfAAAAAEEwPTI3hWRBb4rE6o/bgH1mLQoXrzrjmsrP9w6IVV86fcrBFuYqkh7NmhLUk69hw4Q==", "pbkdf2-sha256", {"iterations": 600000}),
]  # fmt: skip

# The same, with words that the judgement must contain.
WEAK = [
    ("$argon2id$v=19$m=4096,t=1,p=1$TgOMMAyi5E1kq47wJK45aQ$lJXlUSDZ+olk9Bpkw14FNHUpOeURBjzoNKbVR3R04VU", "argon2id with m=4096,t=1,p=1"),
    ("$argon2i$v=19$m=65536,t=3,p=1$w1JOevVVbtDLeQ8LH7CHPw$x5iei7WxGgSMWazWQ2aYEZdJYyquRydJDmmW1hOT0vc", "argon2i is not one of"),
    ("$argon2d$v=19$m=65536,t=3,p=1$5BielFEtjybiHryBn91J8w$dEvMc9Z6ucOyu8WcTjHW0cDYlzvRvDf1tuy008pN1lI", "argon2d is not one of"),
    ("$2b$08$s8NShnBTBU2pDjS2bURnZeMeLH7ZYno98UeK.T5QJQEWtKUfhpHlO", "bcrypt with cost 8, at least 10 is asked"),
    ("$pbkdf2-sha256$29000$VIqRknJO6f3fu9f6PyfEGA$IxYIIWIOn23HglNflUrhXrTuXekX2HMCznUrsD6pIzE", "PBKDF2-HMAC-SHA256 with 29000 iterations, at least 600000 are asked"),
    ("$pbkdf2$131000$FIKQEkIIgXCOEQIAYGyNUQ$gTNqd6N3SsXh5XPMrirIew4x2S0", "PBKDF2-HMAC-SHA1 with 131000"),
    ("pbkdf2_sha1$1000000$mK1YZoyD96gZVvacVE6iqe$4c5JMg+5HEa31e2dUpttw9dRSkI=", "at least 1300000"),
    ("pbkdf2_md5$9000000$mK1YZoyD96gZVvacVE6iqe$4c5JMg+5HEa31e2dUpttw9dRSkI=", "PBKDF2 with md5"),
    ("$scrypt$ln=14,r=8,p=1$bQ0BoDQGYKz1/j9H6N1bqw$Ll/jhw7MePt8KsT3Qz6dof+J3wmruxEdqxtuUM46iHE", "scrypt with N=16384,r=8,p=1"),
    ("scrypt:32768:8:1$3GdpSsWKM4V8a5Km$0ac1948c604caa874e2c087ffe7d7e1c6861f7503b73ddb0ae2ba3b2aaabf83b9dbd55bf8f91ca912c1508d72134ede3f30775781d0bd5201d371c50537c7803", "scrypt with N=32768,r=8,p=1"),
    ("$scrypt$ln=17,r=4,p=1$fo8RonROKUWIcc45Z0ypdQ$ILy20XMHdH3Tb9cUjoESxqsY3WpzAPSTKaCzAUOADLE", "r=4"),
    ("{scrypt}$e0801$y7RdbbGTdXnQwW2sIqRrrZnhT2KtXN4VKtBttWJumDaHZ130ipR1L4GSPgBEL89d7zCAunF5cyxXAmphDptXfA==$96G5qLcI43ogTrcsvwjIhQqAdBc/Zfh/da1gPCZEFQ8=", "N=16384,r=8,p=1, at least"),
    ("$7$C6..../....SodiumChloride$NJFhMYU8dFlCos3lY2XcGjUa31kbhILScs/AZbAHcP0", "scrypt with N=16384,r=8,p=1, at"),
    ("AQAAAAIAAYagAAAAEBP2HHK/1/ximdt6c2hxDhvbo6TEe5vYXtOEdVrywWFv3RMkQx+UuPWg9YWBr3SvzQ==", "PBKDF2-HMAC-SHA512 with 100000"),
    ("{pbkdf2@SpringSecurity_v5_8}69479a0b1c20a0b5ec5ffdf11f8544d80c72e4b29926a29c52af0cd26f4589fa351fd375eeffe48ecb161efddbde2c17", "without its iterations"),
    ("$6$rounds=656000$CV.XPlGEmZCUyepX$ia7B73QWgHNijXfoM54JIjUp2/7bcOW2Ecz0QT0M2f0I0jX40LD1KtCNVMwViCDKX/Bn7F5ryd12Z4igilFQo/", "sha512-crypt is not one of argon2id, scrypt, bcrypt, PBKDF2"),
    ("$5$IXhvB4hYxlUlXFbL$KpkgcmwluQTW0woq5sIqj5JC90piuKRXz4YiojdadvC", "sha256-crypt is not one of"),
    ("$1$ZhbWTjvj$vfH2UGbyX.3GSGXzQ7eyR1", "md5-crypt is not one of"),
    ("$apr1$.afJ4QhT$z.XU25aQ3vCbpb6aHbl0M.", "md5-crypt is not one of"),
    ("$y$j9T$F5Jx5fExrKuPp53xLKQ..1$y8e1eitiNDaQsFFW6d.9KbSTlk5zV3R3coZQtfcNAO5", "yescrypt is not one of"),
    ("{SSHA}cqzYMpTTc1005LToy1SgGQuhxoCJ8b53", "ssha is not one of"),
    ("{noop}correct horse battery staple", "noop is not one of"),
    ("sha1$LcMWcdz3K2VM$f6054e0ce88523e584a36810462100c236912ad5", "sha1 is not one of"),
    ("md5$YkUXs6d31WibwBotR22O1M$08ad317bc25ea06f1f3624fcd182818e", "md5 is not one of"),
]  # fmt: skip

NONE = [
    "",
    "hello",
    "ada@example.com",
    hashlib.sha256(PASSWORD.encode()).hexdigest(),
    "69479a0b1c20a0b5:ec5ffdf11f8544d80c72e4b29926a29c52af0cd26f4589fa",
    "$2b$10$tooshort",
    "$1$ that costs $5$ or so",
    base64.b64encode(bytes(range(61))).decode(),
    "{bcrypt}not a hash",
    "0190a5e8-7b3c-7def-8abc-0123456789ab",
    "$scrypt$ln=999999999,r=8,p=1$c2FsdA$aGFzaA",
    "pbkdf2_sha256$" + "9" * 5000 + "$salt$hash",
    "AQAAAA" + "A" * 60,
]

INSIDE = {
    "json": lambda text: json.dumps({"id": 7, "password": {"hash": text}}),
    "array": lambda text: f'{{"{text}",x}}',
    "row": lambda text: f'(7,"{text}",ada)',
    "bytes": lambda text: f"{text} {text.encode().hex()}",
}


@pytest.mark.parametrize(("text", "scheme", "parameters"), [row[1:] for row in STRONG], ids=[row[0] for row in STRONG])
def test_a_strong_hash_is_read_and_accepted(text, scheme, parameters):
    """A hash of a common library at the minimum or above is read with its parameters and has no weakness."""
    stored = passwords.parse(text)

    assert stored is not None
    assert (stored.scheme, stored.parameters, stored.text) == (scheme, parameters, text)
    assert stored.salt
    assert passwords.weakness(text) == ""


@pytest.mark.parametrize(("text", "words"), WEAK, ids=[words for _, words in WEAK])
def test_a_weak_hash_is_named_with_what_is_missing(text, words):
    """A hash below the minimum, or of another scheme, is still read, and the judgement says what it is."""
    assert passwords.parse(text) is not None
    assert words in passwords.weakness(text)


@pytest.mark.parametrize("text", NONE, ids=[text[:24] or "empty" for text in NONE])
def test_other_text_is_no_password_hash(text):
    """Digests, tokens, prose and broken or absurd hashes are none, and nothing raises."""
    assert passwords.parse(text) is None
    assert "none of the known forms" in passwords.weakness(text)


@pytest.mark.parametrize(("memory", "passes"), [(19456, 2), (12288, 3), (9216, 4), (7168, 5)])
def test_the_rows_of_equal_strength_are_accepted(memory, passes):
    """Less memory with more passes, as the cheat sheet lists it, is as good; one pass or one KiB less is not."""
    text = "$argon2id$v=19$m={},t={},p=1$Bga0f/kwCtaRQpRQMqJz6A$aRmVlpWJG3eZC1uoqkkzvWhn6FHNz9dHgB9GjLUjNfk"

    assert passwords.weakness(text.format(memory, passes)) == ""
    assert passwords.weakness(text.format(memory, passes - 1)) != ""
    assert passwords.weakness(text.format(memory - 1, passes)) != ""


def test_a_scrypt_kdf_record_is_read():
    """The base64 record of the scrypt file format gives its N, r and p."""
    record = b"scrypt\0\x0f" + (8).to_bytes(4, "big") + (1).to_bytes(4, "big") + bytes(80)

    stored = passwords.parse(base64.b64encode(record).decode())

    assert stored is not None
    assert (stored.scheme, stored.parameters) == ("scrypt", {"n": 32768, "r": 8, "p": 1})


@pytest.mark.parametrize("place", INSIDE)
@pytest.mark.parametrize("text", [row[1] for row in STRONG], ids=[row[0] for row in STRONG])
def test_a_hash_inside_other_text_is_found_once(text, place):
    """A hash within JSON, an array, a composite value or a dump of bytes is found, and once."""
    assert [stored.text for stored in passwords.search(INSIDE[place](text))] == [text]


def test_unquoted_elements_of_an_array_are_found():
    """PostgreSQL writes bcrypt strings in an array without quotes."""
    bcrypt = STRONG[2][1]

    assert [stored.text for stored in passwords.search(f"{{{bcrypt},{bcrypt}}}")] == [bcrypt, bcrypt]


def test_fast_digests_name_every_look():
    """The needles hold the plain text and unsalted digests in hex and base64, each under its name."""
    looks = passwords.fast_digests(PASSWORD)
    digest = hashlib.sha256(PASSWORD.encode()).digest()

    assert looks["plain text"] == PASSWORD
    assert looks["plain text reversed"] == PASSWORD[::-1]
    assert base64.b64decode(looks["plain text in base64"] + "==").decode() == PASSWORD
    assert looks["SHA-256 in hex"] == digest.hex()
    assert looks["SHA-256 in upper-case hex"] == digest.hex().upper()
    assert looks["SHA-256 in base64"] in base64.b64encode(digest).decode()
    assert looks["MD5 in hex"] == hashlib.md5(PASSWORD.encode()).hexdigest()  # noqa: S324
