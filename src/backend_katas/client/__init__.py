"""What a check talks to the program through: bounded in time and size, and every exchange on record."""

from __future__ import annotations

from backend_katas.client.answer import Answer, JsonArray, JsonObject
from backend_katas.client.session import Call, Client

__all__ = ["Answer", "Call", "Client", "JsonArray", "JsonObject"]
