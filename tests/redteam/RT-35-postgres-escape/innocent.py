"""Migrates its database as frameworks do: schemas, types, functions, triggers, extensions, settings of its own."""

import stores
import vault

MIGRATIONS = [
    "CREATE SCHEMA IF NOT EXISTS app",
    "CREATE EXTENSION IF NOT EXISTS citext",
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "DROP TYPE IF EXISTS app.mood CASCADE; CREATE TYPE app.mood AS ENUM ('fine')",
    "CREATE TABLE IF NOT EXISTS app.users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), mail citext UNIQUE)",
    "CREATE OR REPLACE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "CREATE OR REPLACE TRIGGER touched BEFORE UPDATE ON app.users FOR EACH ROW EXECUTE FUNCTION app.touch()",
    "CREATE OR REPLACE VIEW app.mails AS SELECT mail FROM app.users",
    "CREATE INDEX IF NOT EXISTS by_mail ON app.users (lower(mail::text))",
    "ALTER ROLE CURRENT_USER SET statement_timeout = '30s'",
    "SELECT pg_advisory_lock(1), pg_advisory_unlock(1)",
    "COPY app.users (mail) TO STDOUT",
]

postgres = stores.Postgres()
for statement in MIGRATIONS:
    postgres.run(statement)
postgres.close()
vault.keep()
