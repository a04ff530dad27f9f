-- What is in a folder, for Storage itself and for whoever calls the functions
-- of the platform by name. Names, arguments and columns are the platform's.
-- Runs at every start after storage.sql.

create or replace function storage.get_common_prefix(
  p_key text, p_prefix text, p_delimiter text
) returns text
language sql immutable set search_path = ''
as $$
  select case when at > 0
    then left(p_key, length(p_prefix) + at + length(p_delimiter) - 1) end
  from strpos(substr(p_key, length(p_prefix) + 1), p_delimiter) as at
$$;

comment on function storage.get_common_prefix is
  'The folder of a key below a prefix: a/b/ of a/b/c.png below a/. Null for a '
  'file that is right there.';

create or replace function storage.search(
  prefix text,
  bucketname text,
  limits integer default 100,
  levels integer default 1,
  offsets integer default 0,
  search text default '',
  sortcolumn text default 'name',
  sortorder text default 'asc'
) returns table (
  name text, id uuid, updated_at timestamptz, created_at timestamptz,
  last_accessed_at timestamptz, metadata jsonb
)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
  sought constant text := lower(coalesce(prefix, '') || coalesce(search, ''));
  descends constant boolean := lower(sortorder) = 'desc';
begin
  return query
  with found as (
    select o.*, storage.get_common_prefix(lower(o.name), sought, '/') as folder
    from storage.objects o
    where o.bucket_id = bucketname and starts_with(lower(o.name), sought)
  ), entries as (
    -- Case does not tell folders apart: one of their spellings is shown.
    select f.folder as key, min(f.name collate "C") as name, null::uuid as id,
      null::timestamptz as updated_at, null::timestamptz as created_at,
      null::timestamptz as last_accessed_at, null::jsonb as metadata
    from found f where f.folder is not null group by f.folder
    union all
    select lower(f.name), f.name, f.id, f.updated_at, f.created_at,
      f.last_accessed_at, f.metadata
    from found f where f.folder is null
  ), dated as (
    -- By name, folders stand among the files. By a date they come first.
    select e.*,
      case when lower(sortcolumn) in
        ('updated_at', 'created_at', 'last_accessed_at')
      then e.id is not null end as is_late,
      case lower(sortcolumn)
        when 'updated_at' then e.updated_at
        when 'created_at' then e.created_at
        when 'last_accessed_at' then e.last_accessed_at
      end as at
    from entries e
  )
  select split_part(d.name, '/', levels), d.id, d.updated_at, d.created_at,
    d.last_accessed_at, d.metadata
  from dated d
  order by d.is_late,
    case when not descends then d.at end,
    case when descends then d.at end desc,
    case when not descends then d.key end collate "C",
    case when descends then d.key end collate "C" desc
  limit least(coalesce(limits, 100), 1500) offset offsets;
end $$;

comment on function storage.search is
  'One level of a folder, by pages of an offset. levels says which part of '
  'the names is shown: 1 for the top, 2 below a/.';

create or replace function storage.search_v2(
  prefix text,
  bucket_name text,
  limits integer default 100,
  levels integer default 1,
  start_after text default '',
  sort_order text default 'asc',
  sort_column text default 'name',
  sort_column_after text default ''
) returns table (
  key text, name text, id uuid, updated_at timestamptz, created_at timestamptz,
  last_accessed_at timestamptz, metadata jsonb
)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
  below constant text := coalesce(prefix, '');
  start constant text := coalesce(start_after, '');
  start_at constant timestamptz :=
    coalesce(nullif(sort_column_after, '')::timestamptz, 'epoch');
  descends constant boolean := lower(sort_order) = 'desc';
begin
  return query
  with found as (
    select o.*, storage.get_common_prefix(o.name, below, '/') as folder
    from storage.objects o
    where o.bucket_id = bucket_name and starts_with(o.name, below)
  ), entries as (
    -- A folder is as old as the oldest object in it, and never changes.
    select f.folder as place, left(f.folder, -1) as name, null::uuid as id,
      min(f.created_at) as updated_at, min(f.created_at) as created_at,
      null::timestamptz as last_accessed_at, null::jsonb as metadata
    from found f where f.folder is not null group by f.folder
    union all
    select f.name, f.name, f.id, f.updated_at, f.created_at,
      f.last_accessed_at, f.metadata
    from found f where f.folder is null
  ), dated as (
    -- A cursor has milliseconds, so that is what decides.
    select e.*, coalesce(date_trunc('milliseconds', case lower(sort_column)
      when 'updated_at' then e.updated_at
      when 'created_at' then e.created_at
    end), 'epoch') as at
    from entries e
  )
  -- By name, a folder has no dates.
  select split_part(d.name, '/', levels), d.name, d.id,
    case when d.id is not null or d.at <> 'epoch' then d.updated_at end,
    case when d.id is not null or d.at <> 'epoch' then d.created_at end,
    d.last_accessed_at, d.metadata
  from dated d
  where start = ''
    or not descends and (d.at, d.place collate "C") > (start_at, start)
    or descends and (d.at, d.place collate "C") < (start_at, start)
  order by
    case when not descends then d.at end,
    case when descends then d.at end desc,
    case when not descends then d.place end collate "C",
    case when descends then d.place end collate "C" desc
  limit least(coalesce(limits, 100), 1500);
end $$;

comment on function storage.search_v2 is
  'One level of a folder, by pages of a cursor: what comes after start_after '
  '(a/ for a folder) and, sorted by a date, sort_column_after.';

create or replace function storage.list_objects_with_delimiter(
  _bucket_id text,
  prefix_param text,
  delimiter_param text,
  max_keys integer default 100,
  start_after text default '',
  next_token text default '',
  sort_order text default 'asc'
) returns table (
  name text, id uuid, metadata jsonb, updated_at timestamptz,
  created_at timestamptz, last_accessed_at timestamptz
)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
  below constant text := coalesce(prefix_param, '');
  start constant text := coalesce(nullif(next_token, ''), start_after, '');
  descends constant boolean := lower(sort_order) = 'desc';
begin
  return query
  with found as (
    select o.*,
      storage.get_common_prefix(o.name, below, delimiter_param) as folder
    from storage.objects o
    where o.bucket_id = _bucket_id and starts_with(o.name, below)
  ), entries as (
    select f.folder as place, left(f.folder, -length(delimiter_param)) as name,
      null::uuid as id, null::jsonb as metadata,
      null::timestamptz as updated_at, null::timestamptz as created_at,
      null::timestamptz as last_accessed_at
    from found f where f.folder is not null group by f.folder
    union all
    select f.name, f.name, f.id, f.metadata, f.updated_at, f.created_at,
      f.last_accessed_at
    from found f where f.folder is null
  )
  select e.name, e.id, e.metadata, e.updated_at, e.created_at,
    e.last_accessed_at
  from entries e
  where start = ''
    or not descends and e.place collate "C" > start
    or descends and e.place collate "C" < start
  order by
    case when not descends then e.place end collate "C",
    case when descends then e.place end collate "C" desc
  limit max_keys;
end $$;

comment on function storage.list_objects_with_delimiter is
  'One level of a folder, by name, with any delimiter.';

create or replace function storage.get_size_by_bucket()
returns table (size bigint, bucket_id text)
language sql stable set search_path = ''
as $$
  select sum((o.metadata ->> 'size')::bigint)::bigint, o.bucket_id
  from storage.objects o group by o.bucket_id
$$;

comment on function storage.get_size_by_bucket is
  'Bytes in each bucket that has objects, as far as the caller may see them.';
