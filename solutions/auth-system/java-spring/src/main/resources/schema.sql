CREATE TABLE IF NOT EXISTS users (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email          text NOT NULL,
    email_key      text NOT NULL UNIQUE,  -- the address without upper and lower case
    name           text,
    password_hash  text NOT NULL,
    email_verified boolean NOT NULL DEFAULT false,
    roles          text[] NOT NULL DEFAULT '{user}',
    disabled       boolean NOT NULL DEFAULT false,
    totp_secret    bytea,  -- encrypted, for it cannot be hashed
    totp_active    boolean NOT NULL DEFAULT false,
    created_at     timestamptz NOT NULL DEFAULT now()
);

-- One row for each login, and one for each refresh token that descends from it.
CREATE TABLE IF NOT EXISTS sessions (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id    uuid NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz
);
CREATE INDEX IF NOT EXISTS sessions_of_a_user ON sessions (user_id);

CREATE TABLE IF NOT EXISTS refresh_tokens (
    hash       bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES sessions,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);

CREATE TABLE IF NOT EXISTS mailed_tokens (
    user_id    uuid NOT NULL REFERENCES users,
    purpose    text NOT NULL,
    hash       bytea NOT NULL UNIQUE,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, purpose)  -- a new token takes the place of the old one
);

-- By the address that was typed, whether it has an account or not.
CREATE TABLE IF NOT EXISTS failures (
    account      text PRIMARY KEY,
    count        integer NOT NULL,
    locked_until timestamptz
);

-- Logins that wait for their second factor.
CREATE TABLE IF NOT EXISTS mfa_logins (
    hash       bytea PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES users,
    expires_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS mfa_logins_of_a_user ON mfa_logins (user_id);

CREATE TABLE IF NOT EXISTS used_totp_steps (
    user_id uuid NOT NULL REFERENCES users,
    step    bigint NOT NULL,
    PRIMARY KEY (user_id, step)
);

CREATE TABLE IF NOT EXISTS recovery_codes (
    user_id uuid NOT NULL REFERENCES users,
    hash    bytea NOT NULL,
    PRIMARY KEY (user_id, hash)
);
