"""For authors of katas: which check proves which rule, and whether a grader can be trusted."""
