"""The tables of a journal; one is only ever added, so that a journal of before can still be opened."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, MetaData, String, Table, Text, UniqueConstraint

TABLES = MetaData()
FACTS = Table("facts", TABLES, Column("name", String, primary_key=True), Column("value", Text, nullable=False))
GRADINGS = Table(
    "gradings",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("state", String, nullable=False),
    Column("version", String, nullable=False),
    Column("seed", Integer, nullable=False),
)
RESULTS = Table(
    "results",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("grading", Integer, ForeignKey("gradings.id"), nullable=False),
    Column("submission", Text, nullable=False),
    Column("key", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("result", Text, nullable=False),
    UniqueConstraint("grading", "submission", "key"),
)
STANDINGS = Table(
    "standings",
    TABLES,
    Column("grading", Integer, ForeignKey("gradings.id"), primary_key=True),
    Column("submission", Text, primary_key=True),
    Column("key", String, nullable=False),
    Column("problem", Text, nullable=False),
    Column("ours", Boolean, nullable=False),
)
# What went wrong on our side, as long as it is that for which a submission has no mark.
LOGS = Table(
    "logs",
    TABLES,
    Column("grading", Integer, ForeignKey("gradings.id"), primary_key=True),
    Column("submission", Text, primary_key=True),
    Column("log", Text, nullable=False),
)
# Each content that a learner has handed in and that was graded, in that order; times are RFC 3339 in UTC.
ATTEMPTS = Table(
    "attempts",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("submission", Text, nullable=False),
    Column("content", String, nullable=False),
    Column("seen", String, nullable=False),
    Column("listed", String, nullable=False),
    UniqueConstraint("submission", "content"),
)
# Which content a mark was given for: a key has its digest in it, but does not tell it.
CONTENTS = Table("contents", TABLES, Column("key", String, primary_key=True), Column("content", String, nullable=False))
