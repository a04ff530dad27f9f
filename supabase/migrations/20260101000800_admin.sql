-- Who may do what to whose account, and what has been done.
--
-- Needs    portico.may_act(), is_live() (…0000), portico.tasks (…0100),
--          portico.wake() (…0150), portico.take() (…0200); Supabase Storage
-- Makes    portico.audit, audit_people, audit_checkpoints, open_intents,
--          admin_requests, notices; portico.role_of(), state_of(), describe(),
--          audit_kept(), keep_audit(), admits(), holders_beside(),
--          objection(), write_intent(), write_outcome(), earlier(),
--          end_sessions(), hand_over(), notice(), has_come(), settle(),
--          admit_look(), trail_of(); portico_api.admit_admin(),
--          begin_admin(), end_admin(),
--          claim_notices(), settle_notice(), list_audit(); the tasks intents
--          and audit
-- Access   service role only, through the functions. The trail can only grow:
--          no grant, and a trigger that holds for the owner as well.
-- Yours    portico.role_of(), if roles are in a table of yours; audit_kept().
-- Undo     drop the functions, the tables and the views due_intents, due_audit;
--          delete from portico.tasks where name in ('intents', 'audit');

-- What a person is to the project, or null. Replace it if your roles are
-- elsewhere: the last word on who may do what is what this says at that moment.
create function portico.role_of(person uuid) returns text
language sql stable security definer set search_path = '' as $$
  select case jsonb_typeof(raw_app_meta_data -> 'role')
    when 'string' then raw_app_meta_data ->> 'role'
  end
  from auth.users where id = person
$$;

comment on function portico.role_of is 'The role of a person. Yours to replace.';

-- One expression without a search path, so that Postgres can put it where it is
-- called.
create function portico.state_of(person auth.users) returns text
language sql stable as $$
  select case
    when person.deleted_at is not null then 'deleted'
    when person.banned_until > pg_catalog.now() then 'banned'
    when person.is_anonymous then 'anonymous'
    when person.confirmed_at is null then 'unconfirmed'
    else 'active'
  end
$$;

comment on function portico.state_of is
  'deleted, banned, anonymous, unconfirmed or active: the first that is so.';

-- What is shown of an account.
create function portico.describe(person auth.users) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'id', person.id,
    'email', nullif(person.email, ''),
    'phone', nullif(person.phone, ''),
    'role', portico.role_of(person.id),
    'state', portico.state_of(person),
    'providers', coalesce(person.raw_app_meta_data -> 'providers', '[]'),
    'createdAt', person.created_at,
    'updatedAt', person.updated_at,
    'invitedAt', person.invited_at,
    'emailConfirmedAt', person.email_confirmed_at,
    'phoneConfirmedAt', person.phone_confirmed_at,
    'lastSignInAt', person.last_sign_in_at,
    'bannedUntil', case
      when person.banned_until > now() then person.banned_until
    end,
    'deletedAt', person.deleted_at,
    'userMetadata', coalesce(person.raw_user_meta_data, '{}'),
    'appMetadata', coalesce(person.raw_app_meta_data, '{}')
  )
$$;

-- How long the trail is kept.
create function portico.audit_kept() returns interval
language sql immutable set search_path = '' as $$
  select interval '400 days'
$$;

comment on function portico.audit_kept is
  'How long the audit trail is kept. Yours to replace.';

create table portico.audit (
  n          bigint generated always as identity primary key,
  at         timestamptz not null default clock_timestamp(),
  kind       text not null check (kind in ('intent', 'outcome')),
  request    uuid not null,
  actor      uuid,
  actor_key  text,
  actor_role text not null,
  action     text not null check (action ~ '^[a-zA-Z.]{1,40}$'),
  target     uuid,
  fields     text[] not null default '{}',
  reason     text check (char_length(reason) <= 500),
  intent     bigint,
  result     text check (result in ('done', 'refused', 'failed', 'unknown')),
  detail     text check (char_length(detail) <= 500),
  check (num_nonnulls(actor, actor_key) = 1),
  check ((kind = 'outcome') = (intent is not null)),
  check ((kind = 'outcome') = (result is not null))
);

