import { EVENTS_KEPT, KEYS, PREFIX, RETENTION_SECONDS, REUSE_KEPT } from './keys.ts';

/*
 * Everything that changes a job or a batch in more than one place is one Lua script, so that it happens whole or
 * not at all, whatever dies in between (redis.io/docs/latest/develop/interact/programmability/eval-intro: a script
 * runs atomically). `run` is the fence: each start of a job counts it up, and a write by an older start is refused.
 */

const ENDED = `local function ended(s) return s == 'succeeded' or s == 'failed' or s == 'cancelled' or s == 'unknown' end\n`;

/** Creates a batch with its jobs unless the idempotency key is taken. ARGV[1]: JSON {idempotency, bodyHash, batch, jobs, now}. Returns the id of the batch that holds. */
export const CREATE = `${ENDED}
local r = cjson.decode(ARGV[1])
if r.idempotency ~= '' then
  local taken = redis.call('HMGET', r.idempotency, 'batch', 'bodyHash')
  if taken[1] then return {taken[1], taken[2] == r.bodyHash and 'same' or 'other'} end
  redis.call('HSET', r.idempotency, 'batch', r.batch.id, 'bodyHash', r.bodyHash)
  redis.call('EXPIRE', r.idempotency, ${RETENTION_SECONDS})
end
local open = 0
local newest = {}
for _, j in ipairs(r.jobs) do
  local key = '${PREFIX}:job:' .. j.id
  if j.adopted then
    redis.call('HSET', key, 'batch', r.batch.id, 'collected', '')
    redis.call('PERSIST', key)
    if not ended(redis.call('HGET', key, 'status')) then open = open + 1 end
  else
    redis.call('HSET', key, 'data', j.data, 'batch', r.batch.id, 'status', 'queued', 'progress', '0', 'activity', 'Waiting for its turn',
      'attempts', '0', 'crashes', '0', 'run', '0', 'generation', '1', 'collected', r.batch.wait == 'none' and '1' or '')
    redis.call('SADD', '${KEYS.open}', j.id)
    redis.call('ZADD', '${KEYS.all}', r.now, j.id)
    if j.reuse ~= '' then
      -- A job that failed before has an heir: what becomes of the work shows there.
      for _, old in ipairs(redis.call('LRANGE', j.reuse, 0, -1)) do
        local s = redis.call('HGET', '${PREFIX}:job:' .. old, 'status')
        if s == 'failed' or s == 'cancelled' then redis.call('HSET', '${PREFIX}:job:' .. old, 'heir', r.batch.id) end
      end
      redis.call('LPUSH', j.reuse, j.id)
      redis.call('LTRIM', j.reuse, 0, ${REUSE_KEPT - 1})
      redis.call('EXPIRE', j.reuse, ${RETENTION_SECONDS})
    end
    open = open + 1
  end
  redis.call('SADD', key .. ':batches', r.batch.id)
end
local b = '${PREFIX}:batch:' .. r.batch.id
redis.call('HSET', b, 'data', r.batch.data, 'open', open, 'wait', r.batch.wait, 'parked', r.batch.wait == 'callback' and '1' or '')
if r.execution ~= '' then
  redis.call('HSET', r.execution, r.place, r.batch.id)
  redis.call('EXPIRE', r.execution, ${RETENTION_SECONDS})
end
if r.grant ~= '' then redis.call('SET', '${PREFIX}:grant:' .. r.batch.id, r.grant) end
if r.batch.wait == 'poll' then redis.call('SET', b .. ':waiter', 'submitted', 'PX', r.patience) end
if open == 0 then
  redis.call('DEL', '${PREFIX}:grant:' .. r.batch.id)
  redis.call('EXPIRE', b, ${RETENTION_SECONDS})
  if r.batch.wait == 'callback' then redis.call('SADD', '${KEYS.owed}', r.batch.id) end
end
return {r.batch.id, 'new'}`;

/** Starts a run of a job. KEYS: job. ARGV: generation, runner, now. Returns the word and the run. */
export const BEGIN = `${ENDED}
local s = redis.call('HMGET', KEYS[1], 'status', 'generation', 'cancel', 'startedAt')
if not s[1] then return {'gone'} end
if ended(s[1]) then return {'ended'} end
if s[2] ~= ARGV[1] then return {'stale'} end
local run = redis.call('HINCRBY', KEYS[1], 'run', 1)
redis.call('HSET', KEYS[1], 'status', 'running', 'runner', ARGV[2])
if s[1] == 'queued' then redis.call('HSET', KEYS[1], 'activity', 'Starting') end
if not s[4] then redis.call('HSET', KEYS[1], 'startedAt', ARGV[3]) end
return {s[3] == '1' and 'cancel' or 'run', run}`;

/** Remembers a step's result and clears the count of failed tries: each step has its own. KEYS: job, steps. ARGV: run, name, value. */
export const REMEMBER = `
if redis.call('HGET', KEYS[1], 'run') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
redis.call('HSET', KEYS[1], 'attempts', '0')
return 1`;

