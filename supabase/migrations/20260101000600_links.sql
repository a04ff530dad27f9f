-- Links that have been given, so that whoever asks again gets the same one.
--
-- Needs    portico.is_live() (…0000), portico.tasks (…0100), portico.take()
--          (…0200); Supabase Storage
-- Makes    portico.links; portico.admit_to_links(), see_for_links(),
--          recall_links(); portico_api.open_links(), keep_links(); the task
--          links
-- Access   open_links: who is signed in, as themselves. Row-level security on
--          storage.objects decides for each object and each time, and a person
--          gets back only what was signed for them before.
--          keep_links: service role only, or a user could plant a URL.
-- Size     about 600 bytes a link, 5,000 links a person at most. Unlogged:
--          after a crash links are signed anew. Rows go with the person's next
--          request, or with sweep.
-- Undo     drop function portico_api.open_links, portico_api.keep_links,
--          portico.recall_links, portico.see_for_links,
--          portico.admit_to_links; drop view portico.due_links; drop table
--          portico.links; delete from portico.tasks where name = 'links';

create unlogged table portico.links (
  person      uuid not null references auth.users on delete cascade,
  bucket      text not null check (octet_length(bucket) between 1 and 100),
  path        text not null check (octet_length(path) between 1 and 1024),
  lifetime_s  int  not null check (lifetime_s > 0),
  options     text not null check (octet_length(options) <= 200),
  version     text not null check (octet_length(version) <= 100),
  url         text not null check (octet_length(url) between 1 and 8192),
  expires_at  timestamptz not null,
  fresh_until timestamptz not null check (fresh_until < expires_at),
  primary key (person, bucket, path, lifetime_s, options)
);

comment on table  portico.links is 'Links that signed-download has given.';
comment on column portico.links.lifetime_s is 'As asked for. The link has more.';
comment on column portico.links.options is
  'Of an image transformation, as text; empty without one.';
comment on column portico.links.version is
  'Of the object: another version gets another link.';
comment on column portico.links.url is
  'Below the address of Storage, with its token.';
comment on column portico.links.fresh_until is
  'After this the link would live shorter than was asked for.';

alter table portico.links enable row level security;

-- Whether the caller may ask for links at all: still there, and within the
-- rate. Who it is comes from the token alone, and the rate is written here and
-- not passed, since a caller without our function could pass what they like.
-- `signed-download/policy.ts` has the same numbers, and a test compares them.
create function portico.admit_to_links() returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '2s'
as $$
declare
  person uuid := auth.uid();
  session uuid := (auth.jwt() ->> 'session_id')::uuid;
  taken jsonb;
begin
  if portico.is_live(person, session) is not true then
    return jsonb_build_object('outcome', 'not live');
  end if;
  taken := portico.take('download-links', person::text, 60, 60);
  return jsonb_build_object(
    'outcome',
    case when (taken -> 'allowed')::boolean then 'opened' else 'limited' end,
    'left', taken
  );
end $$;

-- Adds to each of `seen`, objects that the caller has been found to see, the
-- link that they were given for it, if that one is still fresh:
--   [{ n, version, url?, expires? }], with `expires` in seconds since 1970
create function portico.recall_links(seen jsonb) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
      'n', item.n,
      'version', item.version,
      'url', link.url,
      'expires', extract(epoch from link.expires_at)::bigint
    )) order by item.n), '[]')
    from jsonb_to_recordset(seen) as item (
      n int, bucket text, path text, lifetime_s int, options text, version text
    )
    left join portico.links as link
      on link.person = auth.uid()
      and link.bucket = item.bucket and link.path = item.path
      and link.lifetime_s = item.lifetime_s and link.options = item.options
      and link.version = item.version and link.fresh_until > now()
  );
end $$;

-- Those of up to 100 `items` that the caller sees now, if `gate` was opened:
--   [{ n, bucket, path, lifetime_s, options, version }]
-- It runs as the caller, which is what makes the policies decide.
create function portico.see_for_links(gate jsonb, items jsonb) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
begin
  if gate ->> 'outcome' is distinct from 'opened' then
    return '[]';
  end if;
  -- A policy may ask what Storage does: what it would do to sign them.
  perform set_config('storage.operation', 'storage.object.sign_many', true);
  return (
    select coalesce(jsonb_agg(item.it || jsonb_build_object(
      'n', item.n,
      'version', coalesce(object.version, object.updated_at::text, '')
    )), '[]')
    from jsonb_array_elements(items) with ordinality as item (it, n)
    join storage.objects as object
      on object.bucket_id = item.it ->> 'bucket'
      and object.name = item.it ->> 'path'
    where item.n <= 100
  );
