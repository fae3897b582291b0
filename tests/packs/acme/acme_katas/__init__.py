"""Nobody needs to import this: a pack is found and used without running any code of it."""

raise ImportError("the code of a pack was imported")
