import { Cache } from "./cache.js";
import { Clicks } from "./clicks.js";
import { Codes } from "./codes.js";
import { CreationLimit } from "./creation-limit.js";
import { Creations } from "./creations.js";
import { Database } from "./database.js";
import { FirstAnswers } from "./first-answers.js";
import { Links } from "./links.js";
import { Lookups } from "./lookups.js";
import { migrate } from "./migrations.js";
import { Targets } from "./targets.js";
import { Tokens } from "./tokens.js";

/** Make everything that the routes need, connected and with its tables. */
export async function openServices(settings) {
  const database = new Database(settings.databaseUrl);
  await migrate(database);
  const cache = new Cache(settings);
  await cache.open();

  const codes = new Codes(settings);
  const links = new Links(database, codes);
  const clicks = new Clicks(database, settings.clickFlushSeconds);
  clicks.begin();

  return {
    settings,
    database,
    cache,
    codes,
    links,
    clicks,
    targets: new Targets(settings),
    tokens: new Tokens(settings.secretKey),
    lookups: new Lookups(cache, links),
    creations: new Creations({
      database,
      cache,
      links,
      limit: new CreationLimit(settings.creationsPerMinute),
      firstAnswers: new FirstAnswers(),
    }),
    /** Write what is not written yet, then let go of everything. */
    async close() {
      await clicks.end();
      cache.close();
      await database.close();
    },
  };
}