comment on table  portico.audit is
  'What was to be done to accounts, and what came of it. It only grows.';
comment on column portico.audit.kind is
  'An intent is there before anything is done, and an outcome after it.';
comment on column portico.audit.request is 'The id of the request, as in logs.';
comment on column portico.audit.actor is 'A person, or null for a secret key.';
comment on column portico.audit.actor_key is 'The name of a secret key.';
comment on column portico.audit.actor_role is 'As it was then.';
comment on column portico.audit.target is
  'Whose account, or which OAuth client; in an outcome, if nobody knew before.';
comment on column portico.audit.fields is 'Names of what was changed: no values.';
comment on column portico.audit.reason is 'In the words of who did it.';
comment on column portico.audit.intent is 'Of an outcome: what it is of.';
comment on column portico.audit.result is
  'done; refused, before or by Auth; failed; unknown, if nobody can tell.';
comment on column portico.audit.detail is 'A code of ours or of Auth.';

create unique index audit_outcomes on portico.audit (intent);
create index audit_targets on portico.audit (target, n);
create index audit_actors on portico.audit (actor, n);
create index audit_at on portico.audit (at);

-- What names a person, apart, since the trail cannot be changed and this must
-- be erasable.
create table portico.audit_people (
  n     bigint primary key,
  email text check (char_length(email) <= 320),
  phone text check (char_length(phone) <= 40)
);

comment on table  portico.audit_people is
  'Who the target of an intent was, in clear. Rows may be erased.';
comment on column portico.audit_people.n is 'Of the intent.';

create table portico.audit_checkpoints (
  day     date primary key,
  first   bigint not null,
  last    bigint not null,
  removed bigint not null
);

comment on table portico.audit_checkpoints is
  'Days of the trail that had their time: which rows have gone.';

-- What has been begun and not ended: a lease, and what to look for if nobody
-- ends it.
create table portico.open_intents (
  n         bigint primary key,
  at        timestamptz not null default now(),
  target    uuid,
  ends_role boolean not null,
  effect    jsonb not null
);

comment on table  portico.open_intents is 'Intents without an outcome yet.';
comment on column portico.open_intents.ends_role is
  'The target may not have its role afterwards, and may not act meanwhile.';
comment on column portico.open_intents.effect is
  'How to tell whether it was done: see portico.settle().';

create index open_intents_targets on portico.open_intents (target)
where ends_role;

create table portico.admin_requests (
  actor       text not null,
  key         text not null check (char_length(key) <= 255),
  fingerprint text not null,
  intent      bigint not null,
  target      uuid,
  primary key (actor, key)
);

comment on table  portico.admin_requests is
  'Requests with an Idempotency-Key, as long as their intent is in the trail.';
comment on column portico.admin_requests.target is 'Whom it made.';

alter table portico.audit enable row level security;
alter table portico.audit_people enable row level security;
alter table portico.audit_checkpoints enable row level security;
alter table portico.open_intents enable row level security;
alter table portico.admin_requests enable row level security;

create function portico.keep_audit() returns trigger
language plpgsql volatile set search_path = '' as $$
begin
  if tg_op <> 'DELETE' then
    raise exception 'The audit trail only grows';
  elsif old.at > now() - portico.audit_kept() then
    raise exception 'The audit trail is kept for %', portico.audit_kept();
  end if;
  insert into portico.audit_checkpoints as checkpoint
  values ((old.at at time zone 'UTC')::date, old.n, old.n, 1)
  on conflict (day) do update set
    first = least(checkpoint.first, old.n),
    last = greatest(checkpoint.last, old.n),
    removed = checkpoint.removed + 1;
  delete from portico.audit_people where n = old.n;
  delete from portico.admin_requests where intent = old.n;
  return old;
end $$;

create trigger audit_only_grows before update or delete on portico.audit
for each row execute function portico.keep_audit();

create trigger audit_is_not_emptied before truncate on portico.audit
for each statement execute function portico.keep_audit();

