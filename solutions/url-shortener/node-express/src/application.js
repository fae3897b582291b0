import express from "express";

import { answerProblem, notFound } from "./problems.js";
import { health } from "./routes/health.js";
import { linksApi } from "./routes/links.js";
import { redirects } from "./routes/redirects.js";

/**
 * Put the routes together.
 *
 * `trust proxy` stays off, so that `request.ip` is whoever opened the connection, whatever the headers say.
 */
export function createApplication(services) {
  const application = express();
  application.disable("x-powered-by");
  application.disable("etag");

  application.use(health(services));
  application.use("/api/links", linksApi(services));
  application.use(redirects(services));
  application.use((request, response, next) => next(notFound()));
  application.use(answerProblem);
  return application;
}
