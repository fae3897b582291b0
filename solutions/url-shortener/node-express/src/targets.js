import { isIPv6 } from "node:net";

const LONGEST = 2048;
// \s has U+00A0, U+2028, U+2029, U+3000 and all other blanks; \p{Cc} has the control characters.
const BLANK_OR_CONTROL = /[\s\p{Cc}]/u;
// What RFC 3986 lets stand in an address, and everything beyond ASCII (RFC 3987).
const ADDRESS = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2}|[^\0-\x7f])*$/u;
const WEB_ADDRESS = /^(https?:\/\/)([^/?#]+)(.*)$/isu;
const DEFAULT_PORTS = { "http:": "80", "https:": "443" };

/** Decides where a link may lead. */
export class Targets {
  #own;

  constructor({ publicBaseUrl, host, port }) {
    const listening = `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
    this.#own = new Set([publicBaseUrl, listening].map((address) => place(new URL(address))));
  }

  /** Say what is wrong with a target, or nothing. */
  fault(target) {
    if (typeof target !== "string") return "is not a text";
    // Half a character (a lone surrogate) could not be stored as it is.
    if (!target.isWellFormed()) return "holds half a character";
    if ([...target].length > LONGEST) return `has more than ${LONGEST} characters`;
    // Before any parser sees it: parsers drop line feeds and tabs in silence.
    if (BLANK_OR_CONTROL.test(target)) return "holds white space or control characters";
    if (!ADDRESS.test(target)) return "holds a character that has to be percent-encoded";
    return this.#addressFault(target);
  }

  #addressFault(target) {
    const [, , authority] = WEB_ADDRESS.exec(target) ?? [];
    if (authority === undefined) return "is not an absolute address of http or https";
    if (authority.includes("@")) return "holds user information";
    if (!URL.canParse(target)) return "names no host that a browser could find";
    if (this.#own.has(place(new URL(target)))) return "leads back to this server";
    return undefined;
  }
}

/**
 * Write a target into a header, which holds ASCII only: the host in punycode, everything else percent-encoded.
 *
 * What is ASCII already stays as it is, byte by byte.
 */
export function locationOf(target) {
  const [, scheme, authority, rest] = WEB_ADDRESS.exec(target);
  return scheme + asciiAuthority(authority, target) + percentEncoded(rest);
}

function asciiAuthority(authority, target) {
  if (/^[\0-\x7f]*$/.test(authority)) return authority;
  const [port] = /:\d*$/.exec(authority) ?? [""];
  return new URL(target).hostname + port;
}

function percentEncoded(text) {
  return text.replace(/[^\0-\x7f]+/gu, encodeURIComponent);
}

/**
 * Name host and port in one spelling.
 *
 * `URL` reads hosts as browsers do (WHATWG): lower case, IDNA, `127.1` and `0x7f000001` as 127.0.0.1.
 */
function place({ protocol, hostname, port }) {
  return `${hostname.replace(/\.$/, "")}:${port || DEFAULT_PORTS[protocol]}`;
}
