"""Looks whether somebody has unpacked what lies beside it."""

import os

from loot import carry_off
from target import MARK

names = ("escaped", "../escaped", "../../escaped", "way", "hard", "zero", "pipe", "root", "zeros", "19999", MARK)
carry_off([f"CANARY {name}" for name in names if os.path.lexists(name)])
