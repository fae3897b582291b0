"""Real servers for a program to use: PostgreSQL, Redis and SMTP, each from where it can be had."""

from backend_katas.services.choice import SERVICES, Availability, available, serve
from backend_katas.services.service import Endpoint, Provider, Server, Service, Surroundings

__all__ = [
    "SERVICES",
    "Availability",
    "Endpoint",
    "Provider",
    "Server",
    "Service",
    "Surroundings",
    "available",
    "serve",
]
