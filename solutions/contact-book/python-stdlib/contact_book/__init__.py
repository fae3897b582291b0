"""A contact book for the shell that never loses a contact."""
