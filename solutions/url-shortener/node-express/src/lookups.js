import { Flights } from "./flights.js";

/** Finds what a code leads to: in the cache, else in the database, once for all who ask at the same moment. */
export class Lookups {
  #cache;
  #links;
  #flights = new Flights();

  constructor(cache, links) {
    this.#cache = cache;
    this.#links = links;
  }

  async find(code) {
    return (await this.#cache.get(code)) ?? this.#flights.share(code, () => this.#look(code));
  }

  async #look(code) {
    const lease = await this.#cache.lease(code);
    // Without a lease: another round has filled the place by now, or another instance is about to.
    const known = lease ? null : await this.#cache.get(code);
    return known ?? this.#ask(code, lease);
  }

  async #ask(code, lease) {
    try {
      const entry = await this.#links.lookUp(code);
      if (lease) await this.#cache.fill(code, lease, entry);
      return entry;
    } catch (error) {
      if (lease) await this.#cache.forget(code);
      throw error;
    }
  }
}
