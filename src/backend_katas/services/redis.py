"""Redis: by an administrator's URL, embedded, or in a container."""

from backend_katas.services.service import Service

SERVICE = Service(name="redis", variable="REDIS_URL", providers={})
