import { Router } from "express";

import { fingerprint, json } from "../bodies.js";
import { allowOnly, gone, notFound, Problem } from "../problems.js";
import { change, creation } from "../wishes.js";

const LONGEST_KEY = 255;

/** Make the routes below `/api/links`, which the makers of links use. */
export function linksApi({ settings, codes, links, clicks, targets, tokens, creations, cache }) {
  const router = Router({ caseSensitive: true });

  router.use((request, response, next) => {
    response.set("Cache-Control", "no-store");
    next();
  });

  router.param("code", (request, response, next, code) => next(codes.isPossible(code) ? undefined : notFound()));

  router
    .route("/")
    .post(json("application/json"), async (request, response) => {
      const wish = creation(request.body, targets);
      const key = idempotencyKey(request);
      const link =
        key === undefined
          ? await creations.create(wish, request.ip)
          : await creations.createOnce(wish, request.ip, { key, fingerprint: fingerprint(request.body) });
      response
        .status(201)
        .set("Location", `/api/links/${link.code}`)
        .json({ ...shown(link), management_token: tokens.of(link.token_seed) });
    })
    .all(allowOnly("POST"));

  router
    .route("/:code")
    .get(async (request, response) => {
      const link = await links.find(request.params.code);
      if (!link) throw notFound();
      if (link.deleted_at) throw gone("this link was deleted");
      response.json(shown(link));
    })
    .patch(json("application/json", "application/merge-patch+json"), async (request, response) => {
      const { code } = await managed(request);
      const link = await links.change(code, change(request.body, targets));
      if (!link) throw notFound();
      // Before the answer: the very next redirect has to obey it.
      await cache.forget(code);
      response.json(shown(link));
    })
    .delete(async (request, response) => {
      const { code } = await managed(request);
      if (!(await links.delete(code))) throw notFound();
      await cache.forget(code);
      response.status(204).end();
    })
    .all(allowOnly("GET", "HEAD", "PATCH", "DELETE"));

  router
    .route("/:code/stats")
    .get(async (request, response) => {
      const { code } = await managed(request);
      response.json(await clicks.of(code));
    })
    .all(allowOnly("GET", "HEAD"));

  /** Find the link that a request is about, if it brings the link's token. */
  async function managed(request) {
    const [, token] = /^Bearer +(\S+)$/i.exec(request.get("Authorization") ?? "") ?? [];
    if (!token) throw new Problem(401, "send the management token", { headers: { "WWW-Authenticate": "Bearer" } });
    const link = await links.find(request.params.code);
    if (!link || link.deleted_at) throw notFound();
    if (!tokens.fits(token, link.token_seed)) throw new Problem(403, "this is another link's token");
    return link;
  }

  /** Show a link to anybody: by what may be seen, so that nothing else slips out. */
  function shown(link) {
    return {
      code: link.code,
      short_url: `${settings.publicBaseUrl}/${link.code}`,
      url: link.url,
      created_at: link.created_at,
      expires_at: link.expires_at,
      clicks: Number(link.clicks),
    };
  }

  return router;
}

function idempotencyKey(request) {
  const key = request.get("Idempotency-Key");
  if (key === "" || key?.length > LONGEST_KEY) {
    throw new Problem(400, `an Idempotency-Key has 1 to ${LONGEST_KEY} characters`);
  }
  return key;
}
