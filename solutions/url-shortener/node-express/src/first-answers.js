/** What creations with an `Idempotency-Key` were answered, to be answered once more. */
export class FirstAnswers {
  /** Find the link as it was when it was made under a key, with the fingerprint of that request; or undefined. */
  async find(connection, key) {
    const { rows } = await connection.query(
      `SELECT first.fingerprint, first.url, first.expires_at, code, token_seed, created_at, 0 AS clicks
       FROM first_answers AS first JOIN links USING (code)
       WHERE key = $1`,
      [key],
    );
    return rows[0];
  }

  /** Keep what may change: code, time and token stay with the link for good. */
  async keep(connection, key, fingerprint, link) {
    await connection.query(
      "INSERT INTO first_answers (key, fingerprint, code, url, expires_at) VALUES ($1, $2, $3, $4, $5)",
      [key, fingerprint, link.code, link.url, link.expires_at],
    );
  }
}
