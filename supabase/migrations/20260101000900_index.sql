-- Tables that are indexed for search, and which of their rows have changed.
--
-- Needs    schemas portico, portico_api (…0000); portico.jobs, portico.wake()
--          (…0150); pgvector, which is Supabase's
-- Makes    schema portico_index; portico_index.sources, generations;
--          portico.dirty_rows, dead_rows, index_progress, index_requests,
--          index_calls, embedding_usage; portico.watch(), unwatch() and what
--          they stand on
-- Access   watch(), unwatch(): the owner of the project only. A source is
--          everybody's to see who may select from its whole table.
-- Size     about 150 bytes a row that has changed and is not indexed yet.
-- Undo     select portico.unwatch(name) from portico_index.sources; drop schema
--          portico_index cascade; drop the functions and tables of portico.
--
-- The index follows levels, not events: a change writes down *that* a row is not
-- as it is indexed, in the transaction of the change, and whoever works on it
-- reads the row as it is by then. Calls may be lost, doubled or out of order.
--
-- Of each source the schema portico_index has functions of its own, which
-- watch() writes once from the expressions that it was given: nothing is put
-- together from text afterwards. They are called <what>_<id>.

create extension if not exists vector with schema extensions;

create schema portico_index;

comment on schema portico_index is
  'What is indexed. Not exposed; row-level security decides.';

-- Everybody, since a project may have roles of its own: every table has
-- row-level security, and every function its own grants.
grant usage on schema portico_index to public;

create table portico_index.sources (
  id         int primary key generated always as identity,
  name       text not null unique check (name ~ '^[a-z][a-z0-9_-]{0,40}$'),
  relation   regclass not null,
  content    text not null,
  condition  text not null,
  metadata   text[] not null check (cardinality(metadata) <= 32),
  language   regconfig not null,
  replicated boolean not null,
  budget     bigint check (budget > 0),
  serving    int
);

comment on table  portico_index.sources is 'What portico.watch() has registered.';
comment on column portico_index.sources.content is
  'An expression of the table''s columns: the text that is indexed.';
comment on column portico_index.sources.condition is
  'An expression of the table''s columns: whether a row is indexed.';
comment on column portico_index.sources.metadata is
  'Columns that searches may filter by.';
comment on column portico_index.sources.replicated is
  'Whether rows come by logical replication, which fires row triggers only.';
comment on column portico_index.sources.budget is
  'Tokens a day (UTC) that may be embedded; any number without one.';
comment on column portico_index.sources.serving is
  'The generation that searches see.';

create table portico_index.generations (
  id         int primary key generated always as identity,
  source     int not null references portico_index.sources on delete cascade,
  number     int not null check (number > 0),
  model      text not null check (octet_length(model) between 1 and 200),
  dimensions int not null check (dimensions between 1 and 4000),
  chunking   jsonb not null,
  made_at    timestamptz not null default now(),
  unique (source, number)
);

comment on table  portico_index.generations is
  'An index of a source by one model. Each is kept up to date while it is there.';
comment on column portico_index.generations.chunking is
  '{ format, maxTokens, overlapTokens }: how a text is cut.';

alter table portico_index.sources
  add foreign key (serving) references portico_index.generations;

-- The whole table, since the text may be of any of its columns.
alter table portico_index.sources enable row level security;
create policy "a source is as visible as its table" on portico_index.sources
  for select using (has_table_privilege(relation, 'select'));
alter table portico_index.generations enable row level security;
create policy "a generation is as visible as its source"
  on portico_index.generations for select using (
    exists (select from portico_index.sources as it where it.id = source)
  );
grant select on portico_index.sources, portico_index.generations to public;

create sequence portico.row_versions;

create table portico.dirty_rows (
  generation int not null references portico_index.generations
             on delete cascade,
  key        jsonb not null,
  version    bigint not null default nextval('portico.row_versions'),
  priority   smallint not null default 0,
  first_at   timestamptz not null default clock_timestamp(),
  due_at     timestamptz not null default clock_timestamp(),
  lease      uuid,
  attempts   smallint not null default 0,
  faults     smallint not null default 0,
  refusals   smallint not null default 0,
  error      text,
  primary key (generation, key)
) with (fillfactor = 70);

comment on table  portico.dirty_rows is 'Rows that are not as they are indexed.';
comment on column portico.dirty_rows.key is
  'The values of the primary key, in its order.';
