"""Writes without end, as soon as it is asked anything."""

from well import Well, serve


class Chatty(Well):
    """Talks to itself about the second path."""

    def do_GET(self) -> None:
        """Answer, or talk."""
        if self.path == "/second":
            while True:
                print("blah " * 20_000, flush=True)
        super().do_GET()


serve(Chatty)
