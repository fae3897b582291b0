import { Router } from "express";

import { allowOnly, gone, notFound } from "../problems.js";
import { locationOf } from "../targets.js";

/** Make the route that the world sees. */
export function redirects({ codes, lookups, clicks }) {
  const router = Router({ caseSensitive: true });

  router
    .route("/:code")
    .get(async (request, response) => {
      const { code } = request.params;
      const target = await targetOf(code);
      // Express answers HEAD by this route, too.
      if (request.method === "GET") clicks.count(code);
      // Not by `response.redirect`, which writes addresses anew.
      response
        .status(302)
        .set({ Location: locationOf(target), "Cache-Control": "no-store" })
        .end();
    })
    .all(allowOnly("GET", "HEAD"));

  async function targetOf(code) {
    if (!codes.isPossible(code)) throw notFound();
    const link = await lookups.find(code);
    if (link.state === "unknown") throw notFound();
    if (link.state === "deleted") throw gone("this link was deleted");
    if (link.expiresAt !== null && link.expiresAt <= Date.now()) throw gone("this link has expired");
    return link.url;
  }

  return router;
}
