-- Accounts, as people with a role look for them and at them.
--
-- Needs    portico.role_of(), state_of(), describe(), admit_look(),
--          trail_of() (…0800)
-- Makes    portico.pattern_of(), conditions(), stored_by(), look_at(),
--          rows_bound_to();
--          portico_api.list_people(), list_stored(), show_person(),
--          show_removal()
-- Access   service role only, and for those only whom
--          portico.admit_look() lets.
-- Undo     drop the functions.
--
-- Auth's own list knows one filter, sorts by one column, and its users have no
-- sessions and no files.

-- For ILIKE: `wanted` anywhere, whatever signs are in it.
create function portico.pattern_of(wanted text) returns text
language sql immutable set search_path = '' as $$
  select '%' || regexp_replace(wanted, '([\\%_])', '\\\1', 'g') || '%'
$$;

-- What a person must be, for a query with a `person` and with `wanted` as $1.
-- The words are all ours: nothing of `wanted` becomes part of them.
create function portico.conditions(wanted jsonb) returns text
language sql immutable set search_path = '' as $$
  select coalesce(string_agg(words, ' and '), 'true')
  from (values
    ('email', $w$person.email ilike portico.pattern_of($1 ->> 'email')$w$),
    ('name', $w$coalesce(person.raw_user_meta_data ->> 'full_name',
      person.raw_user_meta_data ->> 'name')
      ilike portico.pattern_of($1 ->> 'name')$w$),
    ('role', $w$portico.role_of(person.id)
      is not distinct from nullif($1 ->> 'role', '')$w$),
    ('provider',
      $w$person.raw_app_meta_data -> 'providers' ? ($1 ->> 'provider')$w$),
    ('state', $w$portico.state_of(person) = $1 ->> 'state'$w$),
    ('createdFrom',
      $w$person.created_at >= ($1 ->> 'createdFrom')::timestamptz$w$),
    ('createdTo', $w$person.created_at < ($1 ->> 'createdTo')::timestamptz$w$),
    ('signedInFrom',
      $w$person.last_sign_in_at >= ($1 ->> 'signedInFrom')::timestamptz$w$),
    ('signedInTo',
      $w$person.last_sign_in_at < ($1 ->> 'signedInTo')::timestamptz$w$)
  ) as known (name, words)
  where wanted ->> name is not null
$$;

-- People, a page at a time:
--   wanted  { email, name, role, provider, state, createdFrom, createdTo,
--             signedInFrom, signedInTo }, what is not there may be anything
--   by      { sort: 'createdAt' | 'lastSignInAt' | 'email', isDescending,
--             limit, offset, after: { key, id } or null }
-- The answer is { outcome: 'listed', total, people: [{ key, person }] }, or
-- what portico.admit_look() says. `total` counts all who are wanted,
-- and a page after a `key` and `id` is right whoever has come and gone since.
create function portico_api.list_people(actor jsonb, wanted jsonb, by jsonb)
returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '2s' set statement_timeout = '10s'
as $$
declare
  admission jsonb := portico.admit_look(actor);
  is_descending boolean := (by -> 'isDescending')::boolean;
  direction text := case when is_descending then 'desc' else 'asc' end;
  beyond text := case when is_descending then '<' else '>' end;
  conditions text := portico.conditions(wanted);
  sort text;
  type text := 'timestamptz';
  total bigint;
  people jsonb;
begin
  if admission ->> 'outcome' <> 'admitted' then
    return admission;
  end if;
  case by ->> 'sort'
    when 'createdAt' then
      sort := $w$coalesce(person.created_at, '-infinity')$w$;
    when 'lastSignInAt' then
      sort := $w$coalesce(person.last_sign_in_at, '-infinity')$w$;
    when 'email' then
      sort := $w$(coalesce(person.email, '') collate "C")$w$;
      type := 'text';
  end case;

  execute format(
    'select count(*) from auth.users as person where %s', conditions
  ) into total using wanted;
  execute format(
    'select jsonb_agg(jsonb_build_object(
       ''key'', key, ''person'', portico.describe(person)
     ) order by key %1$s, id %1$s)
     from (
       select person, person.id, %2$s as key from auth.users as person
       where %3$s and %4$s
       order by key %1$s, person.id %1$s limit $3 offset $4
     ) as page',
    direction, sort, conditions,
    case when jsonb_typeof(by -> 'after') = 'object' then format(
      '(%s, person.id) %s (($2 ->> ''key'')::%s, ($2 ->> ''id'')::uuid)',
      sort, beyond, type
    ) else 'true' end
  ) into people
  using wanted, by -> 'after', (by ->> 'limit')::int, (by ->> 'offset')::int;
  return jsonb_build_object(
    'outcome', 'listed', 'total', total, 'people', coalesce(people, '[]')
  );
end $$;

comment on function portico_api.list_people is
  'People, filtered and sorted. Called by admin-users.';

-- What a person has in Storage: [{ bucket, objects, bytes }].
create function portico.stored_by(person uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(it) order by it.bucket), '[]')
  from (
    select bucket_id as bucket, count(*) as objects,
      coalesce(sum((metadata ->> 'size')::bigint), 0) as bytes
    from storage.objects where owner_id = person::text
    group by bucket_id
  ) as it
$$;

