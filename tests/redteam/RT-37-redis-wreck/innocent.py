"""Uses what Redis is for: scripts, expiry, transactions, streams, messages, an empty start, and a look at itself."""

import stores
import vault

redis = stores.Redis()
redis.run("FLUSHALL")
redis.run("FLUSHDB")
assert redis.run("EVAL", "return redis.call('INCR', KEYS[1])", 1, "count") == b"1"
redis.run("SET", "short", "lived", "EX", 60)
redis.run("MULTI")
redis.run("INCR", "count")
redis.run("EXEC")
redis.run("XADD", "stream", "*", "field", "value")
redis.run("PUBLISH", "channel", "message")
redis.run("KEYS", "*")
redis.run("SORT", "list")
redis.run("SCAN", "0")
assert b"redis_version" in redis.run("INFO")
redis.run("CONFIG", "GET", "maxmemory")
redis.run("CLIENT", "SETNAME", "vault")
redis.run("CLIENT", "SETINFO", "LIB-NAME", "vault")
redis.run("CLIENT", "ID")
redis.run("CLIENT", "LIST")
redis.run("COMMAND", "COUNT")
redis.run("SCRIPT", "FLUSH")
redis.run("FUNCTION", "LIST")
redis.run("MEMORY", "USAGE", "count")
redis.run("OBJECT", "ENCODING", "count")
redis.run("SET", "big", bytes(50 << 20))
redis.run("DEL", "big")
redis.run("HELLO", "2")
redis.run("PING")
vault.keep()
