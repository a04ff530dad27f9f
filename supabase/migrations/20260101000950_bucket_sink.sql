-- The index once more in a Vector bucket, for apps that query one.
--
-- Needs    portico.watch() and index_requests (…0900), the chunks (…0910)
-- Makes    portico.sinks, bucket_indexes, bucket_rows, bucket_vectors,
--          bucket_requests; portico.sink(), unsink() and what they stand on;
--          triggers on sources, generations and index_requests, and on the chunks
--          of each generation that has a sink
-- Access   the owner of the project only.
-- Size     about 250 bytes a row of the source, and 150 more while it is dirty.
-- Undo     portico.unsink() of every name of a source with a sink, and a run of
--          vector-index; drop the functions with their triggers, and the tables.
--
-- A second stage behind the chunks, which knows nothing of their tables: whoever
-- writes chunks marks their row here in the same transaction, and the work on
-- buckets (…0960) puts what is there by then. A bucket takes part in no
-- transaction, so
--   1. what may be in it is written down before anything is put (bucket_vectors),
--   2. pieces of a row are put before those that it has no more are removed,
--   3. one run at a time has an index of a bucket, for as long as its lease says,
--      and sends nothing that could arrive later.
-- Whoever dies between two of these leaves a dirty row and the list of what there
-- may be of it. What is changed behind our back is found by a walk, each hour:
-- every vector is listed and compared by the seal that it carries.

create table portico.sinks (
  source int primary key references portico_index.sources on delete cascade,
  bucket text not null check (bucket ~ '^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$'),
  index  text not null check (index ~ '^[a-z0-9][a-z0-9.-]{0,37}$'),
  unique (bucket, index)
);

comment on table  portico.sinks is 'What portico.sink() has registered.';
comment on column portico.sinks.index is
  'What the names of its indexes begin with: "articles" of articles-1.';

create table portico.bucket_indexes (
  id           int primary key generated always as identity,
  generation   int unique references portico_index.generations
               on delete set null,
  bucket       text not null,
  name         text not null,
  is_begun     boolean not null default false,
  is_made      boolean not null default false,
  lease        uuid,
  leased_until timestamptz not null default '-infinity',
  crashes      int not null default 0,
  turns        int not null default 0,
  not_before   timestamptz not null default '-infinity',
  reason       text,
  faults       int not null default 0,
  walk         int not null default 0,
  phase        text check (phase in ('list', 'fill', 'sweep')),
  page         text,
  passed       jsonb,
  began_at     timestamptz,
  ended_at     timestamptz,
  unique (bucket, name)
);

comment on table  portico.bucket_indexes is
  'Indexes of Vector buckets: one a generation.';
comment on column portico.bucket_indexes.generation is
  'None of one that is to be removed.';
comment on column portico.bucket_indexes.is_begun is
  'Whether one of that name is ours, if there is one.';
comment on column portico.bucket_indexes.is_made is
  'Whether there is one, as far as we know.';
comment on column portico.bucket_indexes.lease is
  'The run that works on it. Nobody else does until `leased_until`.';
comment on column portico.bucket_indexes.crashes is
  'Runs one after another of which nothing came.';
comment on column portico.bucket_indexes.turns is
  'How often rows have come before the walk.';
comment on column portico.bucket_indexes.not_before is
  'Until then it is left alone, for `reason`.';
comment on column portico.bucket_indexes.faults is
  'Calls that failed one after another.';
comment on column portico.bucket_indexes.walk is 'The number of the last walk.';
comment on column portico.bucket_indexes.phase is
  'Of a walk: what is in the bucket is listed, rows that never came are looked '
  'for, and vectors that are not as they should be.';
comment on column portico.bucket_indexes.page is
  'Of the list, by what the bucket calls it: the first one without.';
comment on column portico.bucket_indexes.passed is
  'The last key of the phase. The list has none.';

create table portico.bucket_rows (
  generation int not null references portico_index.generations
             on delete cascade,
  key        jsonb not null,
  version    bigint not null default nextval('portico.row_versions'),
  priority   smallint not null default 0,
  first_at   timestamptz not null default clock_timestamp(),
  due_at     timestamptz not null default clock_timestamp(),
  put_to     int not null default 0,
  attempts   smallint not null default 0,
  error      text,
  primary key (generation, key)
) with (fillfactor = 70);

comment on table  portico.bucket_rows is
  'Rows whose vectors in a bucket may not be what their chunks are.';
comment on column portico.bucket_rows.version is
  'Of the last change: what was read before it may not end this.';
