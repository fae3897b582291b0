"""Relies on the files beside it: the program itself solves next to nothing."""

from loot import carry_off

carry_off([])
