-- Uploads that have been allowed: what, where to, by whom, until when.
--
-- Needs    portico.is_live() (…0000), portico.tasks (…0100), portico.take()
--          (…0200)
-- Makes    portico.uploads, portico.usage; portico_api.open_upload(),
--          cancel_upload(), show_upload(), close_upload(); the task uploads
-- Access   service role only: `signed-upload` decides by its policy what may be
--          uploaded, and a user who could call these would decide for it.
-- Size     about 500 bytes for each ticket, and for each object that is there.
-- Undo     drop function portico_api.open_upload, portico_api.cancel_upload,
--          portico_api.show_upload, portico_api.close_upload; drop view
--          portico.due_uploads; drop table portico.uploads, portico.usage;
--          drop function portico.count_usage; delete from portico.tasks where
--          name = 'uploads';
--
-- A row is what its owner has of a quota: a ticket that is open, or the object
-- that came of it. When either ends the row goes, and the quota comes back.

create table portico.uploads (
  id              uuid primary key default gen_random_uuid(),
  owner           uuid not null references auth.users on delete cascade,
  bucket          text not null check (octet_length(bucket) between 1 and 100),
  path            text not null check (octet_length(path) between 1 and 1024),
  type            text not null check (octet_length(type) between 3 and 255),
  bytes           bigint not null check (bytes > 0),
  state           text not null default 'open'
                  check (state in ('open', 'arrived')),
  object          uuid unique,
  version         text,
  idempotency_key text check (octet_length(idempotency_key) between 1 and 255),
  fingerprint     text check (octet_length(fingerprint) = 64),
  repeated        boolean not null default false,
  created_at      timestamptz not null default now(),
  expires_at      timestamptz not null,
  arrived_at      timestamptz,
  unique (owner, idempotency_key),
  unique (bucket, path),
  check ((state = 'arrived') = (object is not null and arrived_at is not null))
);

comment on table  portico.uploads is 'Uploads that signed-upload has allowed.';
comment on column portico.uploads.type is 'Media type, as declared.';
comment on column portico.uploads.bytes is 'Size, as declared.';
comment on column portico.uploads.object is 'storage.objects.id, once it is there.';
comment on column portico.uploads.version is 'storage.objects.version.';
comment on column portico.uploads.fingerprint is
  'SHA-256 of the request that brought the idempotency key, in hex.';
comment on column portico.uploads.repeated is
  'Whether a second request was answered with this row.';

create index on portico.uploads (expires_at) where state = 'open';

create table portico.usage (
  owner   uuid not null references auth.users on delete cascade,
  bucket  text not null,
  bytes   bigint not null check (bytes >= 0),
  objects int not null check (objects >= 0),
  primary key (owner, bucket)
);

comment on table portico.usage is
  'The sums of portico.uploads: what a person has of a quota.';

-- No policy: with row-level security on, only functions of the owner get in.
alter table portico.uploads enable row level security;
alter table portico.usage enable row level security;

-- Keeps the sums, once for all the rows of a statement. Their row is locked
-- until the end, so that of many uploads at once each sees what the ones before
-- it have added.
create function portico.count_usage() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    insert into portico.usage as had (owner, bucket, bytes, objects)
    select owner, bucket, sum(bytes), count(*) from changed group by 1, 2
    on conflict on constraint usage_pkey do update set
      bytes = had.bytes + excluded.bytes,
      objects = had.objects + excluded.objects;
  else
    update portico.usage as had
    set bytes = had.bytes - less.bytes, objects = had.objects - less.objects
    from (
      select owner, bucket, sum(bytes) as bytes, count(*) as objects
      from changed group by 1, 2
    ) as less
    where had.owner = less.owner and had.bucket = less.bucket;
  end if;
  return null;
end $$;

comment on function portico.count_usage is 'Keeps portico.usage.';

create trigger count_opened after insert on portico.uploads
  referencing new table as changed
  for each statement execute function portico.count_usage();

create trigger count_closed after delete on portico.uploads
  referencing old table as changed
  for each statement execute function portico.count_usage();

-- Allows one upload, in one round trip: the person may still act, is within the
-- rate and the quota, and has not asked for the same before. The answer is
--   { outcome: 'opened' | 'replayed', upload: { id, path, expiresAt }, quota }
--   { outcome: 'limited' | 'key reused', quota }
--   { outcome: 'taken', quota }: there is an object, or another's ticket
--   { outcome: 'over quota', quota, used: { bytes, objects } }
--   { outcome: 'not live' }
-- and never an exception, which would undo the count.
create function portico_api.open_upload(
  person uuid, session uuid,
  id uuid, bucket text, path text, type text, bytes bigint, lifetime_s int,
  idempotency_key text, fingerprint text,
  limit_name text, limit_capacity int, limit_window_s int,
  quota_bytes bigint, quota_objects int
) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '2s'
as $$
#variable_conflict use_column
declare
  quota jsonb;
  upload portico.uploads;
  used portico.usage;
  outcome text;