comment on column portico.dirty_rows.version is
  'Of the last change: what was read before it may not end this.';
comment on column portico.dirty_rows.priority is
  '0 for a change, 1 for what fills or repairs an index.';
comment on column portico.dirty_rows.first_at is
  'When the first change came that is not indexed yet.';
comment on column portico.dirty_rows.due_at is
  'When somebody may take it: later while somebody has it.';
comment on column portico.dirty_rows.attempts is
  'How often it was taken and nothing came of it.';
comment on column portico.dirty_rows.faults is
  'How often it was at fault itself.';
comment on column portico.dirty_rows.refusals is
  'How often it changed while somebody had it.';

create index dirty_rows_due
  on portico.dirty_rows (generation, priority, due_at);

create table portico.dead_rows (
  generation int not null references portico_index.generations
             on delete cascade,
  key        jsonb not null,
  seal       bytea,
  attempts   int not null,
  reason     text not null,
  died_at    timestamptz not null default clock_timestamp(),
  primary key (generation, key)
);

comment on table  portico.dead_rows is
  'Rows that could not be indexed. A change of the row tries it again.';
comment on column portico.dead_rows.seal is
  'Of the text that could not be, if anybody could read it.';

create table portico.index_progress (
  generation int primary key references portico_index.generations
             on delete cascade,
  filled_to  jsonb,
  filled_at  timestamptz,
  checked_to jsonb,
  checking   boolean not null default false,
  checked_at timestamptz,
  not_before timestamptz not null default '-infinity',
  reason     text,
  faults     int not null default 0
);

comment on table  portico.index_progress is 'How far each generation is.';
comment on column portico.index_progress.filled_to is
  'The last key that was marked, while it is being filled.';
comment on column portico.index_progress.checked_to is
  'The last key that was compared, while it is being checked.';
comment on column portico.index_progress.not_before is
  'Until then its provider is left alone, for `reason`.';
comment on column portico.index_progress.faults is
  'Calls of the provider that failed one after another.';

create table portico.index_requests (
  source   int not null references portico_index.sources on delete cascade,
  asked_at timestamptz not null default clock_timestamp()
);

comment on table portico.index_requests is
  'Sources that are to be compared with their index now.';

create unlogged table portico.index_calls (
  xid xid8 primary key default pg_current_xact_id()
);

comment on table portico.index_calls is
  'Transactions that have changed rows, until they commit.';

create table portico.embedding_usage (
  source int not null references portico_index.sources on delete cascade,
  day    date not null default (now() at time zone 'UTC')::date,
  calls  bigint not null default 0,
  texts  bigint not null default 0,
  tokens bigint not null default 0,
  primary key (source, day)
);

comment on table portico.embedding_usage is
  'What providers were asked for, by the day (UTC).';

alter table portico.dirty_rows enable row level security;
alter table portico.dead_rows enable row level security;
alter table portico.index_progress enable row level security;
alter table portico.index_requests enable row level security;
alter table portico.index_calls enable row level security;
alter table portico.embedding_usage enable row level security;

-- Wakes who works on the index, at the commit: a long transaction must not keep
-- others from waking it meanwhile.
create function portico.wake_index() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from portico.index_calls where index_calls.xid = new.xid;
  perform portico.wake('index');
  return null;
end $$;

create constraint trigger wake_index after insert on portico.index_calls
  deferrable initially deferred
  for each row execute function portico.wake_index();

