-- How often somebody may do something.
--
-- Needs    schema portico (…0000)
-- Makes    portico.rate_limits, portico.take()
-- Access   nobody directly: functions of portico_api call take() while they do
--          the work, so that counting costs no round trip.
-- Size     about 100 bytes a caller and limit. Unlogged: a crash forgives.
-- Undo     drop function portico.take; drop table portico.rate_limits;

create unlogged table portico.rate_limits (
  name     text not null check (octet_length(name) between 1 and 64),
  subject  text not null check (octet_length(subject) between 1 and 128),
  tokens   double precision not null check (tokens >= 0),
  taken_at timestamptz not null,
  primary key (name, subject)
);

comment on table  portico.rate_limits is 'Token buckets, one a limit and caller.';
comment on column portico.rate_limits.tokens is 'What was left at taken_at.';

alter table portico.rate_limits enable row level security;

-- Takes one token of `subject`. The bucket holds `capacity` and refills evenly
-- over `window_s` seconds. The answer: { allowed, remaining, reset_s }, where
-- reset_s is how long until one more is there.
create function portico.take(
  name text, subject text, capacity int, window_s int
) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  -- Not now(): who waited for the row must not count the wait as past.
  at timestamptz;
  per_second double precision := capacity::double precision / window_s;
  bucket portico.rate_limits;
  filled double precision;
begin
  insert into portico.rate_limits
  values (take.name, take.subject, capacity, clock_timestamp())
  on conflict do nothing;

  select * into strict bucket from portico.rate_limits as l
  where l.name = take.name and l.subject = take.subject
  for update;

  at := clock_timestamp();
  -- A clock that was set back must not take tokens away.
  filled := least(capacity, bucket.tokens + per_second *
    greatest(0, extract(epoch from at - bucket.taken_at)));

  update portico.rate_limits as l
  set tokens = case when filled >= 1 then filled - 1 else filled end,
      taken_at = at
  where l.name = take.name and l.subject = take.subject;

  return jsonb_build_object(
    'allowed', filled >= 1,
    'remaining', greatest(0, floor(filled - 1)),
    'reset_s', case
      when filled >= 2 then 0
      when filled >= 1 then ceil((2 - filled) / per_second)
      else ceil((1 - filled) / per_second)
    end
  );
end $$;

comment on function portico.take is 'Takes one token; says whether there was one.';

revoke execute on function portico.take from public;
