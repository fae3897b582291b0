-- Run at the first connection of each process, so everything has to bear being run again. Two processes may start at
-- the same moment, and CREATE ... IF NOT EXISTS alone does not stand that.
BEGIN;
SELECT pg_advisory_xact_lock(7361102);

CREATE TABLE IF NOT EXISTS tasks (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title text NOT NULL,
    description text NOT NULL,
    priority text NOT NULL CHECK (priority IN ('low', 'medium', 'high')),
    due_date date,
    tags text[] NOT NULL,
    assignee_id text,
    status text NOT NULL CHECK (status IN ('todo', 'in_progress', 'done', 'archived')),
    owner_id text NOT NULL,
    team text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL DEFAULT 1
);

-- What managers see, in the order of a list without `sort`; then what members see.
CREATE INDEX IF NOT EXISTS tasks_of_team ON tasks (team, created_at, id);
CREATE INDEX IF NOT EXISTS tasks_of_owner ON tasks (owner_id, team);
CREATE INDEX IF NOT EXISTS tasks_of_assignee ON tasks (assignee_id, team);

CREATE TABLE IF NOT EXISTS comments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task_id bigint NOT NULL REFERENCES tasks ON DELETE CASCADE,
    author_id text NOT NULL,
    text text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX IF NOT EXISTS comments_of_task ON comments (task_id, created_at, id);

CREATE TABLE IF NOT EXISTS people (
    sub text PRIMARY KEY,
    name text
);

-- The answers that were given, as they were: the task may have changed since. A key is bytes, for a header may have
-- any. Without an answer a row is only seen by the transaction that makes it.
CREATE TABLE IF NOT EXISTS idempotency_keys (
    sub text NOT NULL,
    key bytea NOT NULL,
    fingerprint bytea NOT NULL,
    location text,
    etag text,
    body bytea,
    PRIMARY KEY (sub, key)
);

COMMIT;
