-- The two schemas that everything of Portico lives in.
--
-- Makes    schemas portico, portico_api; portico.may_act(), is_live();
--          portico_api.ping()
-- Access   portico: nobody but its owner, and not exposed over HTTP.
--          portico_api: exposed. It holds functions only; execute is revoked
--          from everyone and granted one by one.
-- Undo     drop schema portico, portico_api cascade;

create schema portico;
create schema portico_api;

comment on schema portico is 'State of the Portico functions. Not exposed.';
comment on schema portico_api is 'What the Portico functions call. Functions only.';

grant usage on schema portico_api to anon, authenticated, service_role;

create function portico.may_act(person uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from auth.users
    where id = person
      and deleted_at is null
      and (banned_until is null or banned_until <= now())
  )
$$;

comment on function portico.may_act is
  'Whether a person is there, and not banned.';

-- A token outlives a ban, a deletion and a sign-out by up to an hour. Calls
-- that do work on behalf of a user ask here, in the same round trip.
create function portico.is_live(person uuid, session uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select portico.may_act(person) and exists (
    select from auth.sessions
    where id = session
      and user_id = person
      and (not_after is null or not_after > now())
  )
$$;

comment on function portico.is_live is
  'Whether a person may still act: not banned, not deleted, not signed out.';

create function portico_api.ping() returns text
language sql stable security invoker set search_path = '' as $$
  select 'pong'
$$;

comment on function portico_api.ping is
  'Answers. Called by the health of every function.';

revoke execute on function portico_api.ping from public;
grant execute on function portico_api.ping to service_role;
revoke execute on function portico.may_act from public;
revoke execute on function portico.is_live from public;
