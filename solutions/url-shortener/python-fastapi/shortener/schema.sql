-- Codes and aliases share one column, so that neither can take what the other has. A row is never deleted: the code of
-- a link that was stays taken.
CREATE TABLE IF NOT EXISTS links (
    code       text PRIMARY KEY,
    url        text NOT NULL,
    token_hash bytea NOT NULL,  -- SHA-256 of the management token
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    deleted_at timestamptz
);

-- A link's clicks are the sum of its days: one place to add to, so that total and days never differ.
CREATE TABLE IF NOT EXISTS clicks (
    code    text NOT NULL REFERENCES links,
    day     date NOT NULL,      -- in UTC
    clicks  bigint NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (code, day)
);

-- What the cache still has to forget: written in the transaction of the change, removed when the cache has done so.
CREATE TABLE IF NOT EXISTS invalidations (
    id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL
);

CREATE TABLE IF NOT EXISTS creation_windows (
    peer      text PRIMARY KEY,
    began_at  timestamptz NOT NULL,
    creations integer NOT NULL
);

-- The first answer under each Idempotency-Key, without the management token: that is made again from the nonce.
CREATE TABLE IF NOT EXISTS first_answers (
    peer        text NOT NULL,
    key         text NOT NULL,
    fingerprint bytea NOT NULL,
    link        json NOT NULL,
    nonce       bytea NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (peer, key)
);
