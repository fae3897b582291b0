"""How a learner's command line is run: by which shell, with which of the grader's variables."""

from __future__ import annotations

import re
from collections.abc import Mapping

# What a build needs of the machine it runs on. An allow-list: nobody can name all the secrets an environment may hold.
_PASS = re.compile(
    r"""
    PATH | HOME | USER | LOGNAME | SHELL | TMPDIR | TMP | TEMP | TZ | TERM | LANG | LANGUAGE | LC_\w+ | XDG_\w+_HOME
    | SYSTEMROOT | COMSPEC | PATHEXT | APPDATA | LOCALAPPDATA | USERPROFILE
    | \w+_PROXY | SSL_CERT_(FILE|DIR) | (REQUESTS|CURL)_CA_BUNDLE | NODE_EXTRA_CA_CERTS | GIT_SSL_CAINFO
    | (PIP|UV|POETRY|PDM|PYENV|CONDA)_\w+
    | (NPM|YARN|PNPM|NVM|FNM|VOLTA|COREPACK|BUN|DENO|NODE)_\w+
    | GO(?!OGLE)[A-Z0-9]+ | CGO_\w+
    | (CARGO|RUSTUP)_\w+ | RUSTFLAGS
    | (JAVA|MAVEN|GRADLE|SDKMAN|JDK)_\w+ | M2_HOME
    | (GEM|BUNDLE|RBENV|COMPOSER|DOTNET|NUGET|MIX|HEX)_\w+
    | (ASDF|MISE|NIX|HOMEBREW|DEVBOX)_\w+
    | CC | CXX | AR | LD | \w*(FLAGS|_LIBS) | PKG_CONFIG_PATH | LD_LIBRARY_PATH | C_INCLUDE_PATH | LIBRARY_PATH
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SECRET = re.compile(r"TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|_KEY$|_KEY_|AUTH", re.IGNORECASE)


def shell(command: str) -> list[str]:
    """Return the argument list that runs a line of `kata.yaml`; the home of the choice of shell."""
    return ["/bin/sh", "-c", command]


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return those of the grader's variables that a build may see: where tools, caches and mirrors are, no secrets."""
    return {name: value for name, value in environ.items() if _PASS.fullmatch(name) and not _SECRET.search(name)}
