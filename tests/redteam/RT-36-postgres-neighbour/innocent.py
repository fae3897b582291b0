"""Has a pool of thirty sessions and a table of 40 MB, and looks at what the server tells everybody."""

import stores
import vault

pool = [stores.Postgres() for _ in range(30)]
for statement in (
    "DROP TABLE IF EXISTS big",
    "CREATE TABLE big (t text)",
    "INSERT INTO big SELECT repeat('x', 8000) FROM generate_series(1, 5000)",
    "ANALYZE big",
    "SELECT datname, pg_size_pretty(pg_database_size(current_database())) FROM pg_database",
    "SELECT count(*) FROM pg_stat_activity",
    "DROP TABLE big",
):
    pool[0].run(statement)
for session in pool:
    session.run("SELECT 1")
    session.close()
vault.keep()