/** Records that a paid request is about to be sent. 1: go. 0: an older run. -1: one was sent before. KEYS: job, steps. ARGV: run, name, now. */
export const INTEND = `
if redis.call('HGET', KEYS[1], 'run') ~= ARGV[1] then return 0 end
return redis.call('HSETNX', KEYS[2], 'intent:' .. ARGV[2], ARGV[3]) == 1 and 1 or -1`;

/** Sets fields of a job while the run still holds. KEYS: job. ARGV: run, then field and value in turn. */
export const UPDATE = `
if redis.call('HGET', KEYS[1], 'run') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
return 1`;

/**
 * Ends a job once. KEYS: job. ARGV: id, run ('' = whoever holds it, but only where nobody runs it), status, then
 * field and value in turn. Returns 0 or 1 and the batches that are done by it.
 */
export const FINISH = `${ENDED}
local s = redis.call('HMGET', KEYS[1], 'status', 'run')
if not s[1] or ended(s[1]) then return {0} end
if ARGV[2] == '' then if s[1] == 'running' then return {0} end elseif s[2] ~= ARGV[2] then return {0} end
redis.call('HINCRBY', KEYS[1], 'run', 1)
redis.call('HSET', KEYS[1], 'status', ARGV[3], unpack(ARGV, 4))
redis.call('SREM', '${KEYS.open}', ARGV[1])
for _, key in ipairs({KEYS[1], KEYS[1] .. ':steps', KEYS[1] .. ':batches'}) do redis.call('EXPIRE', key, ${RETENTION_SECONDS}) end
local done = {1}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1] .. ':batches')) do
  local b = '${PREFIX}:batch:' .. id
  if redis.call('HINCRBY', b, 'open', -1) == 0 then
    redis.call('DEL', '${PREFIX}:grant:' .. id)
    redis.call('EXPIRE', b, ${RETENTION_SECONDS})
    if redis.call('HGET', b, 'parked') == '1' then redis.call('SADD', '${KEYS.owed}', id) end
    done[#done + 1] = id
  end
end
return done`;

/** Opens an ended job again. KEYS: job. ARGV: id, grant, forget ('1' = also the intents: it may be paid again). Returns the new generation, or 0. */
export const REOPEN = `${ENDED}
local s = redis.call('HMGET', KEYS[1], 'status', 'batch')
if not s[1] or not ended(s[1]) or s[1] == 'succeeded' then return 0 end
redis.call('HSET', KEYS[1], 'status', 'queued', 'activity', 'Waiting for its turn', 'problem', '', 'attempts', '0', 'crashes', '0', 'cancel', '', 'collected', '')
redis.call('HDEL', KEYS[1], 'endedAt')
if ARGV[3] == '1' then
  for _, f in ipairs(redis.call('HKEYS', KEYS[1] .. ':steps')) do if string.sub(f, 1, 7) == 'intent:' then redis.call('HDEL', KEYS[1] .. ':steps', f) end end
end
for _, key in ipairs({KEYS[1], KEYS[1] .. ':steps', KEYS[1] .. ':batches'}) do redis.call('PERSIST', key) end
redis.call('SADD', '${KEYS.open}', ARGV[1])
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1] .. ':batches')) do redis.call('HINCRBY', '${PREFIX}:batch:' .. id, 'open', 1) end
if ARGV[2] ~= '' then redis.call('SET', '${PREFIX}:grant:' .. s[2], ARGV[2]) end
return redis.call('HINCRBY', KEYS[1], 'generation', 1)`;

/** Hands a job whose worker died to the queue again. KEYS: job. ARGV: the run that was seen. Returns the new generation, or 0 when it moved on. */
export const TAKE_OVER = `
local s = redis.call('HMGET', KEYS[1], 'run', 'status')
if s[1] ~= ARGV[1] or s[2] ~= 'running' then return 0 end
redis.call('HSET', KEYS[1], 'status', 'queued')
redis.call('HINCRBY', KEYS[1], 'run', 1)
redis.call('HINCRBY', KEYS[1], 'crashes', 1)
return redis.call('HINCRBY', KEYS[1], 'generation', 1)`;

/** Marks the jobs of a batch as handed over to whoever submitted them. KEYS: batch. ARGV: the jobs' ids. */
export const COLLECT = `
redis.call('HSET', KEYS[1], 'parked', '', 'collected', '1')
redis.call('DEL', KEYS[1] .. ':waiter')
for _, id in ipairs(ARGV) do
  local key = '${PREFIX}:job:' .. id
  if redis.call('EXISTS', key) == 1 then redis.call('HSET', key, 'collected', '1') end
end
return 1`;

export const EVENTS_LIMIT = ['MAXLEN', '~', String(EVENTS_KEPT)] as const;
