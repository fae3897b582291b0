"""Ends without an answer to the second path."""

import os

from well import Well, serve


class Mortal(Well):
    """Dies of the second path."""

    def do_GET(self) -> None:
        """Answer, or die."""
        if self.path == "/second":
            print("I die of /second", flush=True)
            os._exit(3)
        super().do_GET()


serve(Mortal)
