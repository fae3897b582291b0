"""The URL that a program is given."""

from __future__ import annotations

from sqlalchemy import make_url

from backend_katas.services import Endpoint


def test_what_a_url_holds_can_be_read_back():
    """Characters with a meaning in URLs do no harm in names and passwords."""
    endpoint = Endpoint(
        scheme="postgresql", host="127.0.0.1", port=5432, user="an n", password="p@ss:w/rd?#%è", path="data/base"
    )

    url = make_url(endpoint.url())
    assert (url.username, url.password, url.database) == ("an n", "p@ss:w/rd?#%è", "data/base")
    assert (url.host, url.port) == ("127.0.0.1", 5432)


def test_a_relay_takes_the_server_s_place():
    """Only the address changes."""
    endpoint = Endpoint(scheme="redis", host="db.example.com", port=6379, password="secret", path="3")

    assert endpoint.url() == "redis://:secret@db.example.com:6379/3"
    assert endpoint.url("127.0.0.1", 4000) == "redis://:secret@127.0.0.1:4000/3"


def test_an_ipv6_address_stands_in_brackets():
    """Otherwise its colons would be taken for the port's."""
    assert Endpoint(scheme="smtp", host="::1", port=25).url() == "smtp://[::1]:25"
