"""A build sees the tools of the machine and none of its secrets."""

from __future__ import annotations

import pytest

from backend_katas.program.command import clean_environment


@pytest.mark.parametrize(
    "name",
    ["PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "HTTPS_PROXY", "no_proxy", "PIP_INDEX_URL", "UV_CACHE_DIR", "GOPROXY",
     "GOFLAGS", "CARGO_HOME", "npm_config_registry", "NPM_CONFIG_CACHE", "JAVA_HOME", "SSL_CERT_FILE", "CFLAGS"],
)  # fmt: skip
def test_what_a_build_needs_passes(name: str) -> None:
    """Paths, places of caches, mirrors, proxies and certificates are the machine's, and kept."""
    assert clean_environment({name: "value"}) == {name: "value"}


@pytest.mark.parametrize(
    "name",
    ["GITHUB_TOKEN", "GITHUB_SHA", "ACTIONS_RUNTIME_URL", "AWS_ACCESS_KEY_ID", "AWS_PROFILE", "MY_SECRET",
     "DB_PASSWORD", "CARGO_REGISTRY_TOKEN", "UV_PUBLISH_PASSWORD", "NPM_CONFIG__AUTH", "NODE_AUTH_TOKEN",
     "GOOGLE_API_KEY", "PYTEST_CURRENT_TEST", "PYTHONPATH", "PYTHONHOME", "KATAS_POSTGRES_URL", "VIRTUAL_ENV",
     "DATABASE_URL", "SSH_AUTH_SOCK", "OPENAI_API_KEY"],
)  # fmt: skip
def test_what_a_build_must_not_see_does_not_pass(name: str) -> None:
    """Secrets, the grader's own settings and whatever nobody has named stay outside."""
    assert clean_environment({name: "value"}) == {}
