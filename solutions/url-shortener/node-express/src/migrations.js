import { readdir, readFile } from "node:fs/promises";

import { transact } from "./database.js";

const FOLDER = new URL("../migrations/", import.meta.url);

/** Bring the tables up to date: run each file of `migrations/` once, in the order of their names. */
export async function migrate(database) {
  const files = (await readdir(FOLDER)).sort();
  await database.borrow((connection) =>
    transact(connection, async () => {
      // Several instances may start at the same moment; the others wait here until the first one is done.
      await connection.query("SELECT pg_advisory_xact_lock(hashtextextended('migrations', 0))");
      await connection.query("CREATE TABLE IF NOT EXISTS migrations (file text PRIMARY KEY)");
      const { rows } = await connection.query("SELECT file FROM migrations");
      const done = new Set(rows.map((row) => row.file));
      for (const file of files.filter((name) => !done.has(name))) {
        await connection.query(await readFile(new URL(file, FOLDER), "utf8"));
        await connection.query("INSERT INTO migrations (file) VALUES ($1)", [file]);
      }
    }),
  );
}