comment on column portico.bucket_rows.priority is
  '0 for a change, 1 for what fills or repairs.';
comment on column portico.bucket_rows.put_to is
  'How many of its pieces are in the bucket already, of this version.';
comment on column portico.bucket_rows.attempts is
  'How often the bucket has refused it.';

create index bucket_rows_due
  on portico.bucket_rows (generation, priority, due_at);

create table portico.bucket_vectors (
  generation int not null references portico_index.generations
             on delete cascade,
  key        jsonb not null,
  name       text not null,
  pieces     int not null,
  seal       bytea,
  put_at     timestamptz,
  walk       int not null default 0,
  seen       int not null default 0,
  primary key (generation, key)
) with (fillfactor = 80);

comment on table  portico.bucket_vectors is
  'What there may be in a bucket: written before it is put there.';
comment on column portico.bucket_vectors.name is
  'What the names of its vectors begin with, before # and a number.';
comment on column portico.bucket_vectors.pieces is
  'None has this number or a higher one.';
comment on column portico.bucket_vectors.seal is
  'What all of them say that they are; null as long as nobody knows.';
comment on column portico.bucket_vectors.seen is
  'How many of them the walk has seen that are right.';

create index bucket_vectors_name on portico.bucket_vectors (generation, name);

create table portico.bucket_requests (
  generation int not null references portico_index.generations
             on delete cascade
);

comment on table portico.bucket_requests is
  'Indexes that are to be walked through now.';

alter table portico.sinks enable row level security;
alter table portico.bucket_indexes enable row level security;
alter table portico.bucket_rows enable row level security;
alter table portico.bucket_vectors enable row level security;
alter table portico.bucket_requests enable row level security;

-- Marks rows as a statement on the chunks has changed them: all of those that it
-- has touched, since whoever takes them sees by their seal which are the same.
create function portico.note_bucket_rows() returns trigger
language plpgsql security definer set search_path = '' set timezone = 'UTC'
as $$
declare
  key text := format('jsonb_build_array(%s)', tg_argv[1]);
  touched text := case tg_op
    when 'INSERT' then 'select %1$s from new_rows as it'
    when 'DELETE' then 'select %1$s from old_rows as it'
    else 'select %1$s from new_rows as it union select %1$s from old_rows as it'
  end;
begin
  if tg_op = 'TRUNCATE' then
    insert into portico.bucket_requests values (tg_argv[0]::int);
    return null;
  end if;
  execute format(
    'insert into portico.bucket_rows as dirty (generation, key)
     select distinct $1, it.key from (%s) as it (key) order by it.key
     on conflict on constraint bucket_rows_pkey do update set
       (version, priority, due_at, put_to, attempts, error) = (
         excluded.version, 0, excluded.due_at, 0, 0, null
       )', format(touched, key)
  ) using tg_argv[0]::int;
  return null;
end $$;

-- What we say of a vector beside the metadata of its source, which must not have
-- columns of the same names.
create function portico.check_sink() returns trigger
language plpgsql set search_path = '' as $$
declare
  taken text := (
    select string_agg(name, ', ') from unnest(new.metadata) as name
    where name in ('key', 'n', 'version', 'seal', 'content')
  );
begin
  if taken is not null
    and exists (select from portico.sinks as it where it.source = new.id)
  then
    raise exception 'Cannot put % into a bucket: its vectors have that of their own',
      taken
      using hint = format('Metadata of %s without it, or a generated column of '
        'another name.', new.name);
  end if;
  return new;
end $$;

create trigger check_sink before update of metadata on portico_index.sources
  for each row execute function portico.check_sink();

-- Gives a generation an index of its own in the bucket of its source, which the
-- work on the index makes and fills.
create function portico.open_bucket_index(generation portico_index.generations)
returns void
language plpgsql volatile set search_path = '' as $$
declare
  source portico_index.sources;
  sink portico.sinks;
  name text;
  act record;
