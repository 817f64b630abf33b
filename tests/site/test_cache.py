"""A cluster whose Redis is away goes on without a cache."""

from __future__ import annotations

from musicsite.cache import ForgivingRedisCache

NOBODY = "redis://127.0.0.1:9/0"  # the port of "discard": nobody listens


def test_a_redis_that_is_away_is_an_empty_cache() -> None:
    cache = ForgivingRedisCache(NOBODY, {"OPTIONS": {"socket_connect_timeout": 0.2}})
    cache.set("key", 1)
    assert cache.get("key", "nothing") == "nothing"
    assert cache.add("key", 1)
    assert cache.incr("key") == 1
    assert cache.get_many(["key"]) == {}
    assert not cache.has_key("key")
    assert cache.set_many({"key": 1}) == []
    assert not cache.delete("key")
    assert not cache.touch("key")
    cache.delete_many(["key"])
    cache.clear()
