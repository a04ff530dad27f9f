-- Uploads that have been allowed: what, where to, by whom, until when.
--
-- Needs    portico.is_live() (…0000), portico.tasks (…0100), portico.wake()
--          (…0150), portico.take() (…0200); Supabase Storage
-- Makes    portico.uploads, portico.usage; portico_api.open_upload(),
--          cancel_upload(), show_upload(), close_upload(); the task uploads
-- Access   service role only: `signed-upload` decides by its policy what may be
--          uploaded, and a user who could call these would decide for it.
-- Size     about 500 bytes for each ticket, and for each object that is there.
-- Undo     drop function portico_api.open_upload, portico_api.cancel_upload,
--          portico_api.show_upload, portico_api.close_upload; drop view
--          portico.due_uploads; drop table portico.uploads, portico.usage
--          cascade; drop function portico.count_usage, portico.free_usage;
--          delete from portico.tasks where name = 'uploads';
--
-- A row is what its owner has of a quota: a ticket that is open, or the object
-- that came of it. When either ends the row goes, and the quota comes back. Of
-- a rejected object the row stays for a day, to say why, and holds nothing.
--
--     open → arrived → accepted → verified
--                    ↘ rejected
--
-- The guard (…0350) writes each change that goes with one of the object, in the
-- transaction of that change, and judge_upload (…0360) the verdict.

create table portico.uploads (
  id              uuid primary key default gen_random_uuid(),
  owner           uuid not null references auth.users on delete cascade,
  bucket          text not null check (octet_length(bucket) between 1 and 100),
  path            text not null check (octet_length(path) between 1 and 1024),
  at_bucket       text not null
                  check (octet_length(at_bucket) between 1 and 100),
  at_path         text not null check (octet_length(at_path) between 1 and 1024),
  type            text not null check (octet_length(type) between 3 and 255),
  bytes           bigint not null check (bytes > 0),
  sha256          text check (sha256 ~ '^[0-9a-f]{64}$'),
  metadata        jsonb check (jsonb_typeof(metadata) = 'object'),
  upsert          boolean not null default false,
  quarantine      boolean not null default false,
  state           text not null default 'open' check (
    state in ('open', 'arrived', 'accepted', 'verified', 'rejected')
  ),
  object          uuid unique,
  version         text,
  reason          text,
  detail          text,
  idempotency_key text check (octet_length(idempotency_key) between 1 and 255),
  fingerprint     text check (octet_length(fingerprint) = 64),
  repeated        boolean not null default false,
  created_at      timestamptz not null default now(),
  expires_at      timestamptz not null,
  arrived_at      timestamptz,
  judged_at       timestamptz,
  due_at          timestamptz,
  attempts        int not null default 0,
  unique (owner, idempotency_key),
  check ((state = 'open') = (arrived_at is null)),
  check (state in ('open', 'rejected') or object is not null),
  check ((state = 'rejected') = (reason is not null))
);

comment on table  portico.uploads is 'Uploads that signed-upload has allowed.';
comment on column portico.uploads.bucket is 'Where the object belongs.';
comment on column portico.uploads.at_bucket is
  'Where it arrives, and is until it has been verified.';
comment on column portico.uploads.type is 'Media type, as declared.';
comment on column portico.uploads.bytes is 'Size, as declared.';
comment on column portico.uploads.sha256 is 'Of the bytes, as declared, in hex.';
comment on column portico.uploads.metadata is 'Becomes the object''s own.';
comment on column portico.uploads.upsert is
  'Whether it may replace an object of the same owner.';
comment on column portico.uploads.quarantine is
  'Whether a violator is kept, where nobody sees it.';
comment on column portico.uploads.object is
  'storage.objects.id, while it is there.';
comment on column portico.uploads.version is
  'storage.objects.version: the one that was looked at.';
comment on column portico.uploads.reason is 'Why it was rejected.';
comment on column portico.uploads.fingerprint is
  'SHA-256 of the request that brought the idempotency key, in hex.';
comment on column portico.uploads.repeated is
  'Whether a second request was answered with this row.';
comment on column portico.uploads.due_at is
  'When somebody should next go on with it. Null: nothing is left to do.';
comment on column portico.uploads.attempts is
  'How often that was tried without the client.';

-- One ticket for a place at a time, and one object.
create unique index uploads_open_place on portico.uploads (bucket, path)
  where state = 'open';
create unique index uploads_kept_place on portico.uploads (bucket, path)
  where state in ('arrived', 'accepted', 'verified');
create unique index uploads_arrival on portico.uploads (at_bucket, at_path)
  where state = 'open';
create index on portico.uploads (expires_at) where state = 'open';
create index on portico.uploads (judged_at) where state = 'rejected';
create index on portico.uploads (due_at) where due_at is not null;

create table portico.usage (
  owner   uuid not null references auth.users on delete cascade,
  bucket  text not null,
  bytes   bigint not null check (bytes >= 0),
  objects int not null check (objects >= 0),
  primary key (owner, bucket)
);

