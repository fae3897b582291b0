import { STATUS_CODES } from "node:http";

/** An error that whoever asked is to be told about (RFC 9457). */
export class Problem extends Error {
  constructor(status, detail, { title = STATUS_CODES[status], errors, headers = {} } = {}) {
    super(detail);
    this.status = status;
    this.headers = headers;
    this.document = { type: "about:blank", title, status, detail, errors };
  }
}

export const notFound = () => new Problem(404, "nobody made this");

export const gone = (detail) => new Problem(410, detail);

/** Refuse a body; each error names a member by its JSON pointer (RFC 6901) and says what is wrong with it. */
export const invalid = (errors) => new Problem(422, "the body is not valid", { title: "Invalid body", errors });

/** Make a handler for the methods that a path does not know (RFC 9110, section 15.5.6). */
export function allowOnly(...methods) {
  return () => {
    throw new Problem(405, `this knows ${methods.join(", ")}`, { headers: { Allow: methods.join(", ") } });
  };
}

/** Answer with whatever error came up; Express knows a handler of errors by its four parameters. */
export function answerProblem(error, request, response, next) {
  if (response.headersSent) return next(error);
  const problem = asProblem(error);
  response
    .status(problem.status)
    // Caches may keep a 404 or 410 without being told to (RFC 9110, section 15.1), and a link may come to life.
    .set({ "Cache-Control": "no-store", ...problem.headers })
    .type("application/problem+json")
    .send(JSON.stringify(problem.document));
}

function asProblem(error) {
  if (error instanceof Problem) return error;
  // What Express itself refuses: a path that cannot be decoded, a body that is too large.
  if (error.status >= 400 && error.status < 500) return new Problem(error.status);
  console.error(error);
  return new Problem(500, "this is our fault");
}
