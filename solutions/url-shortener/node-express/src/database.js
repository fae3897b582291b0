import pg from "pg";

import { Problem } from "./problems.js";

// Together less than the three seconds within which people are told that PostgreSQL is away.
const CONNECTING_MILLISECONDS = 1300;
const ANSWERING_MILLISECONDS = 1500;

// Classes of SQLSTATE: no connection, no room for one, the server is shutting down.
const AWAY = ["08", "53", "57"];

/** PostgreSQL: one pool, and a 503 for everything that it does not answer. */
export class Database {
  #pool;

  constructor(url) {
    this.#pool = new pg.Pool({
      connectionString: url,
      connectionTimeoutMillis: CONNECTING_MILLISECONDS,
      query_timeout: ANSWERING_MILLISECONDS,
    });
    // A connection that breaks tells so, idle or in use, and an error that nobody listens to would end the process.
    this.#pool.on("error", () => {});
    this.#pool.on("connect", (client) => client.on("error", () => {}));
  }

  /** Run one statement, given as `(text, values)` or as an object of node-postgres. */
  async query(...statement) {
    try {
      return await this.#pool.query(...statement);
    } catch (error) {
      throw translated(error);
    }
  }

  /** Give `work` a connection of its own; one that met an error is not used again. */
  async borrow(work) {
    let client;
    let broken;
    try {
      client = await this.#pool.connect();
      return await work(client);
    } catch (error) {
      broken = !(error instanceof Problem);
      throw translated(error);
    } finally {
      client?.release(broken);
    }
  }

  close() {
    return this.#pool.end();
  }
}

/** Run `work` in a transaction of this connection. */
export async function transact(connection, work) {
  await connection.query("BEGIN");
  const result = await undoneBy(connection, "ROLLBACK", [], work);
  await connection.query("COMMIT");
  return result;
}

/** Run `work` while nobody else, on whatever instance, works under this name; answer undefined if somebody does. */
export async function alone(connection, name, work) {
  const { rows } = await connection.query("SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS mine", [name]);
  if (!rows[0].mine) return undefined;
  const unlock = "SELECT pg_advisory_unlock(hashtextextended($1, 0))";
  const result = await undoneBy(connection, unlock, [name], work);
  await connection.query(unlock, [name]);
  return result;
}

/** Run a statement if `work` ends in a problem; after any other error `borrow` drops the connection, which undoes too. */
async function undoneBy(connection, statement, values, work) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem) await connection.query(statement, values);
    throw error;
  }
}

/** An error with an SQLSTATE is the server's verdict on a statement, and our mistake; any other is silence. */
function translated(error) {
  if (error instanceof Problem) return error;
  if (error instanceof pg.DatabaseError && !AWAY.includes(error.code?.slice(0, 2))) return error;
  console.error(`PostgreSQL: ${error.message}`);
  return new Problem(503, "the database cannot be reached", { headers: { "Retry-After": "5" } });
}