comment on table portico.usage is
  'The sums of portico.uploads, but for what was rejected.';

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
      from changed where state <> 'rejected' group by 1, 2
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

-- For each row: Postgres gives no transition tables to one column's updates.
create function portico.free_usage() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update portico.usage as had
  set bytes = had.bytes - old.bytes, objects = had.objects - 1
  where had.owner = old.owner and had.bucket = old.bucket;
  return null;
end $$;

comment on function portico.free_usage is
  'Gives back what a rejected upload took up.';

create trigger count_rejected after update of state on portico.uploads
  for each row when (old.state <> 'rejected' and new.state = 'rejected')
  execute function portico.free_usage();

-- An upload as the functions see it. `state` is 'changed' if the object of a
-- verified one is another by now: the guard lets nobody do that, but who turns
-- it off.
create function portico.describe_upload(upload portico.uploads) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'id', upload.id, 'owner', upload.owner,
    'bucket', upload.bucket, 'path', upload.path,
    'at', jsonb_build_object(
      'bucket', upload.at_bucket, 'path', upload.at_path
    ),
    'type', upload.type, 'bytes', upload.bytes, 'sha256', upload.sha256,
    'state', case
      when upload.state = 'verified'
        and object.version is distinct from upload.version then 'changed'
      else upload.state
    end,
    'version', upload.version, 'etag', object.metadata ->> 'eTag',
    'quarantine', upload.quarantine,
    'reason', upload.reason, 'detail', upload.detail,
    'createdAt', upload.created_at, 'expiresAt', upload.expires_at,
    'arrivedAt', upload.arrived_at, 'judgedAt', upload.judged_at
  )
  from (values (1)) as one
  left join storage.objects as object on object.id = upload.object
$$;

-- The upload of a person that a request with `key` has made, which this request
-- then repeats; null if there is none, or it has expired.
create function portico.repeat_upload(person uuid, key text)
returns portico.uploads
language sql volatile set search_path = '' as $$
  update portico.uploads set repeated = true
  where owner = person and idempotency_key = key
    and (state <> 'open' or expires_at > now())
  returning *
$$;

-- Adds what is `wanted`, unless its place is taken: null then.
create function portico.add_upload(person uuid, wanted jsonb, once jsonb)
returns portico.uploads
language plpgsql volatile set search_path = '' as $$
declare
  wish portico.uploads := jsonb_populate_record(null::portico.uploads, wanted);
  inbox text := wanted ->> 'inbox';
  upload portico.uploads;
begin
  -- What has expired is of no use, and its idempotency keys are free again. Nor
  -- is the first ticket of who asks again for the same place; but who has come
  -- first with the same key keeps theirs, and we get it. What somebody else has
  -- in hand goes without us. All at once: tickets are locked before the sums, as
  -- by what arrives, or the two would wait for each other.
  delete from portico.uploads as former where former.ctid = any (array(
    select it.ctid from portico.uploads as it
    where it.owner = person and it.state = 'open' and (
      it.expires_at <= now()
      or it.bucket = wish.bucket and it.path = wish.path
        and (it.idempotency_key = once ->> 'key') is not true
    )
    for update skip locked
  ));

  if exists (
    select from storage.objects as object
    left join portico.uploads as it on it.object = object.id
    where object.bucket_id = wish.bucket and object.name = wish.path
      and (
        not wish.upsert or object.owner_id is distinct from person::text
        -- It is about to be removed, and what took its place would be.
        or it.state = 'rejected'
      )
  ) or not wish.upsert and exists (
    select from portico.uploads as kept
    where kept.bucket = wish.bucket and kept.path = wish.path
      and kept.state in ('arrived', 'accepted', 'verified')
  ) then
    return null;
  end if;

  insert into portico.uploads (
    id, owner, bucket, path, at_bucket, at_path, type, bytes, sha256, metadata,
    upsert, quarantine, idempotency_key, fingerprint, expires_at
  ) values (
    wish.id, person, wish.bucket, wish.path, coalesce(inbox, wish.bucket),
    case when inbox is null then wish.path else person || '/' || wish.id end,
    wish.type, wish.bytes, wish.sha256, wish.metadata, wish.upsert,
    wish.quarantine, once ->> 'key', once ->> 'fingerprint',
    now() + make_interval(secs => (wanted -> 'lifetime_s')::float8)
  )
  on conflict do nothing
  returning * into upload;
  return upload;
end $$;

