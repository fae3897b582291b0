import { Router } from "express";

import { allowOnly } from "../problems.js";

/** Make the routes that a load balancer asks. */
export function health({ database }) {
  const router = Router({ caseSensitive: true });

  router
    .route("/healthz")
    .get((request, response) => response.json({ status: "ok" }))
    .all(allowOnly("GET", "HEAD"));

  router
    .route("/readyz")
    .get(async (request, response) => {
      await database.query("SELECT 1");
      response.json({ status: "ok" });
    })
    .all(allowOnly("GET", "HEAD"));

  return router;
}
