import { alone, transact } from "./database.js";
import { Problem } from "./problems.js";

/** Makes links: within the limit, and once only for each key. */
export class Creations {
  #database;
  #cache;
  #links;
  #limit;
  #firstAnswers;

  constructor({ database, cache, links, limit, firstAnswers }) {
    this.#database = database;
    this.#cache = cache;
    this.#links = links;
    this.#limit = limit;
    this.#firstAnswers = firstAnswers;
  }

  /** Make the link that `wish` asks for, and answer with its row. */
  async create(wish, peer) {
    await this.#limit.count(this.#database, peer);
    const link = await this.#links.insert(this.#database, wish);
    // Somebody may have asked for this code when nobody had made it.
    await this.#cache.forget(link.code);
    return link;
  }

  /** Make it, or answer with what the same request made before; `once` has the key and the request's fingerprint. */
  async createOnce(wish, peer, once) {
    const link = await this.#database.borrow((connection) =>
      alone(connection, `creation ${once.key}`, () => this.#firstOrNew(connection, wish, peer, once)),
    );
    if (!link) throw new Problem(409, "a request with this key is still running", { headers: { "Retry-After": "1" } });
    await this.#cache.forget(link.code);
    return link;
  }

  async #firstOrNew(connection, wish, peer, { key, fingerprint }) {
    const first = await this.#firstAnswers.find(connection, key);
    if (first?.fingerprint === fingerprint) return first;
    if (first) throw new Problem(422, "this key was used with another body", { title: "Key used before" });

    await this.#limit.count(connection, peer);
    return transact(connection, async () => {
      const link = await this.#links.insert(connection, wish);
      await this.#firstAnswers.keep(connection, key, fingerprint, link);
      return link;
    });
  }
}
