import { randomInt } from "node:crypto";

const ALIAS = /^[A-Za-z0-9_-]{3,32}$/;
const LONGEST_ALIAS = 32;
const RESERVED = new Set(["api", "healthz", "readyz", "metrics", "static"]);

/** Say what is wrong with an alias, or nothing. */
export function aliasFault(alias) {
  if (alias === undefined || alias === null) return undefined;
  if (typeof alias !== "string") return "is not a text";
  if (!ALIAS.test(alias)) return "has to be 3 to 32 letters, digits, _ or -";
  return RESERVED.has(alias) ? "is reserved" : undefined;
}

/** The codes that can be drawn: which there are, and how to come by one. */
export class Codes {
  #length;
  #alphabet;
  #possible;

  constructor({ codeLength, codeAlphabet }) {
    this.#length = codeLength;
    this.#alphabet = [...codeAlphabet];
    this.#possible = new RegExp(`^[A-Za-z0-9_-]{1,${Math.max(LONGEST_ALIAS, codeLength)}}$`);
  }

  /** Say whether a text could be a code or an alias at all; everything else need not be looked up. */
  isPossible(text) {
    return this.#possible.test(text);
  }

  /** Draw a code, taken or not. */
  draw() {
    for (;;) {
      const code = this.#random();
      if (!RESERVED.has(code)) return code;
    }
  }

  /** Yield every code once, counting on from a random one. */
  *all() {
    const first = this.#random();
    let code = first;
    do {
      if (!RESERVED.has(code)) yield code;
      code = this.#following(code);
    } while (code !== first);
  }

  #random() {
    return Array.from({ length: this.#length }, () => this.#alphabet[randomInt(this.#alphabet.length)]).join("");
  }

  #following(code) {
    const digits = [...code];
    for (let place = digits.length - 1; place >= 0; place -= 1) {
      const value = this.#alphabet.indexOf(digits[place]) + 1;
      digits[place] = this.#alphabet[value % this.#alphabet.length];
      if (value < this.#alphabet.length) break;
    }
    return digits.join("");
  }
}