-- Allows one upload, in one round trip: the person may still act, is within the
-- rate and the quota, and has not asked for the same before.
--   wanted  { id, bucket, path, inbox?, type, bytes, sha256?, metadata?, upsert,
--             quarantine, lifetime_s }; it arrives in the bucket `inbox`, or at
--             its place
--   once    { key, fingerprint } or null
--   rate    { name, capacity, window_s }
--   quota   { bytes, objects }
-- The answer is
--   { outcome: 'opened' | 'replayed', upload, left }
--   { outcome: 'limited' | 'key reused', left }
--   { outcome: 'taken', left }: there is an object, or another's ticket
--   { outcome: 'over quota', left, used: { bytes, objects } }
--   { outcome: 'not live' }
-- and never an exception, which would undo the count.
create function portico_api.open_upload(
  person uuid, session uuid, wanted jsonb, once jsonb, rate jsonb, quota jsonb
) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '2s'
as $$
#variable_conflict use_column
declare
  taken jsonb;
  upload portico.uploads;
  used portico.usage;
  outcome text;
begin
  if not portico.is_live(person, session) then
    return jsonb_build_object('outcome', 'not live');
  end if;

  taken := portico.take(
    rate ->> 'name', person::text, (rate -> 'capacity')::int,
    (rate -> 'window_s')::int
  );
  if not (taken -> 'allowed')::boolean then
    return jsonb_build_object('outcome', 'limited', 'left', taken);
  end if;

  upload := portico.repeat_upload(person, once ->> 'key');
  outcome := 'replayed';
  if upload.id is null then
    upload := portico.add_upload(person, wanted, once);
    outcome := 'opened';
  end if;
  if upload.id is null then
    -- A request with the same key has come first, a moment ago; or the place is
    -- taken.
    upload := portico.repeat_upload(person, once ->> 'key');
    outcome := 'replayed';
  end if;
  if upload.id is null then
    return jsonb_build_object('outcome', 'taken', 'left', taken);
  end if;

  if outcome = 'opened' then
    select * into used from portico.usage as it
    where it.owner = person and it.bucket = upload.bucket;
    if used.bytes > (quota -> 'bytes')::bigint
      or used.objects > (quota -> 'objects')::bigint
    then
      delete from portico.uploads as u where u.id = upload.id;
      return jsonb_build_object(
        'outcome', 'over quota', 'left', taken,
        'used', jsonb_build_object(
          'bytes', used.bytes - upload.bytes, 'objects', used.objects - 1
        )
      );
    end if;
  elsif upload.fingerprint is distinct from once ->> 'fingerprint' then
    return jsonb_build_object('outcome', 'key reused', 'left', taken);
  elsif upload.state <> 'open' then
    return jsonb_build_object('outcome', 'taken', 'left', taken);
  end if;

  return jsonb_build_object(
    'outcome', outcome,
    'left', taken,
    'upload', portico.describe_upload(upload)
  );
exception when foreign_key_violation then
  -- The account was deleted just now.
  return jsonb_build_object('outcome', 'not live');
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
    select portico.describe_upload(it) from portico.uploads as it
    where it.id = upload and it.owner = person
      and (it.state <> 'open' or it.expires_at > now())
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

-- Closes an upload that its owner does not need: 'closed', 'arrived' if the
-- object is in its place, and theirs to delete there, 'not found' or 'not live'.
-- What is in the inbox is rejected, which has it removed.
create function portico_api.close_upload(
  person uuid, session uuid, upload uuid
) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '2s'
as $$
declare
  outcome text := portico_api.show_upload(person, session, upload)
    ->> 'outcome';
begin
  if outcome <> 'found' then
    return jsonb_build_object('outcome', outcome);
  end if;

  delete from portico.uploads as it
  where it.id = upload and it.owner = person and it.state = 'open';
  if not found then
    update portico.uploads as it set
      state = 'rejected', reason = 'closed', quarantine = false,
      detail = 'Its owner has closed it', idempotency_key = null,
      judged_at = now(), due_at = now()
    where it.id = upload and it.owner = person
      and it.state in ('arrived', 'accepted')
      and (it.at_bucket, it.at_path) <> (it.bucket, it.path);
    if found then
      perform portico.wake('uploads');
    end if;
  end if;
  return jsonb_build_object('outcome', case
    when exists (
      select from portico.uploads as it
      where it.id = upload and it.state <> 'rejected'
    ) then 'arrived'
    else 'closed'
  end);
end $$;

comment on function portico_api.close_upload is
  'Closes an upload. Called by signed-upload.';

-- Storage takes an upload until its URL expires, and not a moment longer.
create view portico.due_uploads as
select ctid as "row", id::text as key
from portico.uploads
where state = 'open' and expires_at <= now()
  or state = 'rejected' and due_at is null
    and judged_at <= now() - interval '1 day';

comment on view portico.due_uploads is
  'Uploads that never came, and what was rejected, a day on.';

insert into portico.tasks (name, target) values ('uploads', 'portico.uploads');

revoke execute on all functions in schema portico from public;
revoke execute on all functions in schema portico_api from public;
grant execute on function
  portico_api.open_upload, portico_api.cancel_upload, portico_api.show_upload,
  portico_api.close_upload
to service_role;
