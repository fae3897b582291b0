"""Who of a class has code in common: a lead for a person, never a verdict.

Pygments reads the code, `scanoss-winnowing` (Schleimer, Wilkerson and Aiken, "Winnowing", SIGMOD 2003) takes the
fingerprints by which pairs are found; how much they share is then counted token by token.
"""
