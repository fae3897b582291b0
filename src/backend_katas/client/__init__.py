"""What a check talks to the program through: bounded in time and size, and every exchange on record."""

from __future__ import annotations

from backend_katas.client.answer import Answer
from backend_katas.client.session import Call, Client
from backend_katas.strictjson import JsonArray, JsonObject

__all__ = ["Answer", "Call", "Client", "JsonArray", "JsonObject"]
