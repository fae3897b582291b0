/** Read what the program is told by its environment; throw if anything is missing or is not what it should be. */
export function readSettings(environment) {
  const text = (name) => {
    const value = environment[name];
    if (!value) throw new Error(`the variable ${name} is missing`);
    return value;
  };
  const whole = (name, least = 0) => {
    const value = Number(text(name));
    if (Number.isInteger(value) && value >= least) return value;
    throw new Error(`the variable ${name} is not a whole number from ${least} on`);
  };

  return Object.freeze({
    host: text("HOST"),
    port: whole("PORT"),
    databaseUrl: text("DATABASE_URL"),
    redisUrl: text("REDIS_URL"),
    publicBaseUrl: text("PUBLIC_BASE_URL"),
    codeLength: whole("CODE_LENGTH", 1),
    codeAlphabet: text("CODE_ALPHABET"),
    cacheSeconds: whole("CACHE_TTL", 1),
    clickFlushSeconds: whole("CLICK_FLUSH_SECONDS"),
    creationsPerMinute: whole("CREATE_LIMIT_PER_MINUTE"),
    secretKey: text("SECRET_KEY"),
  });
}
