import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

// Written a little early, so that a click shows in time although writing takes a moment.
const EARLY = 0.7;
const LEAST_MILLISECONDS = 100;
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;
const LAST_WORDS_MILLISECONDS = 4000;

// Two instances lock the rows of the same links in the same order, or they could wait for each other.
const WRITE = `
  WITH news AS (
    INSERT INTO click_writers AS known (writer, batch) VALUES ($1, $2)
    ON CONFLICT (writer) DO UPDATE SET batch = excluded.batch, written_at = now() WHERE known.batch < excluded.batch
    RETURNING writer
  )
  INSERT INTO clicks (code, day, clicks, last_clicked_at)
  SELECT code, day, clicks, last_clicked_at
  FROM unnest($3::text[], $4::date[], $5::bigint[], $6::timestamptz[]) AS batch (code, day, clicks, last_clicked_at)
  WHERE EXISTS (SELECT FROM news)
  ORDER BY code, day
  ON CONFLICT (code, day) DO UPDATE
  SET clicks = clicks.clicks + excluded.clicks,
      last_clicked_at = greatest(clicks.last_clicked_at, excluded.last_clicked_at)`;

/**
 * Counts clicks in memory and adds them to the database now and then, in batches.
 *
 * A batch whose writing failed is written again as it was, under its number. If only the answer got lost, the database
 * knows the number, and counts nothing twice.
 */
export class Clicks {
  #database;
  #milliseconds;
  #writer = randomUUID();
  #counts = new Map();
  #batch = { number: 0, counts: [] };
  #writing = Promise.resolve();
  #timer;

  constructor(database, seconds) {
    this.#database = database;
    const milliseconds = Math.max(seconds * 1000 * EARLY, LEAST_MILLISECONDS);
    this.#milliseconds = Math.min(milliseconds, LONGEST_TIMER_MILLISECONDS);
  }

  /** Count a click that is made now. */
  count(code) {
    const now = new Date();
    const day = now.toISOString().slice(0, 10);
    const key = `${day} ${code}`;
    const before = this.#counts.get(key)?.clicks ?? 0;
    this.#counts.set(key, { code, day, clicks: before + 1, last: now });
  }

  /** Sum up the clicks on a link that are written: all of them, the last one's time, and by day. */
  async of(code) {
    const { rows } = await this.#database.query(
      `SELECT to_char(day, 'YYYY-MM-DD') AS date, clicks, last_clicked_at FROM clicks WHERE code = $1 ORDER BY day`,
      [code],
    );
    const byDay = rows.map(({ date, clicks }) => ({ date, clicks: Number(clicks) }));
    return {
      clicks: byDay.reduce((sum, day) => sum + day.clicks, 0),
      last_clicked_at: rows.at(-1)?.last_clicked_at ?? null,
      by_day: byDay,
    };
  }

  /** Write from now on. */
  begin() {
    this.#timer = setInterval(() => this.#write(), this.#milliseconds);
  }

  /** Write what is left, and try again for some seconds if the database is away. */
  async end() {
    clearInterval(this.#timer);
    const deadline = Date.now() + LAST_WORDS_MILLISECONDS;
    await this.#write();
    while (this.#isLeft() && Date.now() < deadline) {
      await pause(200);
      await this.#write();
    }
    if (this.#isLeft()) console.error("clicks were lost: the database is away");
  }

  #isLeft() {
    return this.#batch.counts.length > 0 || this.#counts.size > 0;
  }

  /** Write one batch after the other, also when this is called while one is being written. */
  #write() {
    this.#writing = this.#writing.then(async () => {
      try {
        if (this.#batch.counts.length > 0) await this.#writeBatch();
        this.#closeBatch();
        if (this.#batch.counts.length > 0) await this.#writeBatch();
      } catch {
        // The database has said what is wrong; the batch is kept for the next time.
      }
    });
    return this.#writing;
  }

  #closeBatch() {
    this.#batch = { number: this.#batch.number + 1, counts: [...this.#counts.values()] };
    this.#counts = new Map();
  }

  async #writeBatch() {
    const { number, counts } = this.#batch;
    const column = (name) => counts.map((count) => count[name]);
    const columns = [column("code"), column("day"), column("clicks"), column("last")];
    await this.#database.query(WRITE, [this.#writer, number, ...columns]);
    this.#batch = { number, counts: [] };
  }
}
