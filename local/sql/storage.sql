-- Storage's tables and functions, named and typed as on the platform. Runs at
-- every start after roles.sql and auth.sql, so every statement may meet its own
-- result.

do $$
begin
  if to_regtype('storage.buckettype') is null then
    create type storage.buckettype as enum ('STANDARD', 'ANALYTICS', 'VECTOR');
  end if;
end $$;

create table if not exists storage.buckets (
  id text primary key,
  name text not null,
  owner uuid,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  public boolean default false,
  avif_autodetection boolean default false,
  file_size_limit bigint,
  allowed_mime_types text[],
  owner_id text,
  type storage.buckettype not null default 'STANDARD'
);

create unique index if not exists bname on storage.buckets (name);

comment on table storage.buckets is
  'Where objects are kept, and what may be put there. No row is visible or '
  'writable without a policy.';
comment on column storage.buckets.owner is 'Deprecated: owner_id instead.';
comment on column storage.buckets.file_size_limit is
  'In bytes, of one object. Null means the limit of the whole project.';
comment on column storage.buckets.allowed_mime_types is
  'Types or ranges such as image/*. Null and empty both allow everything. '
  'Compared with what the sender declares, never with the bytes.';

create table if not exists storage.objects (
  id uuid primary key default gen_random_uuid(),
  bucket_id text,
  name text,
  owner uuid,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  last_accessed_at timestamptz default now(),
  metadata jsonb,
  path_tokens text[] generated always as (string_to_array(name, '/')) stored,
  version text,
  owner_id text,
  user_metadata jsonb,
  constraint "objects_bucketId_fkey"
    foreign key (bucket_id) references storage.buckets (id)
);

create unique index if not exists bucketid_objname
  on storage.objects (bucket_id, name);

comment on table storage.objects is
  'One row for each object. The bytes are in the file that version names. A '
  'row is written last and deleted first, so a file without a row is garbage.';
comment on column storage.objects.owner is 'Deprecated: owner_id instead.';
comment on column storage.objects.owner_id is
  'The sub claim of whoever uploaded it, or signed the upload URL.';
comment on column storage.objects.metadata is
  'What Storage knows: eTag, size, mimetype, cacheControl, lastModified, '
  'contentLength and httpStatusCode.';
comment on column storage.objects.user_metadata is 'What the uploader added.';

create index if not exists idx_objects_bucket_id_name
  on storage.objects (bucket_id, name collate "C");

-- The rest is empty here: what is in it belongs to features that are absent.
create table if not exists storage.migrations (
  id integer primary key,
  name varchar(100) not null unique,
  hash varchar(40) not null,
  executed_at timestamp default current_timestamp
);

create table if not exists storage.s3_multipart_uploads (
  id text primary key,
  in_progress_size bigint not null default 0,
  upload_signature text not null,
  bucket_id text not null references storage.buckets (id),
  key text collate "C" not null,
  version text not null,
  owner_id text,
  created_at timestamptz not null default now(),
  user_metadata jsonb,
  metadata jsonb
);

create table if not exists storage.s3_multipart_uploads_parts (
  id uuid primary key default gen_random_uuid(),
  upload_id text not null
    references storage.s3_multipart_uploads (id) on delete cascade,
  size bigint not null default 0,
  part_number integer not null,
  bucket_id text not null references storage.buckets (id),
  key text collate "C" not null,
  etag text not null,
  owner_id text,
  version text not null,
  created_at timestamptz not null default now()
);

alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;
alter table storage.migrations enable row level security;
alter table storage.s3_multipart_uploads enable row level security;
alter table storage.s3_multipart_uploads_parts enable row level security;

grant all on storage.buckets, storage.objects
  to anon, authenticated, service_role;
grant select
  on storage.s3_multipart_uploads, storage.s3_multipart_uploads_parts
  to anon, authenticated;
grant all on storage.s3_multipart_uploads, storage.s3_multipart_uploads_parts
  to service_role;

create or replace function storage.foldername(name text) returns text[]
language sql immutable set search_path = ''
as $$
  select parts[1:cardinality(parts) - 1]
  from (select string_to_array(name, '/') as parts) as path
$$;

comment on function storage.foldername is
  'The folders of an object name: {a,b} of a/b/c.png.';

create or replace function storage.filename(name text) returns text
language sql immutable set search_path = ''
as $$
  select parts[cardinality(parts)]
  from (select string_to_array(name, '/') as parts) as path
$$;

comment on function storage.filename is
  'The last part of an object name: c.png of a/b/c.png.';

create or replace function storage.extension(name text) returns text
language sql immutable set search_path = ''
as $$
  select reverse(split_part(reverse(storage.filename(name)), '.', 1))
$$;

comment on function storage.extension is
  'What follows the last dot of an object name: png of a/b/c.png.';

create or replace function storage.update_updated_at_column() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.updated_at = now();
  return new;
end $$;

comment on function storage.update_updated_at_column is
  'Keeps updated_at true.';

create or replace trigger update_objects_updated_at
  before update on storage.objects
  for each row execute function storage.update_updated_at_column();

create or replace function storage.protect_delete() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if current_setting('storage.allow_delete_query', true) is distinct from 'true'
  then
    raise exception
      'Direct deletion from storage tables is not allowed. Use the Storage API instead.'
      using errcode = '42501', hint =
        'This prevents accidental data loss from orphaned objects.';
  end if;
  return null;
end $$;

comment on function storage.protect_delete is
  'A row that SQL deletes leaves its bytes behind, so that only who says '
  'set local storage.allow_delete_query = true may.';

create or replace trigger protect_buckets_delete
  before delete on storage.buckets
  for each statement execute function storage.protect_delete();
create or replace trigger protect_objects_delete
  before delete on storage.objects
  for each statement execute function storage.protect_delete();

create or replace function storage.operation() returns text
language sql stable set search_path = ''
as $$ select current_setting('storage.operation', true) $$;

comment on function storage.operation is
  'What Storage does right now, for policies: storage.object.list.';

create or replace function storage.allow_any_operation(
  expected_operations text[]
) returns boolean
language sql stable set search_path = ''
as $$
  select exists (
    select from unnest(expected_operations) as expected
    where regexp_replace(expected, '^storage\.', '') <> ''
      and regexp_replace(expected, '^storage\.', '')
        = regexp_replace(storage.operation(), '^storage\.', '')
  )
$$;

comment on function storage.allow_any_operation is
  'Whether Storage does one of these. "storage." in front may be left out.';

create or replace function storage.allow_only_operation(expected_operation text)
returns boolean
language sql stable set search_path = ''
as $$ select storage.allow_any_operation(array[expected_operation]) $$;

comment on function storage.allow_only_operation is
  'Whether Storage does just this. "storage." in front may be left out.';
