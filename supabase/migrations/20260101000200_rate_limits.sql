-- How often somebody may do something.
--
-- Needs    schema portico (…0000), portico.tasks (…0100)
-- Makes    portico.rate_limits, portico.take(); the task rate_limits
-- Access   nobody directly: functions of portico_api call take() while they do
--          the work, so that counting costs no round trip.
-- Size     about 100 bytes a caller and limit that was used within a day.
--          Unlogged: a crash forgives.
-- Undo     drop function portico.take; drop view portico.due_rate_limits; drop
--          table portico.rate_limits; delete from portico.tasks where name =
--          'rate_limits';

create unlogged table portico.rate_limits (
  name     text not null check (octet_length(name) between 1 and 64),
  subject  text not null check (octet_length(subject) between 1 and 128),
  tokens   double precision not null check (tokens >= 0),
  allowed  boolean not null,
  taken_at timestamptz not null,
  primary key (name, subject)
);

comment on table  portico.rate_limits is 'Token buckets, one a limit and caller.';
comment on column portico.rate_limits.tokens is 'What was left at taken_at.';
comment on column portico.rate_limits.allowed is 'Whether there was one to take.';

alter table portico.rate_limits enable row level security;

-- Takes one token of `subject`. The bucket holds `capacity` and refills evenly
-- over `window_s` seconds. The answer: { allowed, remaining, reset_s }, where
-- reset_s is how long until one more is there.
create function portico.take(
  name text, subject text, capacity int, window_s int
) returns jsonb
language sql volatile security definer set search_path = '' as $$
  with taken as (
    insert into portico.rate_limits as bucket
      values (name, subject, capacity - 1, true, clock_timestamp())
    on conflict on constraint rate_limits_pkey do update
    -- The clock is read here and not taken from the row proposed above: who
    -- waited for the bucket must not count the wait as past.
    set (tokens, allowed, taken_at) = (
      select case when filled >= 1 then filled - 1 else filled end,
             filled >= 1, at
      from clock_timestamp() as at,
      lateral (
        -- A clock that was set back must not take tokens away.
        select least(capacity, bucket.tokens + capacity / window_s::float8 *
          greatest(0, extract(epoch from at - bucket.taken_at)))
      ) as refilled (filled)
    )
    returning bucket.tokens, bucket.allowed
  )
  select jsonb_build_object(
    'allowed', allowed,
    'remaining', floor(tokens),
    'reset_s', ceil(greatest(0, 1 - tokens) * window_s / capacity)
  )
  from taken
$$;

comment on function portico.take is 'Takes one token; says whether there was one.';

revoke execute on function portico.take from public;

create index on portico.rate_limits (taken_at);

-- No window is longer than a day: these buckets are full again, which is what
-- one that is not there is as well.
create view portico.due_rate_limits as
select ctid as "row", jsonb_build_array(name, subject)::text as key
from portico.rate_limits
where taken_at < now() - interval '1 day';

comment on view portico.due_rate_limits is 'Buckets that nobody has used.';

insert into portico.tasks (name, target, max_share)
values ('rate_limits', 'portico.rate_limits', 1);
