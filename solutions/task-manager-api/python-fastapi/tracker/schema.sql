DO $$ BEGIN
    CREATE TYPE task_priority AS ENUM ('low', 'medium', 'high');  -- sorts in this order
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

CREATE TABLE IF NOT EXISTS tasks (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    title       text NOT NULL,
    description text NOT NULL,
    status      text NOT NULL DEFAULT 'todo',
    priority    task_priority NOT NULL,
    due_date    date,
    tags        text[] NOT NULL,
    owner_id    text NOT NULL,
    team        text NOT NULL,
    assignee_id text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    version     integer NOT NULL DEFAULT 1
);

-- What a manager sees, in each order of `tracker/listing.py`; what a member sees; what an administrator looks for.
CREATE INDEX IF NOT EXISTS tasks_of_team_by_age ON tasks (team, created_at, id);
CREATE INDEX IF NOT EXISTS tasks_of_team_by_due_date ON tasks (team, coalesce(due_date, 'infinity'), id);
CREATE INDEX IF NOT EXISTS tasks_of_team_by_priority ON tasks (team, priority, id);
CREATE INDEX IF NOT EXISTS tasks_of_team_by_title ON tasks (team, title COLLATE "C", id);
CREATE INDEX IF NOT EXISTS tasks_of_owner ON tasks (owner_id);
CREATE INDEX IF NOT EXISTS tasks_of_assignee ON tasks (assignee_id);
CREATE INDEX IF NOT EXISTS tasks_by_age ON tasks (created_at, id);
CREATE INDEX IF NOT EXISTS tasks_by_tag ON tasks USING gin (tags);

CREATE TABLE IF NOT EXISTS comments (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number     bigint GENERATED ALWAYS AS IDENTITY,  -- the order of pages, never shown
    task_id    uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    author_id  text NOT NULL,
    text       text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS comments_of_task ON comments (task_id, number);

CREATE TABLE IF NOT EXISTS people (
    sub  text PRIMARY KEY,
    name text
);

-- One row for each task that was created with a key, written in the same transaction as the task.
CREATE TABLE IF NOT EXISTS idempotency_keys (
    sub     text NOT NULL,
    key     text NOT NULL,
    request bytea NOT NULL,  -- the SHA-256 of what was asked for
    answer  json,            -- the task as it was then; never NULL for others than the transaction that writes it
    PRIMARY KEY (sub, key)
);
