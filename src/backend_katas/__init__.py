"""Backend Katas: hands-on backend exercises, graded by behaviour."""
