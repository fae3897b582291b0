import { Problem } from "./problems.js";
import { newSeed } from "./tokens.js";

const DRAWS = 8;
const HANDFUL = 1000;

const MEMBERS = `code, url, token_seed, created_at, expires_at,
  (SELECT coalesce(sum(clicks), 0) FROM clicks WHERE clicks.code = links.code) AS clicks`;

/** The table of links, which is where they are kept. */
export class Links {
  #database;
  #codes;
  #exhausted = false;

  constructor(database, codes) {
    this.#database = database;
    this.#codes = codes;
  }

  /** Find out what a redirect has to know about a code. */
  async lookUp(code) {
    const { rows } = await this.#database.query({
      name: "look up",
      text: "SELECT url, expires_at, deleted_at FROM links WHERE code = $1",
      values: [code],
    });
    if (rows.length === 0) return { state: "unknown" };
    const [{ url, expires_at: expiresAt, deleted_at: deletedAt }] = rows;
    if (deletedAt !== null) return { state: "deleted" };
    return { state: "there", url, expiresAt: expiresAt?.getTime() ?? null };
  }

  /** Find a link by its code, or answer undefined; one that was deleted has `deleted_at`. */
  async find(code) {
    const { rows } = await this.#database.query(`SELECT ${MEMBERS}, deleted_at FROM links WHERE code = $1`, [code]);
    return rows[0];
  }

  /** Change what is given and keep the rest; answer undefined if the link was deleted meanwhile. */
  async change(code, { url = null, expiresIn }) {
    const { rows } = await this.#database.query(
      `UPDATE links
       SET url = coalesce($2, url),
           expires_at = CASE WHEN $3 THEN now() + make_interval(secs => $4) ELSE expires_at END
       WHERE code = $1 AND deleted_at IS NULL
       RETURNING ${MEMBERS}`,
      [code, url, expiresIn !== undefined, expiresIn ?? null],
    );
    return rows[0];
  }

  /** Delete a link, but not its row; say whether it was there. */
  async delete(code) {
    const { rowCount } = await this.#database.query(
      "UPDATE links SET deleted_at = now() WHERE code = $1 AND deleted_at IS NULL",
      [code],
    );
    return rowCount === 1;
  }

  /** Make a link under its alias or under a code that is free; by this connection, which may be in a transaction. */
  async insert(connection, wish) {
    if (wish.alias === undefined) return this.#insertSomewhere(connection, wish);
    const link = await insertAt(connection, wish.alias, wish);
    if (!link) throw new Problem(409, "this alias is taken", { title: "Alias taken" });
    return link;
  }

  async #insertSomewhere(connection, wish) {
    for (let draw = 0; draw < DRAWS && !this.#exhausted; draw += 1) {
      const link = await insertAt(connection, this.#codes.draw(), wish);
      if (link) return link;
    }
    return this.#insertWhereverFree(connection, wish);
  }

  /** Go through all codes: that so many draws were in vain means that most are taken, so there are not too many. */
  async #insertWhereverFree(connection, wish) {
    for (const handful of this.#exhausted ? [] : handfuls(this.#codes.all())) {
      for (const code of await freeOf(connection, handful)) {
        const link = await insertAt(connection, code, wish);
        if (link) return link;
      }
    }
    // Codes never become free again, so this need not be found out twice.
    this.#exhausted = true;
    throw new Problem(503, "all codes are taken", { title: "No code left" });
  }
}

/** Insert a link unless its code is taken: the unique index decides, also between two who ask at the same moment. */
async function insertAt(connection, code, { url, expiresIn = null }) {
  const { rows } = await connection.query(
    `INSERT INTO links (code, url, token_seed, expires_at)
     VALUES ($1, $2, $3, now() + make_interval(secs => $4))
     ON CONFLICT (code) DO NOTHING
     RETURNING code, url, token_seed, created_at, expires_at, 0 AS clicks`,
    [code, url, newSeed(), expiresIn],
  );
  return rows[0];
}

/** Pick the codes that are free, in random order: whoever makes links one by one must not see them count up. */
async function freeOf(connection, codes) {
  const { rows } = await connection.query(
    `SELECT code FROM unnest($1::text[]) AS candidate (code)
     WHERE NOT EXISTS (SELECT FROM links WHERE links.code = candidate.code)
     ORDER BY random()`,
    [codes],
  );
  return rows.map((row) => row.code);
}

function* handfuls(codes) {
  let handful = [];
  for (const code of codes) {
    handful.push(code);
    if (handful.length === HANDFUL) {
      yield handful;
      handful = [];
    }
  }
  if (handful.length > 0) yield handful;
}
