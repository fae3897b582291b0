import { createHash } from "node:crypto";

import express from "express";

import { Problem } from "./problems.js";

const LARGEST = "64kb";

/** Make handlers that read a JSON body of one of these media types into `request.body`; without any it is JSON too. */
export function json(...mediaTypes) {
  return [
    (request, response, next) => {
      const mediaType = request.get("Content-Type")?.split(";")[0].trim().toLowerCase();
      if (mediaType && !mediaTypes.includes(mediaType)) throw new Problem(415, `send ${mediaTypes.join(" or ")}`);
      next();
    },
    // The bytes as they are: Express's own reader of JSON takes an empty body for `{}`.
    express.raw({ type: () => true, limit: LARGEST }),
    (request, response, next) => {
      request.body = parsed(request.body ?? Buffer.alloc(0));
      next();
    },
  ];
}

function parsed(bytes) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Problem(400, "the body is not JSON");
  }
}

/** Make a short name for a body, the same for the same body only. */
export function fingerprint(body) {
  return createHash("sha256").update(JSON.stringify(body)).digest("hex");
}
