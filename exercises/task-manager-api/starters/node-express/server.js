// A task manager, level by level: `BRIEF.md` says what each route does, `README.md` how to check it.

import express from "express";
import pg from "pg";

// Everything the program is told comes from the environment; `BRIEF.md` lists the names.
const { DATABASE_URL, HOST = "127.0.0.1", PORT = "8000" } = process.env;

// Connects when it is first asked. An idle connection that breaks is told here and replaced by the pool.
const database = new pg.Pool({ connectionString: DATABASE_URL });
database.on("error", (error) => console.error(`PostgreSQL: ${error.message}`));

const app = express();
app.disable("x-powered-by");
// Express would tag answers by their bytes; the tags of this kata are yours.
app.disable("etag");

/** Answer with an error in the form that every answer of this kata uses: RFC 9457, application/problem+json. */
function problem(response, status, title) {
  const body = { type: "about:blank", title, status };
  response.status(status).type("application/problem+json").send(JSON.stringify(body));
}

// Say that the program is up; the checks begin at the first 200.
app.get("/healthz", (request, response) => {
  response.json({ status: "ok" });
});

// Level 1: create, read, list, replace, change and delete tasks. Start here.
//
// Read the token of the `Authorization` header (who is asking?), read the JSON body (`express.json()`), write one row
// with `database.query`, answer 201 with the task, its `Location` and its `ETag`. The database is empty at first: make
// your tables when the program starts. An `async` function may throw: Express 5 hands the error to your error handler.
app.post("/tasks", (request, response) => {
  problem(response, 501, "creating tasks is not written yet");
});

// Still level 1:
//
//   GET    /tasks
//   GET    /tasks/:id
//   PUT    /tasks/:id
//   PATCH  /tasks/:id
//   DELETE /tasks/:id

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
