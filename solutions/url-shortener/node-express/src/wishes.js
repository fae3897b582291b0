import { aliasFault } from "./codes.js";
import { invalid } from "./problems.js";

const LONGEST_LIFE_SECONDS = 31_536_000;

/** Read from a body which link is to be made. */
export function creation(body, targets) {
  check(body, { url: (url) => targets.fault(url), alias: aliasFault, expires_in: lifeFault });
  return { url: body.url, alias: body.alias ?? undefined, expiresIn: body.expires_in ?? null };
}

/** Read from a body what is to be changed; a member that is absent is undefined. */
export function change(body, targets) {
  check(body, { url: (url) => (url === undefined ? undefined : targets.fault(url)), expires_in: lifeFault });
  return { url: body.url, expiresIn: body.expires_in };
}

function check(body, faults) {
  if (body === null || typeof body !== "object" || Array.isArray(body)) {
    throw invalid([{ pointer: "#", detail: "is not an object" }]);
  }
  const errors = Object.entries(faults)
    .map(([name, fault]) => ({ pointer: `#/${name}`, detail: fault(body[name]) }))
    .filter(({ detail }) => detail);
  if (errors.length > 0) throw invalid(errors);
}

function lifeFault(seconds) {
  if (seconds === undefined || seconds === null) return undefined;
  const fits = typeof seconds === "number" && seconds > 0 && seconds <= LONGEST_LIFE_SECONDS;
  return fits ? undefined : `is not a number of seconds up to ${LONGEST_LIFE_SECONDS}`;
}
