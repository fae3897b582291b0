"""Answers with JSON that parsers choke on."""

from well import Well, serve

ODD = {
    "/first": b"[" * 200_000,
    "/second": b'{"path": "\\ud800"}',
    "/third": b'{"path": ' + b"9" * 100_000 + b"}",
}


class Odd(Well):
    """Is different."""

    def do_GET(self) -> None:
        """Answer oddly."""
        self.answer(ODD.get(self.path, b"{}"))


serve(Odd)
