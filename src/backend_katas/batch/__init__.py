"""A whole class graded: one job a submission, on any executor, each verdict written down before it counts."""
