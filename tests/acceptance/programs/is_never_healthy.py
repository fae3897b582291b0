"""Says of itself that it is ill."""

from well import Well, serve


class Ill(Well):
    """Answers 500 to everybody."""

    def do_GET(self) -> None:
        """Complain."""
        self.answer(b"I have a cold", status=500)


serve(Ill)
