-- How many links each peer address has made in its latest minute.
CREATE TABLE creation_windows (
    peer text PRIMARY KEY,
    minute timestamptz NOT NULL,
    creations integer NOT NULL
);

-- What a creation with an Idempotency-Key was answered, as far as the link may change afterwards.
CREATE TABLE first_answers (
    key text PRIMARY KEY,
    fingerprint text NOT NULL,
    code text NOT NULL REFERENCES links (code),
    url text NOT NULL,
    expires_at timestamptz
);
