import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/**
 * Management tokens, which are stored nowhere: each is an HMAC of a random seed that stands beside its link.
 *
 * So a database that was stolen opens nothing, and the first answer to a creation can be given once more.
 */
export class Tokens {
  #secretKey;

  constructor(secretKey) {
    this.#secretKey = secretKey;
  }

  /** Make the token that belongs to a seed. */
  of(seed) {
    return createHmac("sha256", this.#secretKey).update(`management token ${seed}`).digest("base64url");
  }

  /** Say whether a token that was sent belongs to a seed, in the same time wherever it differs. */
  fits(token, seed) {
    const sent = Buffer.from(token);
    const right = Buffer.from(this.of(seed));
    return sent.length === right.length && timingSafeEqual(sent, right);
  }
}

/** Draw the seed of a new token: 256 bits. */
export function newSeed() {
  return randomBytes(32).toString("hex");
}