begin
  if not portico.is_live(person, session) then
    return jsonb_build_object('outcome', 'not live');
  end if;

  quota := portico.take(
    limit_name, person::text, limit_capacity, limit_window_s
  );
  if not (quota -> 'allowed')::boolean then
    return jsonb_build_object('outcome', 'limited', 'quota', quota);
  end if;

  -- What has expired is of no use, and its idempotency keys are free again.
  -- What sweep has in hand goes without us.
  delete from portico.uploads as u where u.ctid = any (array(
    select due.ctid from portico.uploads as due
    where due.owner = person and due.state = 'open' and due.expires_at <= now()
    for update skip locked
  ));

  update portico.uploads as u set repeated = true
  where u.owner = person and u.idempotency_key = open_upload.idempotency_key
  returning * into upload;
  outcome := 'replayed';

  if not found then
    -- Who asks again for the same place has no use for the first ticket.
    delete from portico.uploads as u
    where u.owner = person and u.bucket = open_upload.bucket
      and u.path = open_upload.path and u.state = 'open';

    insert into portico.uploads as u (
      id, owner, bucket, path, type, bytes, idempotency_key, fingerprint,
      expires_at
    ) values (
      open_upload.id, person, open_upload.bucket, open_upload.path,
      open_upload.type, open_upload.bytes, open_upload.idempotency_key,
      open_upload.fingerprint, now() + make_interval(secs => lifetime_s)
    )
    on conflict do nothing
    returning * into upload;
    outcome := 'opened';

    if not found then
      -- Either a request with the same key has come first, a moment ago, or
      -- the place is taken.
      update portico.uploads as u set repeated = true
      where u.owner = person
        and u.idempotency_key = open_upload.idempotency_key
      returning * into upload;
      outcome := 'replayed';
      if not found then
        return jsonb_build_object('outcome', 'taken', 'quota', quota);
      end if;
    else
      select * into used from portico.usage as it
      where it.owner = person and it.bucket = open_upload.bucket;
      if used.bytes > quota_bytes or used.objects > quota_objects then
        delete from portico.uploads as u where u.id = upload.id;
        return jsonb_build_object(
          'outcome', 'over quota', 'quota', quota,
          'used', jsonb_build_object(
            'bytes', used.bytes - upload.bytes, 'objects', used.objects - 1
          )
        );
      end if;
    end if;
  end if;

  if upload.fingerprint is distinct from open_upload.fingerprint then
    return jsonb_build_object('outcome', 'key reused', 'quota', quota);
  elsif upload.state = 'arrived' then
    return jsonb_build_object('outcome', 'taken', 'quota', quota);
  end if;

  return jsonb_build_object(
    'outcome', outcome,
    'quota', quota,
    'upload', jsonb_build_object(
      'id', upload.id, 'path', upload.path, 'expiresAt', upload.expires_at
    )
  );
end $$;

comment on function portico_api.open_upload is
  'Allows one upload. Called by signed-upload, after its policy.';

-- Takes back an upload whose URL could not be signed, unless a second request
-- has the same: that one may have its URL.
create function portico_api.cancel_upload(upload uuid) returns void
language sql security definer set search_path = '' set lock_timeout = '2s'
as $$
  delete from portico.uploads
  where id = upload and state = 'open' and not repeated
$$;

comment on function portico_api.cancel_upload is
  'Takes an upload back. Called by signed-upload.';

-- A person's upload: { outcome: 'found', upload } or 'not found', which is also
-- the answer about somebody else's, or 'not live'.
create function portico_api.show_upload(
  person uuid, session uuid, upload uuid
) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  found jsonb := (
    select jsonb_build_object(
      'id', id, 'bucket', bucket, 'path', path, 'type', type, 'bytes', bytes,
      'state', state, 'createdAt', created_at, 'expiresAt', expires_at,
      'arrivedAt', arrived_at
    )
    from portico.uploads
    where id = upload and owner = person
      and (state = 'arrived' or expires_at > now())
  );
begin
  if not portico.is_live(person, session) then
    return jsonb_build_object('outcome', 'not live');
  elsif found is null then
    return jsonb_build_object('outcome', 'not found');
  end if;
  return jsonb_build_object('outcome', 'found', 'upload', found);
end $$;

comment on function portico_api.show_upload is
  'One upload of a person. Called by signed-upload.';

-- Closes a ticket that its owner does not need: 'closed', 'arrived' if it is
-- too late for that, 'not found' or 'not live'.
create function portico_api.close_upload(
  person uuid, session uuid, upload uuid
) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '2s'
as $$
declare
  outcome text := portico_api.show_upload(person, session, upload)
    ->> 'outcome';
begin
  if outcome = 'found' then
    delete from portico.uploads
    where id = upload and owner = person and state = 'open';
    outcome := case when found then 'closed' else 'arrived' end;
  end if;
  return jsonb_build_object('outcome', outcome);
end $$;

comment on function portico_api.close_upload is
  'Closes a ticket. Called by signed-upload.';

-- Storage takes an upload until its URL expires, and not a moment longer.
create view portico.due_uploads as
select ctid as "row", id::text as key
from portico.uploads
where state = 'open' and expires_at <= now();

comment on view portico.due_uploads is 'Uploads that never came.';

insert into portico.tasks (name, target) values ('uploads', 'portico.uploads');

revoke execute on all functions in schema portico from public;
revoke execute on all functions in schema portico_api from public;
grant execute on function
  portico_api.open_upload, portico_api.cancel_upload, portico_api.show_upload,
  portico_api.close_upload
to service_role;