end $$;

-- Opens a request for up to 100 links, in one round trip: the caller may still
-- act and is within the rate. Of `items`
--   [{ bucket, path, lifetime_s, options }]
-- the answer names by `n`, counted from 1, those that the caller may see now,
-- with the link that they have for it already:
--   { outcome: 'opened', left, links: [{ n, version, url?, expires? }] }
--   { outcome: 'limited', left, links: [] }
--   { outcome: 'not live', links: [] }
--
-- It runs as the caller, and is bound now and not when it runs, so that the
-- caller needs no way into schema portico. It is short because Postgres reads
-- and plans it anew for each call. The Supabase CLI takes those three letters
-- for the last of such a body wherever they are: no word may have them.
create function portico_api.open_links(items jsonb) returns jsonb
language sql volatile security invoker set search_path = ''
begin atomic
  with gate as materialized (
    select portico.admit_to_links() as answer
  )
  select answer || jsonb_build_object(
    'links', portico.recall_links(portico.see_for_links(answer, items))
  )
  from gate;
end;

comment on function portico_api.open_links is
  'Opens a request for links, as the caller. Called by signed-download.';

-- Keeps what Storage has signed for a person,
--   [{ bucket, path, lifetime_s, options, version, url, expires }],
-- and answers with what is to be given, in this order: [{ url, expires }].
-- That is the link of another request, if one came in between.
create function portico_api.keep_links(person uuid, links jsonb) returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '2s'
as $$
#variable_conflict use_column
declare
  kept jsonb;
begin
  delete from portico.links as link
  where link.person = keep_links.person and link.fresh_until <= now();

  with given as (
    select *, to_timestamp(expires) as expires_at
    from rows from (jsonb_to_recordset(links) as (
      bucket text, path text, lifetime_s int, options text, version text,
      url text, expires bigint
    )) with ordinality as it (
      bucket, path, lifetime_s, options, version, url, expires, n
    )
  ),
  room as (
    select 5000 - count(*) as rows from portico.links as link
    where link.person = keep_links.person
  ),
  written as (
    insert into portico.links as link (
      person, bucket, path, lifetime_s, options, version, url, expires_at,
      fresh_until
    )
    select keep_links.person, bucket, path, lifetime_s, options, version, url,
      expires_at, expires_at - make_interval(secs => lifetime_s)
    from given, room
    where n <= room.rows
    -- Two requests at once must not wait for each other in a circle.
    order by bucket, path, lifetime_s, options
    on conflict on constraint links_pkey do update
    set (version, url, expires_at, fresh_until) = (
      select best.version, best.url, best.expires_at, best.fresh_until
      from (values
        (1, link.version, link.url, link.expires_at, link.fresh_until),
        (2, excluded.version, excluded.url, excluded.expires_at,
         excluded.fresh_until)
      ) as best (rank, version, url, expires_at, fresh_until)
      where rank = 2
        or best.version = excluded.version and best.fresh_until > now()
      order by rank
      limit 1
    )
    returning bucket, path, lifetime_s, options, url, expires_at
  )
  select jsonb_agg(jsonb_build_object(
    'url', coalesce(written.url, given.url),
    'expires', extract(epoch from
      coalesce(written.expires_at, given.expires_at))::bigint
  ) order by n)
  into kept
  from given
  left join written using (bucket, path, lifetime_s, options);
  return coalesce(kept, '[]');
end $$;

comment on function portico_api.keep_links is
  'Keeps links that Storage has signed. Called by signed-download.';

create index on portico.links (fresh_until);

create view portico.due_links as
select ctid as "row", concat_ws(' ', person, bucket, path) as key
from portico.links
where fresh_until <= now();

comment on view portico.due_links is 'Links that are not given any more.';

insert into portico.tasks (name, target, max_share)
values ('links', 'portico.links', 1);

revoke execute on all functions in schema portico from public;
revoke execute on all functions in schema portico_api from public;
-- They are called by open_links as the caller; schema portico is closed to
-- whoever would call them alone.
grant execute on function
  portico.admit_to_links, portico.see_for_links, portico.recall_links
to authenticated;
grant execute on function portico_api.open_links to authenticated;
grant execute on function portico_api.keep_links to service_role;
