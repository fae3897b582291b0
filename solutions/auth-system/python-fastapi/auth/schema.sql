CREATE TABLE IF NOT EXISTS users (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number         bigint GENERATED ALWAYS AS IDENTITY UNIQUE,  -- the order of pages, never shown
    email          text NOT NULL,                               -- as typed
    email_key      text NOT NULL UNIQUE,                        -- folded: one account for one address
    name           text,
    password_hash  text NOT NULL,
    email_verified boolean NOT NULL DEFAULT false,
    disabled       boolean NOT NULL DEFAULT false,
    roles          text[] NOT NULL DEFAULT '{user}',
    totp_secret    text,
    totp_active    boolean NOT NULL DEFAULT false,
    totp_last_step bigint NOT NULL DEFAULT 0,                   -- codes up to this time step are used up
    created_at     timestamptz NOT NULL DEFAULT now()
);

-- A session is one login: a family of refresh tokens, of which the newest is unused.
CREATE TABLE IF NOT EXISTS sessions (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz
);
CREATE INDEX IF NOT EXISTS sessions_of_user ON sessions (user_id);

-- Of every token only the SHA-256 is kept: whoever reads the database can use none of them.
CREATE TABLE IF NOT EXISTS refresh_tokens (
    hash       bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX IF NOT EXISTS refresh_tokens_of_session ON refresh_tokens (session_id);

-- At most one link of each purpose works for a user: a newer one takes the row of the older.
CREATE TABLE IF NOT EXISTS mailed_tokens (
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    purpose    text NOT NULL CHECK (purpose IN ('verify', 'reset')),
    hash       bytea NOT NULL UNIQUE,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, purpose)
);

-- Keyed by the hash of what was typed, not by user: addresses without an account are counted the same way.
CREATE TABLE IF NOT EXISTS login_failures (
    account      bytea PRIMARY KEY,
    failures     integer NOT NULL,
    locked_until timestamptz
);

-- A right password that still waits for its second factor.
CREATE TABLE IF NOT EXISTS mfa_challenges (
    hash       bytea PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS mfa_challenges_of_user ON mfa_challenges (user_id);

CREATE TABLE IF NOT EXISTS recovery_codes (
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    hash    bytea NOT NULL,
    PRIMARY KEY (user_id, hash)
);
