-- A deleted link keeps its row: that is what keeps its code from being given out again.
CREATE TABLE links (
    code text PRIMARY KEY,
    url text NOT NULL,
    token_seed text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    deleted_at timestamptz
);
