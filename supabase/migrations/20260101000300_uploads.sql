-- Uploads that have been allowed: what, where to, by whom, until when.
--
-- Needs    portico.is_live() (…0000), portico.tasks (…0100), portico.take()
--          (…0200)
-- Makes    portico.uploads, portico_api.open_upload(), cancel_upload(); the
--          task uploads
-- Access   service role only: `signed-upload` decides by its policy what may be
--          uploaded, and a user who could call these would decide for it.
-- Size     about 400 bytes an upload. Expired rows go with the person's next
--          request, or with sweep.
-- Undo     drop function portico_api.open_upload, portico_api.cancel_upload;
--          drop view portico.due_uploads; drop table portico.uploads; delete
--          from portico.tasks where name = 'uploads';

create table portico.uploads (
  id              uuid primary key default gen_random_uuid(),
  owner           uuid not null references auth.users on delete cascade,
  bucket          text not null check (octet_length(bucket) between 1 and 100),
  path            text not null check (octet_length(path) between 1 and 1024),
  type            text not null check (octet_length(type) between 3 and 255),
  bytes           bigint not null check (bytes > 0),
  idempotency_key text check (octet_length(idempotency_key) between 1 and 255),
  fingerprint     text check (octet_length(fingerprint) = 64),
  repeated        boolean not null default false,
  created_at      timestamptz not null default now(),
  expires_at      timestamptz not null,
  unique (owner, idempotency_key)
);

comment on table  portico.uploads is 'Uploads that signed-upload has allowed.';
comment on column portico.uploads.type is 'Media type, as declared.';
comment on column portico.uploads.bytes is 'Size, as declared.';
comment on column portico.uploads.fingerprint is
  'SHA-256 of the request that brought the idempotency key, in hex.';
comment on column portico.uploads.repeated is
  'Whether a second request was answered with this row.';

-- No policy: with row-level security on, only functions of the owner get in.
alter table portico.uploads enable row level security;

-- Allows one upload, in one round trip: the person may still act, is within the
-- rate, and has not asked for the same before. The answer is
--   { outcome: 'opened' | 'replayed', upload: { id }, quota }
--   { outcome: 'limited' | 'key reused', quota }
--   { outcome: 'not live' }
-- and never an exception, which would undo the count.
create function portico_api.open_upload(
  person uuid, session uuid,
  bucket text, path text, type text, bytes bigint, lifetime_s int,
  idempotency_key text, fingerprint text,
  limit_name text, limit_capacity int, limit_window_s int
) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '2s'
as $$
#variable_conflict use_column
declare
  quota jsonb;
  upload portico.uploads;
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
  delete from portico.uploads as u
  where u.owner = person and u.expires_at <= now();

  loop
    insert into portico.uploads as u (
      owner, bucket, path, type, bytes, idempotency_key, fingerprint, expires_at
    ) values (
      person, open_upload.bucket, open_upload.path, open_upload.type,
      open_upload.bytes, open_upload.idempotency_key, open_upload.fingerprint,
      now() + make_interval(secs => lifetime_s)
    )
    on conflict (owner, idempotency_key) do nothing
    returning * into upload;
    outcome := 'opened';
    exit when found;

    update portico.uploads as u set repeated = true
    where u.owner = person and u.idempotency_key = open_upload.idempotency_key
    returning * into upload;
    outcome := 'replayed';
    exit when found;
    -- It was taken back between the two: this request is the first now.
  end loop;

  if upload.fingerprint <> open_upload.fingerprint then
    return jsonb_build_object('outcome', 'key reused', 'quota', quota);
  end if;

  return jsonb_build_object(
    'outcome', outcome,
    'quota', quota,
    'upload', jsonb_build_object('id', upload.id)
  );
end $$;

comment on function portico_api.open_upload is
  'Allows one upload. Called by signed-upload, after its policy.';

-- Takes back an upload whose URL could not be signed, unless a second request
-- has the same: that one may have its URL.
create function portico_api.cancel_upload(upload uuid) returns void
language sql security definer set search_path = '' set lock_timeout = '2s'
as $$
  delete from portico.uploads where id = upload and not repeated
$$;

comment on function portico_api.cancel_upload is
  'Takes an upload back. Called by signed-upload.';

create index on portico.uploads (expires_at);

-- Storage takes an upload until its URL expires, and not a moment longer.
create view portico.due_uploads as
select ctid as "row", id::text as key
from portico.uploads
where expires_at <= now();

comment on view portico.due_uploads is 'Uploads that never came.';

insert into portico.tasks (name, target) values ('uploads', 'portico.uploads');

revoke execute on all functions in schema portico_api from public;
grant execute on function portico_api.open_upload to service_role;
grant execute on function portico_api.cancel_upload to service_role;
