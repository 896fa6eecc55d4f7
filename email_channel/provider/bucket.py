"""Turns at the provider: one limit for all calls, in and out, shared fairly between accounts.

The provider counts the requests of the last second over all our keys (resend.com/docs/api-reference/rate-limit), so
this does too: at most `RESEND_REQUESTS_PER_S` turns in any window of `WINDOW_S`. Who waits gets the next turn by
start-time fair queueing (Goyal, Vin, Cheng 1996): an account that has had fewer turns than the others goes first, so
that one mail of a small account does not wait behind thousands of another. `public` is the platform's own turn.

Everything lies in Redis, and the time is Redis's own. What is lost there only costs a second of waiting.
"""

import time
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import redis
from django.conf import settings
from redis.exceptions import RedisError

from hummdesk.logs import logger

# A little more than the provider's second: two requests may come closer together than they left.
WINDOW_S = 1.05
# Who asked and was told to wait keeps the place for so long beyond the wait; then others pass.
GRACE_S = 1.0
WITHOUT_REDIS_WAIT_S = 5.0

_LUA = """
local window, order, queue, place = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local most, width, grace = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000

local paused = tonumber(redis.call('HGET', place, 'paused_until') or '0') - now
redis.call('ZREMRANGEBYSCORE', window, '-inf', now - width)
redis.call('ZREMRANGEBYSCORE', queue, '-inf', now)
local virtual = tonumber(redis.call('HGET', place, 'virtual') or '0')

local asks, best, best_start = {}, nil, nil
local function start_of(schema)
  return math.max(virtual, tonumber(redis.call('HGET', order, schema) or '0'))
end
for index = 4, #ARGV do
  local schema, start = ARGV[index], start_of(ARGV[index])
  asks[schema] = true
  if best == nil or start < best_start then best, best_start = schema, start end
end
local ahead = 0
for _, schema in ipairs(redis.call('ZRANGE', queue, 0, -1)) do
  if not asks[schema] and start_of(schema) < best_start then ahead = ahead + 1 end
end

local free = most - redis.call('ZCARD', window)
if paused <= 0 and free > ahead then
  local number = redis.call('HINCRBY', place, 'count', 1)
  redis.call('ZADD', window, now, number)
  redis.call('HSET', order, best, best_start + 1)
  redis.call('HSET', place, 'virtual', best_start)
  redis.call('ZREM', queue, best)
  for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, 3600) end
  return {best, '0'}
end

local wait = width
local missing = ahead - free
if missing >= 0 and missing < most then
  local oldest = redis.call('ZRANGE', window, missing, missing, 'WITHSCORES')
  if oldest[2] then wait = tonumber(oldest[2]) + width - now end
end
wait = math.max(wait, paused, 0.01)
for schema in pairs(asks) do redis.call('ZADD', queue, now + wait + grace, schema) end
redis.call('EXPIRE', queue, 3600)
return {'', tostring(wait)}
"""
_PAUSE_LUA = """
local clock = redis.call('TIME')
local until_at = tonumber(clock[1]) + tonumber(clock[2]) / 1000000 + tonumber(ARGV[1])
if until_at > tonumber(redis.call('HGET', KEYS[1], 'paused_until') or '0') then
  redis.call('HSET', KEYS[1], 'paused_until', tostring(until_at))
  redis.call('EXPIRE', KEYS[1], 3600)
end
"""


class ProviderTurn(NamedTuple):
    """Whose turn it is, "" for nobody of those who asked, and after how many seconds to ask again."""

    schema: str
    wait_s: float


def take_turn(schema: str) -> float:
    """The account has the next call to the provider (0.0), or learns after how many seconds to ask again."""
    return turn_among([schema]).wait_s


def turn_among(schemas: Sequence[str]) -> ProviderTurn:
    """One of these accounts has the next call: the one that has had the fewest; or all of them wait on."""
    if not schemas:
        return ProviderTurn("", WINDOW_S)
    try:
        schema, wait_s = _scripts().turn(
            keys=_keys(), args=[settings.RESEND_REQUESTS_PER_S, WINDOW_S, GRACE_S, *dict.fromkeys(schemas)]
        )
    except RedisError as error:
        logger.warning("provider_bucket_unavailable", error=type(error).__name__)
        return ProviderTurn("", WITHOUT_REDIS_WAIT_S)
    return ProviderTurn(str(schema), float(wait_s))


def await_turn(schema: str, *, most_s: float) -> float:
    """The account has the next call (0.0) after at most so many seconds in which this thread sleeps.

    Otherwise returns after how many seconds to ask again. Never call it inside a transaction.
    """
    end = time.monotonic() + most_s
    while (wait_s := take_turn(schema)) and time.monotonic() + wait_s <= end:
        time.sleep(wait_s)
    return wait_s


def pause_turns(wait_s: float) -> None:
    """Nobody gets a turn for so many seconds: the provider has said that it is too much."""
    try:
        _scripts().pause(keys=_keys()[3:], args=[wait_s])
    except RedisError as error:
        logger.warning("provider_bucket_unavailable", error=type(error).__name__)


def _keys() -> list[str]:
    layer: Any = settings.CHANNEL_LAYERS["default"]
    prefix = layer["CONFIG"]["prefix"]
    return [f"public:{prefix}:provider:{name}" for name in ("window", "order", "queue", "place")]


class _Scripts(NamedTuple):
    turn: Any
    pause: Any


@cache
def _scripts() -> _Scripts:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, decode_responses=True
    )
    return _Scripts(client.register_script(_LUA), client.register_script(_PAUSE_LUA))