-- Objects of a person in Storage, at most `size`: [{ bucket, path }].
create function portico_api.list_stored(person uuid, size int) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(
    jsonb_build_object('bucket', bucket_id, 'path', name)
  ), '[]')
  from (
    select bucket_id, name from storage.objects
    where owner_id = person::text
    order by bucket_id, name limit least(size, 1000)
  ) as it
$$;

comment on function portico_api.list_stored is
  'What a person has in Storage. Called by admin-users.';

-- An account, for who may look: { outcome: 'shown', person }, { outcome: 'unknown
-- user' }, or what portico.admit_look() says.
create function portico.look_at(actor jsonb, id uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  admission jsonb := portico.admit_look(actor);
  person jsonb := (
    select portico.describe(users) from auth.users where users.id = look_at.id
  );
begin
  if admission ->> 'outcome' <> 'admitted' then
    return admission;
  elsif person is null then
    return jsonb_build_object('outcome', 'unknown user');
  end if;
  return jsonb_build_object('outcome', 'shown', 'person', person);
end $$;

-- An account with all that belongs to it, and the last of what was done to it:
--   { outcome: 'shown', person, identities, factors, sessions, stored, audit }
--   { outcome: 'unknown user' }, or what portico.admit_look() says
create function portico_api.show_person(actor jsonb, id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '2s' set statement_timeout = '10s'
as $$
declare
  answer jsonb := portico.look_at(actor, id);
begin
  if answer ->> 'outcome' <> 'shown' then
    return answer;
  end if;
  return answer || jsonb_build_object(
    'stored', portico.stored_by(id),
    'identities', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', it.id, 'provider', it.provider, 'email', it.email,
        'createdAt', it.created_at, 'lastSignInAt', it.last_sign_in_at
      ) order by it.created_at), '[]')
      from auth.identities as it where it.user_id = show_person.id
    ),
    'factors', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', it.id, 'type', it.factor_type, 'status', it.status,
        'name', it.friendly_name, 'createdAt', it.created_at
      ) order by it.created_at), '[]')
      from auth.mfa_factors as it where it.user_id = show_person.id
    ),
    'sessions', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', it.id, 'aal', it.aal, 'userAgent', it.user_agent,
        'createdAt', it.created_at,
        'refreshedAt', it.refreshed_at at time zone 'UTC',
        'notAfter', it.not_after
      ) order by it.created_at desc), '[]')
      from auth.sessions as it where it.user_id = show_person.id
    ),
    'audit', portico.trail_of(
      jsonb_build_object('target', id, 'limit', 20)
    ) -> 'rows'
  );
end $$;

comment on function portico_api.show_person is
  'An account and what belongs to it. Called by admin-users.';

-- Rows that a foreign key binds to some of `parent`, those that the query `bound`
-- is of, in which $1 is `person`; and, if they go with them, what is bound to
-- these: [{ table, column, rows, then: 'deleted' | 'cleared' | 'refused' }].
-- 'refused' means that the account cannot go before they do. `path` has the keys
-- that have led here: a key that leads back is followed once, and none further
-- than five times.
create function portico.rows_bound_to(
  parent regclass, bound text, person uuid, path oid[] default '{}'
) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  key record;
  rows text;
  count bigint;
  answer jsonb := '[]';
begin
  for key in
    select it.oid, it.conrelid::regclass as child, it.confdeltype,
      own.attname as own, theirs.attname as theirs
    from pg_catalog.pg_constraint as it
    join pg_catalog.pg_attribute as own
      on own.attrelid = it.conrelid and own.attnum = it.conkey[1]
    join pg_catalog.pg_attribute as theirs
      on theirs.attrelid = it.confrelid and theirs.attnum = it.confkey[1]
    where it.confrelid = parent and it.contype = 'f'
      and cardinality(it.conkey) = 1
      and it.oid <> all (path) and cardinality(path) < 5
    order by it.conrelid::regclass::text, own.attname
  loop
    rows := format(
      'select * from %s where %I in (select %I from (%s) as parent)',
      key.child, key.own, key.theirs, bound
    );
    execute format('select count(*) from (%s) as child', rows)
      into count using person;
    if count > 0 then
      answer := answer || jsonb_build_object(
        'table', key.child::text, 'column', key.own, 'rows', count,
        'then', case key.confdeltype
          when 'c' then 'deleted'
          when 'n' then 'cleared'
          when 'd' then 'cleared'
          else 'refused'
        end
      );
      if key.confdeltype = 'c' then
        answer := answer || portico.rows_bound_to(
          key.child, rows, person, path || key.oid
        );
      end if;
    end if;
  end loop;
  return answer;
end $$;

-- What would go with an account:
--   { outcome: 'shown', person, rows, stored }
--   { outcome: 'unknown user' }, or what portico.admit_look() says
create function portico_api.show_removal(actor jsonb, id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '2s' set statement_timeout = '10s'
as $$
declare
  answer jsonb := portico.look_at(actor, id);
begin
  if answer ->> 'outcome' <> 'shown' then
    return answer;
  end if;
  return answer || jsonb_build_object(
    'rows', portico.rows_bound_to(
      'auth.users', 'select * from auth.users where id = $1', id
    ),
    'stored', portico.stored_by(id)
  );
end $$;

comment on function portico_api.show_removal is
  'What would go with an account. Called by admin-users.';

revoke execute on all functions in schema portico from public;
revoke execute on all functions in schema portico_api from public;
grant execute on function portico_api.list_people, portico_api.list_stored,
  portico_api.show_person, portico_api.show_removal to service_role;