-- Writes down that rows have changed, for each generation of their source. The
-- order of the keys is the same for all, so that nobody waits in a circle.
create function portico.mark_rows(source int, keys jsonb[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if keys = '{}' then
    return;
  end if;
  insert into portico.dirty_rows as dirty (generation, key)
  select generation.id, it.key
  from unnest(keys) as it (key), portico_index.generations as generation
  where generation.source = mark_rows.source
  order by 1, 2
  on conflict on constraint dirty_rows_pkey do update set
    version = nextval('portico.row_versions'),
    priority = 0,
    error = null,
    -- Another text has all its tries, but alone if the last one was suspect.
    attempts = case when dirty.lease is null then 0
      else least(dirty.attempts, 4) end,
    faults = 0,
    -- Who has it will not be able to end it: somebody else may begin soon.
    due_at = case
      when dirty.lease is null then clock_timestamp()
      else least(dirty.due_at, clock_timestamp() + interval '1 second')
    end;
  insert into portico.index_calls default values on conflict do nothing;
end $$;

-- The columns of a primary key, in its order, with their types.
create function portico.key_columns(relation regclass)
returns table (n int, name name, type text)
language sql stable set search_path = '' as $$
  select key.n::int, attribute.attname,
    format_type(attribute.atttypid, attribute.atttypmod)
  from pg_index as index,
    unnest(index.indkey::int2[]) with ordinality as key (attnum, n)
  join pg_attribute as attribute on attribute.attnum = key.attnum
  where index.indrelid = relation and index.indisprimary
    and attribute.attrelid = relation
  order by key.n
$$;

-- Something of each column of a key, one after another: `%1$I` of the pattern is
-- the column's name, `%2$s` its type, `%3$s` its number from 1.
create function portico.of_key(
  relation regclass, pattern text, separator text default ', '
) returns text
language sql stable set search_path = '' as $$
  select string_agg(format(pattern, name, type, n), separator order by n)
  from portico.key_columns(relation)
$$;

-- Something of each column of the metadata: `%1$I` is its name in the table,
-- `%2$I` in the index.
create function portico.of_metadata(
  source portico_index.sources, pattern text, separator text default ', '
) returns text
language sql stable set search_path = '' as $$
  select coalesce(
    string_agg(format(pattern, name, 'm_' || name), separator order by name), ''
  )
  from unnest(source.metadata) as name
$$;

-- SQL for the keys, texts and metadata of `rows`, which is what may follow
-- `from`. A row that is not indexed has no text.
create function portico.rendered(source portico_index.sources, rows text)
returns text
language sql stable set search_path = '' as $$
  select format(
    E'select jsonb_build_array(%1$s) as key,\n'
    '  case when (%2$s\n  ) then (%3$s\n  )::text end as text,\n'
    '  case when (%2$s\n  ) then jsonb_build_object(%4$s) end as metadata\n'
    'from %5$s as it',
    portico.of_key(source.relation, 'it.%1$I'),
    source.condition, source.content,
    portico.of_metadata(source, '%2$L, it.%1$I'),
    rows
  )
$$;

-- Checks what watch() was given, so that a mistake shows there and not at night.
create function portico.check_source(source portico_index.sources) returns void
language plpgsql stable set search_path = '' as $$
declare
  is_table boolean := exists (
    select from pg_class where oid = source.relation and relkind = 'r'
  );
  wrong text;
begin
  if not is_table then
    raise exception 'Cannot watch %: it is not a table', source.relation
      using hint = 'A view has no triggers. Of a partitioned table, watch each part.';
  elsif not exists (select from portico.key_columns(source.relation)) then
    raise exception 'Cannot watch %: it has no primary key', source.relation;
  end if;

  select string_agg(attname || ' ' || format_type(atttypid, null), ', ')
  into wrong
  from portico.key_columns(source.relation)
  join pg_attribute on attrelid = source.relation and attname = name
  join pg_type on pg_type.oid = atttypid
  where typcategory not in ('N', 'S', 'D', 'E', 'B') and typname <> 'uuid';
  if wrong is not null then
    raise exception 'Cannot watch %: its key has %', source.relation, wrong
      using hint = 'A key is of numbers, texts, UUIDs, dates, enums and booleans.';
  end if;

  select string_agg(name, ', ') into wrong
  from unnest(source.metadata) as name
  left join pg_attribute as it
    on it.attrelid = source.relation and it.attname = name
    and it.attnum > 0 and not it.attisdropped
  where it.attname is null or octet_length(name) > 60
    or it.atttypid in ('json'::regtype, 'xml'::regtype);
  if wrong is not null then
    raise exception 'Cannot filter by %', wrong
      using hint = format('Metadata names columns of %s whose values can be '
        'compared, in at most 60 bytes.', source.relation);
  end if;
end $$;

-- What the rows that a trigger is about are called in it.
create function portico.changed_rows(source portico_index.sources, which text)
returns text
language sql stable set search_path = '' as $$
  select case
    when source.replicated then format('(select %s.*)', which)
    else which || '_rows'
  end
$$;

-- SQL for what of rows before or after a change is compared.
create function portico.compared(source portico_index.sources, which text)
returns text
language sql stable set search_path = '' as $$
  select format(
    E'select %1$s%2$s, case when (%3$s\n  ) then (%4$s\n  )::text end as text'
    ' from %5$s as it',
    portico.of_key(source.relation, 'it.%1$I as key_%3$s'),
    portico.of_metadata(source, ', it.%1$I as %2$I', ''),
    source.condition, source.content, portico.changed_rows(source, which)
  )
$$;

-- SQL for the keys of rows whose text or metadata an update has changed: nothing is
-- built of those that it has not.
create function portico.changed_keys(source portico_index.sources) returns text
language sql stable set search_path = '' as $$
  select format(
    E'select jsonb_build_array(%1$s) from (%2$s) as now full join (%3$s) as was\n'
    '  on %4$s\n'
    'where now.text is distinct from was.text\n'
    '  or now.text is not null and (%5$s) is distinct from (%6$s)',
    portico.of_key(source.relation, 'coalesce(now.key_%3$s, was.key_%3$s)'),
    portico.compared(source, 'new'), portico.compared(source, 'old'),
    portico.of_key(source.relation, 'now.key_%3$s = was.key_%3$s', ' and '),
    -- Of no columns there is no row to compare.
    '1' || portico.of_metadata(source, ', now.%2$I', ''),
    '1' || portico.of_metadata(source, ', was.%2$I', '')
  )
$$;

-- Writes the functions of a source, and its triggers. Its text fails here if it
-- is wrong: each function is planned once.
create function portico.compile_source(source portico_index.sources)
returns void
language plpgsql volatile set search_path = '' as $$
declare
  id int := source.id;
  whole text := source.relation::text;
  settings text := 'set search_path = '''' set timezone = ''UTC''';
begin
  -- Names and types are checked; no row is.
  begin
    execute format('select key from (%s limit 0) as it',
      portico.rendered(source, whole));
  exception when others then
    raise exception 'Cannot render rows of %: %', whole, sqlerrm
      using errcode = sqlstate,
        hint = 'Expressions are of the table''s own columns; what is not of '
          'Postgres itself is named with its schema.';
  end;

  -- The rows of keys, as they are now. The key is compared as a whole too: two
  -- spellings may be one value to the column and not to us.
  execute format(
    $f$create or replace function portico_index.read_%1$s(keys jsonb)
    returns table (key jsonb, text text, metadata jsonb)
    language sql stable %2$s as %3$L$f$,
    id, settings, portico.rendered(source, format(
      '(select it.* from jsonb_array_elements(keys) as wanted (k)
        join %s as it on %s and jsonb_build_array(%s) = wanted.k)',
      whole,
      portico.of_key(source.relation,
        'it.%1$I = (wanted.k ->> %3$s - 1)::%2$s', ' and '),
      portico.of_key(source.relation, 'it.%1$I')))
  );

  -- Keys of the table behind another, in their order.
  execute format(
    $f$create or replace function portico_index.keys_%1$s(
      after jsonb, size int
    ) returns setof jsonb
    language plpgsql stable %2$s as %3$L$f$,
    id, settings, format(
      'begin
        if $1 is null then
          return query select jsonb_build_array(%1$s) from %2$s as it
            order by %1$s limit $2;
        else
          return query select jsonb_build_array(%1$s) from %2$s as it
            where (%1$s) > (%3$s) order by %1$s limit $2;
        end if;
      end',
      portico.of_key(source.relation, 'it.%1$I'), whole,
      portico.of_key(source.relation, '($1 ->> %3$s - 1)::%2$s'))
  );

  -- What a statement has changed of what is indexed. An expression that fails is
  -- no reason for the statement to: whoever works on the rows finds it again.
  execute format(
    $f$create or replace function portico_index.note_%1$s() returns trigger
    language plpgsql security definer %2$s as %3$L$f$,
    id, settings, format(
      '#variable_conflict use_column
      declare
        keys jsonb[];
      begin
        if tg_op = ''TRUNCATE'' then
          insert into portico.index_requests (source) values (%1$s);
          insert into portico.index_calls default values on conflict do nothing;
          return null;
        end if;
        begin
          case tg_op
          when ''INSERT'' then
            keys := array(select key from (%2$s) as now where text is not null);
          when ''DELETE'' then
            keys := array(select key from (%3$s) as was where text is not null);
          else
            keys := array(%7$s);
          end case;
        exception when others then
          keys := ''{}'';
          if tg_op <> ''DELETE'' then
            keys := array(select %4$s from %5$s as it);
          end if;
          if tg_op <> ''INSERT'' then
            keys := keys || array(select %4$s from %6$s as it);
          end if;
          keys := array(select distinct unnest(keys));
        end;
        perform portico.mark_rows(%1$s, keys);
        return null;
      end',
      id,
      portico.rendered(source, portico.changed_rows(source, 'new')),
      portico.rendered(source, portico.changed_rows(source, 'old')),
      'jsonb_build_array(' || portico.of_key(source.relation, 'it.%1$I') || ')',
      portico.changed_rows(source, 'new'), portico.changed_rows(source, 'old'),
      portico.changed_keys(source))
  );
  execute format('revoke execute on function portico_index.read_%1$s,
    portico_index.keys_%1$s, portico_index.note_%1$s from public', id);
  perform portico.set_triggers(source);
end $$;

-- For each statement; for each row where rows come by logical replication, which
-- fires no others, and then for those as well (Postgres 17, chapter 29.9).
create function portico.set_triggers(source portico_index.sources) returns void
language plpgsql volatile set search_path = '' as $$
declare
  act record;
begin
  for act in
    select * from (values
      ('insert', 'referencing new table as new_rows'),
      ('update', 'referencing old table as old_rows new table as new_rows'),
      ('delete', 'referencing old table as old_rows'),
      ('truncate', '')
    ) as it (verb, tables)
  loop
    execute format(
      'create or replace trigger %I after %s on %s %s for each %s
       execute function portico_index.%I()',
      format('portico_%s_%s', source.id, act.verb), act.verb, source.relation,
      case when source.replicated then '' else act.tables end,
      case when source.replicated and act.verb <> 'truncate'
        then 'row' else 'statement' end,
      'note_' || source.id);
    execute format('alter table %s enable %s trigger %I', source.relation,
      case when source.replicated then 'always' else '' end,
      format('portico_%s_%s', source.id, act.verb));
  end loop;
end $$;

-- How long vectors of a model are that everybody has, and how many tokens of a
-- text it reads: 256 words of averaged vectors say what a text is about; gte-small
-- reads 512 tokens (its model card). Others say it themselves.
create function portico.known_model(
  model text, out dimensions int, out tokens int
)
language sql immutable set search_path = '' as $$
  select it.dimensions, it.tokens
  from (values ('static-en', 100, 256), ('gte-small', 384, 480))
    as it (model, dimensions, tokens)
  where it.model = known_model.model
$$;

-- Of chunking what was given, and of the rest what is usual.
create function portico.check_chunking(chunking jsonb, model text)
returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  tokens int := coalesce((portico.known_model(model)).tokens, 400);
  whole jsonb := jsonb_build_object(
    'format', 'text', 'maxTokens', tokens, 'overlapTokens', tokens / 8
  ) || chunking;
begin
  if whole - array['format', 'maxTokens', 'overlapTokens'] <> '{}'
    or whole ->> 'format' not in ('text', 'markdown', 'html')
    or jsonb_typeof(whole -> 'maxTokens') <> 'number'
    or jsonb_typeof(whole -> 'overlapTokens') <> 'number'
    or (whole ->> 'maxTokens')::float8 not between 16 and 8192
    or (whole ->> 'overlapTokens')::float8
      not between 0 and (whole ->> 'maxTokens')::float8 / 2
  then
    raise exception 'Cannot cut texts as %', chunking
      using hint = '{ format: text, markdown or html, maxTokens: 16 to 8192, '
        'overlapTokens: 0 to half of that }';
  end if;
  return whole;
end $$;

-- Adds a generation to a source, empty: the work on the index fills it.
create function portico.add_generation(
  source portico_index.sources, model text, dimensions int, chunking jsonb
) returns int
language plpgsql volatile set search_path = '' as $$
declare
  known int := (portico.known_model(model)).dimensions;
  made portico_index.generations;
begin
  if coalesce(dimensions, known) is null then
    raise exception 'Cannot tell how long the vectors of % are', model
      using hint = 'Give their dimensions.';
  elsif dimensions <> known then
    raise exception 'Cannot have % dimensions of %: it has %',
      dimensions, model, known;
  end if;
  insert into portico_index.generations
    (source, number, model, dimensions, chunking)
  select source.id, coalesce(max(it.number), 0) + 1, add_generation.model,
    coalesce(add_generation.dimensions, known),
    portico.check_chunking(add_generation.chunking, add_generation.model)
  from portico_index.generations as it where it.source = source.id
  returning * into made;
  insert into portico.index_progress (generation) values (made.id);
  perform portico.make_chunks(source, made);
  return made.id;
end $$;

-- Registers a table, or changes how it is registered. All expressions are of its
-- own columns. It only registers: the work on the index fills it, and finds what
-- has changed since. Anything that is wrong fails here.
create function portico.watch(
  name text,
  relation regclass,
  content text,
  metadata text[] default '{}',
  "where" text default 'true',
  model text default 'static-en',
  dimensions int default null,
  chunking jsonb default '{}',
  language regconfig default 'pg_catalog.english',
  replicated boolean default false,
  budget bigint default null
) returns int
language plpgsql volatile set search_path = '' set lock_timeout = '5s' as $$
declare
  earlier portico_index.sources;
  watched portico_index.sources;
begin
  select * into earlier from portico_index.sources as it
  where it.name = watch.name for update;
  if earlier.relation <> watch.relation then
    raise exception 'Cannot watch % as %: that is %',
      watch.relation, watch.name, earlier.relation
      using hint = format('select portico.unwatch(%L)', watch.name);
  end if;

  insert into portico_index.sources as it
    (name, relation, content, condition, metadata, language, replicated, budget)
  values (
    watch.name, watch.relation, watch.content, watch."where",
    array(select distinct unnest(watch.metadata) order by 1), watch.language,
    watch.replicated, watch.budget
  )
  on conflict on constraint sources_name_key do update set
    (content, condition, metadata, language, replicated, budget) = (
      excluded.content, excluded.condition, excluded.metadata,
      excluded.language, excluded.replicated, excluded.budget
    )
  returning * into watched;
  perform portico.check_source(watched);
  perform portico.compile_source(watched);

  if earlier is null then
    update portico_index.sources as it set serving =
      portico.add_generation(watched, model, dimensions, chunking)
    where it.id = watched.id;
  else
    perform portico.adapt_chunks(watched, earlier, generation)
    from portico_index.generations as generation
    where generation.source = watched.id;
    perform portico.require_same_model(watched, model, dimensions, chunking);
    insert into portico.index_requests (source) values (watched.id);
  end if;
  insert into portico.index_calls default values on conflict do nothing;
  return watched.id;
end $$;

comment on function portico.watch is 'Registers a table for search.';

-- A model or a cut that differs is another index, which has to be filled first.
create function portico.require_same_model(
  source portico_index.sources, model text, dimensions int, chunking jsonb
) returns void
language plpgsql stable set search_path = '' as $$
declare
  serving portico_index.generations;
begin
  select * into serving from portico_index.generations as it
  where it.id = source.serving;
  if model <> serving.model or dimensions <> serving.dimensions
    or portico.check_chunking(chunking, model) <> serving.chunking
  then
    raise exception 'Cannot change the model of % in place', source.name
      using hint = format('It has %s with %s. To fill another index while this '
        'one serves: select portico.renew(%L, model => …)',
        serving.model, serving.chunking, source.name);
  end if;
end $$;

-- Forgets a source, and all that is indexed of it. The table stays as it is.
create function portico.unwatch(name text) returns void
language plpgsql volatile set search_path = '' set lock_timeout = '5s' as $$
declare
  gone portico_index.sources;
  thing text;
begin
  select * into gone from portico_index.sources as it
  where it.name = unwatch.name for update;
  if not found then
    raise exception 'Cannot find the source %', unwatch.name;
  end if;
  update portico_index.sources set serving = null where id = gone.id;
  perform portico.drop_chunks(it.id)
  from portico_index.generations as it where it.source = gone.id;
  -- Its triggers go with the function.
  foreach thing in array array['note_%s()', 'read_%s(jsonb)', 'keys_%s(jsonb, int)']
  loop
    execute format('drop function if exists portico_index.%s cascade',
      format(thing, gone.id));
  end loop;
  delete from portico_index.sources where id = gone.id;
end $$;

comment on function portico.unwatch is 'Forgets a source and its index.';

revoke execute on all functions in schema portico from public;
