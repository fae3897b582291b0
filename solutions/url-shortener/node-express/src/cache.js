import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";

import { Redis } from "ioredis";

const OPENING_MILLISECONDS = 1000;
const CONNECTING_MILLISECONDS = 400;
const ANSWERING_MILLISECONDS = 400;
const LONGEST_PAUSE_MILLISECONDS = 500;

const LEASE_SECONDS = 5;
const UNKNOWN_SECONDS = 30;

const LEASE = "lease ";
const keyOf = (code) => `shortener:link:${code}`;

// Put an entry in the place of a lease, if it is still there.
const FILL = `
if redis.call("GET", KEYS[1]) == ARGV[1] then
  return redis.call("SET", KEYS[1], ARGV[2], "EX", ARGV[3])
end`;

/**
 * What redirects have to know, in Redis; while Redis is away it holds nothing and says so at once.
 *
 * Whoever finds nothing takes a lease before they ask the database. A change forgets the key, and the lease with it, so
 * that a slow reader cannot put back what it read before the change.
 */
export class Cache {
  #redis;
  #seconds;
  #usable = false;
  /** When each code was to be forgotten while Redis was away. */
  #owed = new Map();

  constructor({ redisUrl, cacheSeconds }) {
    this.#seconds = cacheSeconds;
    this.#redis = new Redis(redisUrl, {
      connectTimeout: CONNECTING_MILLISECONDS,
      // Silence ends the connection, so that only the first to meet it waits. Until a new one is ready, which takes an
      // answer from Redis, every command fails at once, and none is kept to be sent later.
      socketTimeout: ANSWERING_MILLISECONDS,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (times) => Math.min(50 * times, LONGEST_PAUSE_MILLISECONDS),
    });
    this.#redis.defineCommand("fill", { numberOfKeys: 1, lua: FILL });
    this.#redis.on("ready", () => this.#regain());
    this.#redis.on("close", () => this.#lose());
    // An error that nobody listens to would be printed at each attempt; `close` follows, and says it once.
    this.#redis.on("error", () => {});
  }

  /** Wait until Redis is there, but not for long: the program has to do without it anyway. */
  async open() {
    const ready = once(this.#redis, "ready").catch(() => {});
    await Promise.race([ready, pause(OPENING_MILLISECONDS, undefined, { ref: false })]);
  }

  close() {
    this.#usable = false;
    this.#redis.disconnect();
  }

  /** Return what is known of a code, or null. */
  async get(code) {
    const text = await this.#ask((redis) => redis.get(keyOf(code)));
    return !text || text.startsWith(LEASE) ? null : JSON.parse(text);
  }

  /** Reserve the place of what is missing; null if somebody else did, if it is there by now, or if Redis is away. */
  async lease(code) {
    const lease = LEASE + randomUUID();
    const seconds = Math.min(LEASE_SECONDS, this.#seconds);
    return (await this.#ask((redis) => redis.set(keyOf(code), lease, "EX", seconds, "NX"))) && lease;
  }

  /** Put an entry where the lease is, unless it is void. */
  async fill(code, lease, entry) {
    const seconds = entry.state === "unknown" ? Math.min(UNKNOWN_SECONDS, this.#seconds) : this.#seconds;
    await this.#ask((redis) => redis.fill(keyOf(code), lease, JSON.stringify(entry), seconds));
  }

  /** Forget a code on all instances; if Redis is away, then as soon as it is back. */
  async forget(code) {
    const forgotten = await this.#ask((redis) => redis.del(keyOf(code)));
    if (forgotten === null) this.#owe(code);
  }

  /** Ask Redis, and answer null if it cannot be had. */
  async #ask(command) {
    if (!this.#usable) return null;
    try {
      return await command(this.#redis);
    } catch (error) {
      // Also when Redis refused a command: what it did not do is made up for on a new connection.
      this.#redis.disconnect(true);
      console.error(`Redis: ${error.message}`);
      return null;
    }
  }

  /** Entries end by themselves after a while: older debts are settled, and the list cannot grow for ever. */
  #owe(code) {
    const oldest = Date.now() - this.#seconds * 1000;
    for (const [known, at] of this.#owed) {
      if (at > oldest) break;
      this.#owed.delete(known);
    }
    this.#owed.delete(code);
    this.#owed.set(code, Date.now());
  }

  /** Use Redis again, and forget what is owed before anything is read: commands of one connection keep their order. */
  #regain() {
    console.log("Redis: ready");
    this.#usable = true;
    const codes = [...this.#owed.keys()];
    if (codes.length === 0) return;
    this.#ask((redis) => redis.del(codes.map(keyOf))).then((forgotten) => {
      if (forgotten !== null) codes.forEach((code) => this.#owed.delete(code));
    });
  }

  #lose() {
    if (this.#usable) console.error("Redis: away");
    this.#usable = false;
  }
}
