"""Where codes lead: the cache knows, or the database does and the cache then knows too."""

from shortener import links
from shortener.cache import Cache, Lease
from shortener.database import Database
from shortener.flights import Flights
from shortener.links import Destination


class Destinations:
    """Looks codes up for redirects."""

    def __init__(self, cache: Cache, database: Database):
        self._cache, self._database = cache, database
        self._flights = Flights(self._look_up)

    async def find(self, code: str) -> Destination | None:
        """Return where a code leads, as true as of this call, or None if nobody made it."""
        return await self._flights.join(code)

    async def _look_up(self, code: str) -> Destination | None:
        found = await self._cache.read(code)
        if not isinstance(found, Lease):
            return found.destination
        destination = await self._database.run(links.destination, code)
        await self._cache.fill(code, found, destination)
        return destination