begin
  select * into source from portico_index.sources as it
  where it.id = generation.source;
  select * into sink from portico.sinks as it where it.source = source.id;
  name := sink.index || '-' || generation.number;
  if exists (select from portico.bucket_indexes as it
      where it.generation = open_bucket_index.generation.id) then
    return;
  end if;
  -- One that is to be removed may have the name: it is removed, and made anew.
  insert into portico.bucket_indexes as it (generation, bucket, name)
  values (generation.id, sink.bucket, name)
  on conflict on constraint bucket_indexes_bucket_name_key do update set
    (generation, is_made, not_before, reason, faults, phase) = (
      excluded.generation, false, '-infinity', null, 0, null
    )
  where it.generation is null;
  if not found then
    raise exception 'Cannot have % in %: it is another source''s', name,
      sink.bucket;
  end if;
  for act in
    select * from (values
      ('insert', 'referencing new table as new_rows'),
      ('update', 'referencing old table as old_rows new table as new_rows'),
      ('delete', 'referencing old table as old_rows'),
      ('truncate', '')
    ) as it (verb, tables)
  loop
    execute format(
      'create trigger %I after %s on portico_index.%I %s
       for each statement execute function portico.note_bucket_rows(%s, %L)',
      'sink_' || act.verb, act.verb, 'chunks_' || generation.id, act.tables,
      generation.id, portico.of_key(source.relation, 'it.key_%3$s'));
  end loop;
end $$;

-- For a generation that comes later, at the commit: its chunks are there then.
create function portico.sink_generation() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform portico.open_bucket_index(it)
  from portico_index.generations as it
  join portico.sinks as sink on sink.source = it.source
  where it.id = new.id;
  return null;
end $$;

create constraint trigger sink_generation
  after insert on portico_index.generations deferrable initially deferred
  for each row execute function portico.sink_generation();

-- Whoever has a source compared with its index has that compared with the bucket.
create function portico.ask_for_walk() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into portico.bucket_requests
  select it.generation from portico.bucket_indexes as it
  join portico_index.generations as made on made.id = it.generation
  where made.source = new.source;
  return null;
end $$;

create trigger ask_for_walk after insert on portico.index_requests
  for each row execute function portico.ask_for_walk();

-- Has all that is indexed of a source put into a Vector bucket as well: of each
-- generation into the index `<index>-<number>`. It only registers. Where the source
-- has another sink it is moved; where it is the same one nothing happens.
create function portico.sink(name text, bucket text, index text) returns void
language plpgsql volatile set search_path = '' set lock_timeout = '5s' as $$
declare
  watched portico_index.sources := portico.source_called(name);
  earlier portico.sinks;
begin
  if bucket !~ '^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$' or bucket is null then
    raise exception 'Cannot have a bucket called %', bucket
      using hint = '3 to 63 of a to z, 0 to 9 and -, which is neither first nor last.';
  elsif index !~ '^[a-z0-9][a-z0-9.-]{0,37}$' or index is null then
    raise exception 'Cannot have indexes called %-1, %-2 and so on', index, index
      using hint = '1 to 38 of a to z, 0 to 9, - and ., of which the first is a '
        'letter or a digit.';
  elsif exists (select from portico.sinks as it where it.bucket = sink.bucket
      and it.index = sink.index and it.source <> watched.id) then
    raise exception 'Cannot put % into % of %: that is of another source',
      name, index, bucket;
  end if;
  select * into earlier from portico.sinks as it where it.source = watched.id;
  if (earlier.bucket, earlier.index) is not distinct from (bucket, index) then
    return;
  elsif earlier.source is not null then
    perform portico.unsink(name);
  end if;
  insert into portico.sinks values (watched.id, bucket, index);
  update portico_index.sources as it set metadata = watched.metadata
  where it.id = watched.id; -- and is checked
  perform portico.open_bucket_index(it)
  from portico_index.generations as it where it.source = watched.id;
  insert into portico.index_calls default values on conflict do nothing;
end $$;

comment on function portico.sink is 'Puts an index into a Vector bucket as well.';

-- Ends that. Its indexes in the bucket are removed, and the bucket stays.
create function portico.unsink(name text) returns void
language plpgsql volatile set search_path = '' set lock_timeout = '5s' as $$
declare
  watched portico_index.sources := portico.source_called(name);
  made int;
  verb text;
begin
  delete from portico.sinks as it where it.source = watched.id;
  if not found then
    raise exception 'Cannot find a sink of %', name;
  end if;
  for made in
    select id from portico_index.generations as it where it.source = watched.id
  loop
    foreach verb in array array['insert', 'update', 'delete', 'truncate'] loop
      execute format('drop trigger if exists %I on portico_index.%I',
        'sink_' || verb, 'chunks_' || made);
    end loop;
    delete from portico.bucket_rows where generation = made;
    delete from portico.bucket_vectors where generation = made;
    update portico.bucket_indexes set generation = null
    where generation = made;
  end loop;
  insert into portico.index_calls default values on conflict do nothing;
end $$;

comment on function portico.unsink is
  'Has what was put into a bucket removed, and puts no more.';

revoke execute on all functions in schema portico from public;
