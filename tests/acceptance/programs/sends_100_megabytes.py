"""Answers the second path with 100 MB."""

from well import Well, serve


class Big(Well):
    """Has much to say."""

    def do_GET(self) -> None:
        """Answer at length."""
        if self.path == "/second":
            self.answer(b'{"path": "' + b"x" * 100_000_000 + b'"}')
        else:
            super().do_GET()


serve(Big)
