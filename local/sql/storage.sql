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

alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;

grant all on storage.buckets, storage.objects
  to anon, authenticated, service_role;

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
