"""Answers once, and exits as if all were done."""

import os

import honest


class Once(honest.Handler):
    """Goes after the first answer."""

    def answer(self, status, greeting):
        """Answer and go."""
        super().answer(status, greeting)
        self.wfile.flush()
        os._exit(0)


honest.serve(Once)
