"""Backend Katas: hands-on backend exercises, graded by behaviour."""

__version__ = "0.1.0"
