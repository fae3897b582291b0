import { Problem } from "./problems.js";

/** How many links one peer address may make in a minute, counted in the database for all instances together. */
export class CreationLimit {
  #most;

  constructor(most) {
    this.#most = most;
  }

  /** Count one creation, outside of any transaction: it counts whatever becomes of it. Refuse one too many. */
  async count(connection, peer) {
    // A clock that has gone back by a moment, on its way here, must not begin an earlier minute anew.
    const { rows } = await connection.query(
      `INSERT INTO creation_windows AS known (peer, minute, creations)
       VALUES ($1, date_trunc('minute', now()), 1)
       ON CONFLICT (peer) DO UPDATE
       SET minute = greatest(known.minute, excluded.minute),
           creations = CASE WHEN known.minute >= excluded.minute THEN known.creations + 1 ELSE 1 END
       RETURNING creations, ceil(extract(epoch FROM minute + interval '1 minute' - now())) AS seconds_left`,
      [peer],
    );
    if (rows[0].creations > this.#most) throw tooMany(Number(rows[0].seconds_left));
  }
}

function tooMany(seconds) {
  return new Problem(429, `wait for ${seconds} s`, {
    title: "Too many links",
    headers: { "Retry-After": String(Math.min(Math.max(seconds, 1), 60)) },
  });
}
