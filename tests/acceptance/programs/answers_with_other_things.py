"""Answers with correct JSON of another shape each time."""

from well import Well, serve

OTHER = {"/first": b'["path"]', "/second": b'{"path": NaN}', "/third": b'{"path": {"' + b"k" * 300_000 + b'": 1}}'}


class Other(Well):
    """Means something else."""

    def do_GET(self) -> None:
        """Answer beside the point."""
        self.answer(OTHER.get(self.path, b"null"))


serve(Other)
