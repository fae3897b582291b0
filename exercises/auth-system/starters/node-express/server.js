// An authentication system, level by level: `BRIEF.md` says what each route does, `README.md` how to check it.

import express from "express";
import pg from "pg";

// Everything the program is told comes from the environment; `BRIEF.md` lists the names.
const { DATABASE_URL, HOST = "127.0.0.1", PORT = "8000" } = process.env;

// Connects when it is first asked. An idle connection that breaks is told here and replaced by the pool.
const database = new pg.Pool({ connectionString: DATABASE_URL });
database.on("error", (error) => console.error(`PostgreSQL: ${error.message}`));

const app = express();
app.disable("x-powered-by");

/** Answer with an error in the form that every answer of this kata uses: RFC 9457, application/problem+json. */
function problem(response, status, title) {
  const body = { type: "about:blank", title, status };
  response.status(status).type("application/problem+json").send(JSON.stringify(body));
}

// Say that the program is up; the checks begin at the first 200.
app.get("/healthz", (request, response) => {
  response.json({ status: "ok" });
});

// Level 1: sign up. Start here.
//
// Read the JSON body (`express.json()`), refuse what the brief refuses, hash the password with @node-rs/argon2 (already
// in package.json), write one row with `database.query`, answer 201. The database is empty at first: make your tables
// when the program starts. An `async` function may throw: Express 5 hands the error to your error handler.
app.post("/auth/signup", (request, response) => {
  problem(response, 501, "signup is not written yet");
});

// Level 2: log in, and say who is logged in.
//
//   POST /auth/login
//   GET  /auth/me

const server = app.listen(Number(PORT), HOST, (error) => {
  if (error) throw error;
  console.log(`listening on http://${HOST}:${PORT}`);
});

// The checks stop the program by SIGTERM: take no new requests, finish what runs, then let go of what it used.
process.once("SIGTERM", () => {
  server.close(async () => {
    await database.end();
  });
});