-- Whether `actor` may act now with the role that they came with:
--   { person, session, role }  of a token
--   { key, role }              of a secret key, which has no other
-- 'admitted', 'not live', or 'role changed': the role is another one by now, or
-- is just being taken away.
create function portico.admits(actor jsonb) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  person uuid := (actor ->> 'person')::uuid;
begin
  if actor ->> 'key' is not null then
    return 'admitted';
  elsif portico.is_live(person, (actor ->> 'session')::uuid) is not true then
    return 'not live';
  elsif portico.role_of(person) is distinct from actor ->> 'role' then
    return 'role changed';
  elsif exists (
    select from portico.open_intents where target = person and ends_role
  ) then
    return 'role changed';
  end if;
  return 'admitted';
end $$;

-- Whether `actor` may look, and within their rate, which is `actor.rate`:
--   { outcome: 'admitted' | 'not live' | 'role changed' | 'limited', left }
create function portico.admit_look(actor jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  admission text := portico.admits(actor);
  rate jsonb := actor -> 'rate';
  taken jsonb;
begin
  if admission <> 'admitted' then
    return jsonb_build_object('outcome', admission);
  end if;
  taken := portico.take(
    rate ->> 'name',
    coalesce(actor ->> 'person', 'key ' || (actor ->> 'key')),
    (rate ->> 'capacity')::int, (rate ->> 'window_s')::int
  );
  return jsonb_build_object(
    'outcome',
    case when (taken -> 'allowed')::boolean then 'admitted' else 'limited' end,
    'left', taken
  );
end $$;

-- The same, for what is not in this database.
create function portico_api.admit_admin(actor jsonb) returns jsonb
language sql volatile security definer set search_path = ''
set lock_timeout = '2s'
as $$
  select portico.admit_look(actor)
$$;

comment on function portico_api.admit_admin is
  'Whether somebody may still administer. Called by admin-users.';

-- How many who may act have a role, `person` aside, and those aside who are
-- just losing it.
create function portico.holders_beside(wanted text, person uuid)
returns bigint
language sql stable security definer set search_path = '' as $$
  select count(*) from auth.users
  where id <> person
    and portico.role_of(id) = wanted
    and portico.may_act(id)
    and not exists (
      select from portico.open_intents where target = id and ends_role
    )
$$;

-- Why an act may not be done to its target, or null: see begin_admin.
create function portico.objection(actor jsonb, act jsonb) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  person uuid := (act ->> 'target')::uuid;
  role text := (
    select it from portico.role_of(person) as it where act -> 'roles' ? it
  );
  top text := act ->> 'top';
begin
  if (act -> 'is_account')::boolean is distinct from false then
    if not exists (select from auth.users where id = person) then
      return 'unknown user';
    elsif act #>> '{effect,heir}' is not null
      and portico.may_act((act #>> '{effect,heir}')::uuid) is not true then
      return 'unknown heir';
    elsif (act -> 'is_aal1')::boolean and exists (
      select from auth.mfa_factors
      where user_id = person and status = 'verified'
    ) then
      return 'second factor needed';
    elsif person = (actor ->> 'person')::uuid
      and (act -> 'not_self')::boolean then
      return 'self';
    elsif not (act -> 'targets') ? coalesce(role, '') then
      return 'out of reach';
    elsif (act -> 'ends_role')::boolean and role = top
      and portico.holders_beside(top, person) = 0 then
      return 'last one';
    end if;
  end if;
  -- Auth does not look before it changes one, and then fails.
  if exists (
    select from auth.users
    where id is distinct from person and not is_sso_user
      and (email = act ->> 'email' or phone = act ->> 'phone')
      and (act ->> 'action' <> 'invite' or email_confirmed_at is not null)
  ) then
    return 'taken';
  end if;
  return null;
end $$;

-- Writes an intent, and with `objection` its outcome at once.
create function portico.write_intent(actor jsonb, act jsonb, objection text)
returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  intent portico.audit;
begin
  insert into portico.audit (
    kind, request, actor, actor_key, actor_role, action, target, fields, reason
  ) values (
    'intent', (act ->> 'request')::uuid, (actor ->> 'person')::uuid,
    actor ->> 'key', coalesce(actor ->> 'role', ''), act ->> 'action',
    (act ->> 'target')::uuid,
    array(select jsonb_array_elements_text(act -> 'fields')), act ->> 'reason'
  ) returning * into intent;

  insert into portico.audit_people
  select intent.n, coalesce(email, act ->> 'email'),
    coalesce(phone, act ->> 'phone')
  from (values (1)) as one
  left join auth.users on id = intent.target
  where coalesce(act ->> 'email', email, act ->> 'phone', phone) is not null;

  if objection is null then
    insert into portico.open_intents (n, target, ends_role, effect) values (
      intent.n, intent.target, (act -> 'ends_role')::boolean, act -> 'effect'
    );
  else
    perform portico.write_outcome(intent.n, null, 'refused', objection);
  end if;
  return intent.n;
end $$;

create function portico.write_outcome(
  intent bigint, target uuid, result text, detail text
) returns void
language sql volatile security definer set search_path = '' as $$
  insert into portico.audit (
    kind, request, actor, actor_key, actor_role, action, target, intent, result,
    detail
  )
  select 'outcome', request, actor, actor_key, actor_role, action,
    coalesce(write_outcome.target, audit.target), n, write_outcome.result,
    left(write_outcome.detail, 500)
  from portico.audit where n = write_outcome.intent
$$;

-- What has become of a request that was sent before with the same key:
-- 'key reused', 'in progress', 'repeated'; null if nothing has, so that it may be
-- done.
create function portico.earlier(
  who text, once jsonb, out outcome text, out target uuid
)
language plpgsql stable security definer set search_path = '' as $$
declare
  known portico.admin_requests;
  result text;
begin
  select * into known from portico.admin_requests
  where actor = who and key = once ->> 'key';
  if not found then
    return;
  end if;
  result := (select audit.result from portico.audit where intent = known.intent);
  outcome := case
    when known.fingerprint <> once ->> 'fingerprint' then 'key reused'
    when result is null then 'in progress'
    when result = 'done' then 'repeated'
  end;
  target := coalesce(
    (select audit.target from portico.audit where intent = known.intent),
    known.target
  );
end $$;

-- Asks whether `actor` (see portico.admits) may do an act, and if so writes the
-- intent, which is to be ended. In one round trip, and one after another, so
-- that of two who would each take the other's role one comes too late. `act`:
--   action, request, reason, fields
--   target    whose account; of one that is new, the id that it will have
--   is_account  whether the target is an account that there is
--   email, phone  that the account gets, and nobody else may have
--   roles     those that mean something here: with another one, or none, a
--             person is one without a role
--   targets   the roles that the target may have; '' is none
--   not_self  whether nobody may do it to themselves
--   is_aal1   whether who has a second factor would have to show it
--   ends_role whether the target may not have its role afterwards
--   top       the role that somebody must always have
--   effect    see portico.settle
--   once      { key, fingerprint } or null
--   rate      { name, capacity, window_s }
-- The answer:
--   { outcome: 'begun', intent, left, person }, who is null if they are new
--   { outcome: 'repeated', left, target, person }
--   { outcome: 'not live' | 'role changed' }
--   { outcome: 'limited' | 'key reused' | 'in progress' | 'unknown user' |
--     'unknown heir' | 'second factor needed' | 'self' | 'out of reach' |
--     'last one' | 'taken', left }
create function portico_api.begin_admin(actor jsonb, act jsonb) returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '2s'
as $$
declare
  who text := coalesce(actor ->> 'person', 'key ' || (actor ->> 'key'));
  rate jsonb := act -> 'rate';
  admission text;
  taken jsonb;
  before record;
  objection text;
  intent bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended('portico.admin', 0));
  admission := portico.admits(actor);
  if admission <> 'admitted' then
    return jsonb_build_object('outcome', admission);
  end if;
  taken := portico.take(
    rate ->> 'name', who, (rate ->> 'capacity')::int, (rate ->> 'window_s')::int
  );
  if not (taken -> 'allowed')::boolean then
    return jsonb_build_object('outcome', 'limited', 'left', taken);
  end if;
  before := portico.earlier(who, act -> 'once');
  if before.outcome is not null then
    return jsonb_build_object(
      'outcome', before.outcome, 'left', taken, 'target', before.target,
      'person', (
        select portico.describe(users) from auth.users where id = before.target
      )
    );
  end if;

  objection := portico.objection(actor, act);
  intent := portico.write_intent(actor, act, objection);
  if objection is not null then
    return jsonb_build_object('outcome', objection, 'left', taken);
  end if;
  if jsonb_typeof(act -> 'once') = 'object' then
    insert into portico.admin_requests values (
      who, act #>> '{once,key}', act #>> '{once,fingerprint}', intent,
      (act ->> 'target')::uuid
    )
    on conflict on constraint admin_requests_pkey do update
    set intent = excluded.intent, target = excluded.target;
  end if;
  return jsonb_build_object(
    'outcome', 'begun', 'intent', intent, 'left', taken,
    'person', (
      select portico.describe(users) from auth.users
      where id = (act ->> 'target')::uuid
    )
  );
end $$;

comment on function portico_api.begin_admin is
  'Allows an act on an account and writes it down. Called by admin-users.';

-- Ends the sessions of a person: their refresh tokens go with them. Access
-- tokens that are out live until they expire.
create function portico.end_sessions(person uuid) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  ended bigint;
begin
  delete from auth.sessions where user_id = person;
  get diagnostics ended = row_count;
  delete from auth.refresh_tokens where user_id = person::text;
  return ended;
end $$;

create table portico.notices (
  intent   bigint primary key,
  due_at   timestamptz not null default now(),
  attempts int not null default 0
);

comment on table  portico.notices is
  'Acts of which their target has to be told, by mail. Rows go once they are.';
comment on column portico.notices.intent is
  'In the trail, which has what was done and to whom.';

alter table portico.notices enable row level security;

-- Has the target told of an act. There is nobody to tell without an address.
create function portico.notice(intent bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into portico.notices (intent)
  select n from portico.audit_people
  where n = notice.intent and email is not null
  on conflict do nothing;
  if found then
    perform portico.wake('admin');
  end if;
end $$;

-- Up to `size` notices, which are the caller's for a minute, and after each
-- attempt for twice as long: [{ intent, at, action, fields, target, email }].
-- Those that nobody could deliver ten times are given up.
create function portico_api.claim_notices(size int) returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '1s'
as $$
declare
  claimed jsonb;
begin
  delete from portico.notices as it where it.due_at <= now() and (
    it.attempts >= 10
    or not exists (select from portico.audit_people where n = it.intent)
  );
  with taken as (
    update portico.notices as it set
      attempts = it.attempts + 1,
      due_at = now() + interval '1 minute' * power(2, it.attempts)
    where it.intent = any (array(
      select due.intent from portico.notices as due
      where due.due_at <= now()
      order by due.due_at limit least(size, 100) for update skip locked
    ))
    returning it.intent
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'intent', audit.n, 'at', audit.at, 'action', audit.action,
    'fields', audit.fields, 'target', audit.target, 'email', person.email
  ) order by audit.n), '[]')
  into claimed
  from taken
  join portico.audit on audit.n = taken.intent
  join portico.audit_people as person on person.n = taken.intent;
  return claimed;
end $$;

comment on function portico_api.claim_notices is
  'Takes mails that are to be sent. Called by admin-users.';

create function portico_api.settle_notice(intent bigint) returns void
language sql volatile security definer set search_path = '' as $$
  delete from portico.notices as it where it.intent = settle_notice.intent
$$;

comment on function portico_api.settle_notice is
  'Says that a mail has been sent. Called by admin-users.';

-- Gives what a person has in Storage to somebody else.
create function portico.hand_over(person uuid, heir uuid) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  handed bigint;
begin
  update storage.objects set owner = heir, owner_id = heir
  where owner_id = person::text;
  get diagnostics handed = row_count;
  return handed;
end $$;

-- Ends an intent. `result` is 'done', 'refused', 'failed' or 'unknown', `target`
-- who it was about if nobody could know before. With what is done its effect says
-- what else is, in the same transaction; of what may have been done the first two:
--   signs_out  the target's sessions end
--   notifies   the target is told: a row of portico.notices
--   heir       who gets what it has in Storage
--   forgets    who the target was is erased from the trail
-- The answer is
--   { outcome: 'ended' | 'not done' | 'settled', sessions, handed, person }
-- with the account as it is now, or null. What Auth has said was done and is not
-- there is 'not done', and stays open; 'settled' if sweep was there before.
create function portico_api.end_admin(
  intent bigint, result text, detail text default null,
  target uuid default null
) returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '2s'
as $$
declare
  who uuid := coalesce(end_admin.target, (
    select audit.target from portico.audit where n = end_admin.intent
  ));
  open portico.open_intents;
  person auth.users;
  effect jsonb;
  outcome text;
  sessions bigint := 0;
  handed bigint := 0;
begin
  select * into person from auth.users where id = who;
  select * into open from portico.open_intents where n = end_admin.intent
  for update;
  if open.n is null then
    outcome := 'settled';
  elsif result = 'done' and portico.has_come(open, person) is false then
    outcome := 'not done';
  else
    outcome := 'ended';
    delete from portico.open_intents where n = end_admin.intent;
    perform portico.write_outcome(intent, who, result, detail);
  end if;
  effect := open.effect;
  -- What may have been done as well: a password may be another one.
  if outcome = 'ended' and result in ('done', 'unknown') then
    if (effect -> 'signs_out')::boolean then
      sessions := portico.end_sessions(who);
    end if;
    if (effect -> 'notifies')::boolean then
      perform portico.notice(intent);
    end if;
  end if;
  if outcome = 'ended' and result = 'done' then
    if effect ->> 'heir' is not null then
      handed := portico.hand_over(who, (effect ->> 'heir')::uuid);
    end if;
    if (effect -> 'forgets')::boolean then
      delete from portico.audit_people as it using portico.audit
      where it.n = audit.n and audit.target = who;
    end if;
  end if;
  return jsonb_build_object(
    'outcome', outcome, 'sessions', sessions, 'handed', handed, 'person', (
      select portico.describe(users) from auth.users where id = who
    )
  );
end $$;

comment on function portico_api.end_admin is
  'Writes down what came of an act on an account. Called by admin-users.';

-- Whether what an intent wanted is so now: true, false, or null if that cannot
-- be seen. `effect` says what to look for; what it does not name may be anything.
--   { user: 'there' | 'gone' | 'deleted', banned, banned_until, role, email,
--     phone, factor, is_elsewhere, is_seen }
--   banned_until  not to be earlier
--   email    of an invitation, where nobody knows the id: the account's
--   factor   the id of one that should be gone
--   is_elsewhere  true of what is no account, and nobody looks for
--   is_seen  false if it changed, or made, what nobody can see
create function portico.has_come(
  open portico.open_intents, person auth.users
) returns boolean
language plpgsql stable security definer set search_path = '' as $$
declare
  effect jsonb := open.effect;
  is_there boolean := person.id is not null;
begin
  if (effect -> 'is_elsewhere')::boolean then
    return null;
  elsif effect ->> 'user' = 'gone' then
    return not is_there;
  elsif not is_there then
    return false;
  elsif effect ->> 'user' = 'deleted' and person.deleted_at is null
    or effect ? 'banned'
      and (effect -> 'banned')::boolean is distinct from
        coalesce(person.banned_until > now(), false)
    or person.banned_until < (effect ->> 'banned_until')::timestamptz
    or effect ? 'role'
      and effect ->> 'role' is distinct from portico.role_of(person.id)
    or effect ? 'email' and effect ->> 'email' is distinct from person.email
    or effect ? 'phone' and effect ->> 'phone' is distinct from person.phone
    or exists (
      select from auth.mfa_factors where id = (effect ->> 'factor')::uuid
    )
  then
    return false;
  elsif (effect -> 'is_seen')::boolean is false then
    return case when person.updated_at < open.at then false end;
  end if;
  return true;
end $$;

-- Ends an intent that nobody has ended: its function was killed, or never heard
-- from Auth. What has been done is also brought to its end.
create function portico.settle(intent bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  open portico.open_intents;
  person auth.users;
begin
  select * into open from portico.open_intents where n = intent;
  select * into person from auth.users
  where case when open.target is null
    then email = open.effect ->> 'email'
      and coalesce(invited_at, created_at) >= open.at - interval '1 minute'
    else id = open.target
  end;
  perform portico_api.end_admin(
    intent,
    case portico.has_come(open, person)
      when true then 'done' when false then 'failed' else 'unknown'
    end,
    'settled', person.id
  );
end $$;

-- A function that has begun something ends within a minute.
create view portico.due_intents as
select ctid as "row", n::text as key
from portico.open_intents
where at < now() - interval '3 minutes';

create function portico.settle_due() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform portico.settle(old.key::bigint);
  return old;
end $$;

create trigger settle instead of delete on portico.due_intents
for each row execute function portico.settle_due();

create view portico.due_audit as
select ctid as "row", n::text as key
from portico.audit
where at < now() - portico.audit_kept();

insert into portico.tasks (name, target, max_share) values
  ('intents', 'portico.open_intents', 1),
  ('audit', 'portico.audit', 0.5);

-- The trail, the newest first: of `wanted`
--   { actor, key, target, action, result, from, to, before, limit }
-- The answer is { rows, next }: `next` is what to put into `before` for more.
create function portico.trail_of(wanted jsonb) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  most int := least((wanted ->> 'limit')::int, 200);
  found jsonb;
begin
  select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
    'id', n, 'at', at, 'request', request, 'actor', it.actor,
    'key', it.actor_key, 'role', it.actor_role, 'action', it.action,
    'target', coalesce(end_target, it.target), 'email', email, 'phone', phone,
    'fields', fields, 'reason', reason, 'result', end_result,
    'detail', end_detail, 'endedAt', end_at
  )) order by n desc), '[]')
  into found
  from (
    select intent.*, person.email, person.phone, ended.at as end_at,
      ended.result as end_result, ended.detail as end_detail,
      ended.target as end_target
    from portico.audit as intent
    left join portico.audit as ended on ended.intent = intent.n
    left join portico.audit_people as person on person.n = intent.n
    where intent.kind = 'intent'
      and (wanted ->> 'actor' is null
        or intent.actor = (wanted ->> 'actor')::uuid)
      and (wanted ->> 'key' is null or intent.actor_key = wanted ->> 'key')
      and (wanted ->> 'target' is null
        or intent.target = (wanted ->> 'target')::uuid
        or ended.target = (wanted ->> 'target')::uuid)
      and (wanted ->> 'action' is null or intent.action = wanted ->> 'action')
      and (wanted ->> 'result' is null
        or coalesce(ended.result, 'open') = wanted ->> 'result')
      and (wanted ->> 'from' is null
        or intent.at >= (wanted ->> 'from')::timestamptz)
      and (wanted ->> 'to' is null or intent.at < (wanted ->> 'to')::timestamptz)
      and (wanted ->> 'before' is null
        or intent.n < (wanted ->> 'before')::bigint)
    order by intent.n desc
    limit most + 1
  ) as it;
  return jsonb_build_object(
    'rows', case when jsonb_array_length(found) > most
      then found - most else found end,
    'next', case when jsonb_array_length(found) > most
      then found -> (most - 1) -> 'id' end
  );
end $$;

-- The same: { outcome: 'listed', rows, next }, or as portico.admit_look() says.
create function portico_api.list_audit(actor jsonb, wanted jsonb) returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '2s' set statement_timeout = '10s'
as $$
declare
  admission jsonb := portico.admit_look(actor);
begin
  if admission ->> 'outcome' <> 'admitted' then
    return admission;
  end if;
  return jsonb_build_object('outcome', 'listed') || portico.trail_of(wanted);
end $$;

comment on function portico_api.list_audit is
  'The audit trail. Called by admin-users.';

revoke execute on all functions in schema portico from public;
revoke execute on all functions in schema portico_api from public;
grant execute on function portico_api.admit_admin, portico_api.begin_admin,
  portico_api.end_admin, portico_api.claim_notices, portico_api.settle_notice,
  portico_api.list_audit to service_role;
