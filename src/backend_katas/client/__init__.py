"""The client that checks talk to the program with, and what many of them say of its answers."""

from backend_katas.client.answer import Answer
from backend_katas.client.judging import done, is_problem, problem_flaws
from backend_katas.client.session import Call, Client
from backend_katas.errors import ProgramFault
from backend_katas.strictjson import JsonArray, JsonObject, moment

__all__ = [
    "Answer",
    "Call",
    "Client",
    "JsonArray",
    "JsonObject",
    "ProgramFault",
    "done",
    "is_problem",
    "moment",
    "problem_flaws",
]
