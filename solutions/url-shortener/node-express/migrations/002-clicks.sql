CREATE TABLE clicks (
    code text NOT NULL,
    day date NOT NULL,
    clicks bigint NOT NULL,
    last_clicked_at timestamptz NOT NULL,
    PRIMARY KEY (code, day)
);

-- The last batch of clicks that each process has written: the same batch, sent again, counts nothing.
CREATE TABLE click_writers (
    writer uuid PRIMARY KEY,
    batch bigint NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now()
);
