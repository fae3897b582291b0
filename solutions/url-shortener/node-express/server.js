// Starts the program, and stops it in order when it is asked to.

import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

import { createApplication } from "./src/application.js";
import { openServices } from "./src/services.js";
import { readSettings } from "./src/settings.js";

// Of the ten seconds between SIGTERM and SIGKILL most belong to the clicks.
const PATIENCE_WITH_REQUESTS_MILLISECONDS = 2500;

const settings = readSettings(process.env);
const services = await openServices(settings);
const server = createServer(createApplication(services));

server.listen(settings.port, settings.host, () => {
  console.log(`listening on http://${settings.host}:${settings.port}`);
});

let stopping;
for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, () => {
    stopping ??= stop();
  });
}

async function stop() {
  await closeServer();
  // Only now is no click to come any more.
  await services.close();
}

/** Take no more connections, let the running requests end, and hang up on whoever only keeps a connection open. */
async function closeServer() {
  const closed = new Promise((resolve) => server.close(resolve));
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  await Promise.race([closed, pause(PATIENCE_WITH_REQUESTS_MILLISECONDS, undefined, { ref: false })]);
  clearInterval(idle);
  server.closeAllConnections();
}
