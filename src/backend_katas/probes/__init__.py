"""Looks at a program from outside, the same for every schema, language and framework."""
