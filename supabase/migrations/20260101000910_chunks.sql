-- What is indexed of a row: its chunks, with their vectors and their words.
--
-- Needs    portico.watch() and what it stands on (…0900); pgvector
-- Makes    portico.embeddings, embedding_requests; portico.make_chunks(),
--          adapt_chunks(), drop_chunks(), build_index(), build_indexes(),
--          index_type(); portico_api.reserve_embeddings(), keep_embeddings(); the
--          task embeddings; and with each generation a table
--          portico_index.chunks_<id>
-- Access   A chunk is everybody's to see who may see its row, and who may select
--          from its whole table; row-level security on the chunks asks the table.
--          Nobody but the work on the index writes them.
-- Size     a chunk: its text and its words once more, 4 bytes a dimension, or 2
--          as halfvec, about 150 bytes beside; and its place in the graph of its
--          index, about as much as the vector and 200 bytes.
-- Undo     drop the functions, the tables, the view portico.due_embeddings; delete
--          from portico.tasks where name = 'embeddings'.
--
-- A generation has a table of its own, so that its key is a key, its vectors have
-- their length and its index no vectors of others. Every row that is indexed has
-- a chunk 0, if only one that says that there is nothing in it; `seal` is of the
-- text of the row, and `chunks` how many there are, of each the same.

create unlogged table portico.embeddings (
  model   text not null,
  hash    bytea not null,
  vector  real[] not null,
  kept_on date not null default current_date,
  primary key (model, hash)
);

comment on table  portico.embeddings is
  'Vectors that a provider was paid for, until they are in an index.';
comment on column portico.embeddings.model is 'And its dimensions: "name/100".';
comment on column portico.embeddings.hash is 'SHA-256 of the text.';

create unlogged table portico.embedding_requests (
  run    uuid primary key,
  model  text not null,
  hashes bytea[] not null,
  until  timestamptz not null
);

comment on table  portico.embedding_requests is
  'What each run is asking its provider for now.';
comment on column portico.embedding_requests.until is
  'The end of the lease of its rows: it is dead if that has passed.';

alter table portico.embeddings enable row level security;
alter table portico.embedding_requests enable row level security;

-- The type of vectors, with the schema that it is in: half as long where halves
-- are numbers of the processor. In WebAssembly they are none, and searching for
-- them takes seven times as long (measured 2026-11-22, PGlite 0.4.5). A server
-- without pgvector keeps the vectors and finds nothing by them.
create function portico.index_type(dimensions int) returns text
language sql stable set search_path = '' as $$
  select coalesce(
    (select format('%I.%I(%s)', nspname, typname, dimensions)
     from pg_type join pg_namespace on pg_namespace.oid = typnamespace
     where typname = case
       when version() ~* 'emscripten|wasm' and dimensions <= 2000 then 'vector'
       else 'halfvec'
     end),
    'real[]'
  )
$$;

-- The table of a generation. Its key and its metadata are of the types that they
-- have in the source, with their collations.
create function portico.make_chunks(
  source portico_index.sources, generation portico_index.generations
) returns void
language plpgsql volatile set search_path = '' as $$
declare
  name text := 'chunks_' || generation.id;
begin
  execute format('create table portico_index.%I as select %s from %s as it with no data',
    name,
    portico.of_key(source.relation, 'it.%1$I as key_%3$s')
      || portico.of_metadata(source, ', it.%1$I as %2$I', ''),
    source.relation);
  execute format(
    'alter table portico_index.%1$I
       add n int not null,
       add content text not null,
       add hash bytea,
       add embedding %2$s,
       add words tsvector generated always as (to_tsvector(%3$L, content)) stored,
       add seal bytea not null,
       add chunks int not null,
       add version bigint not null,
       add indexed_at timestamptz not null default clock_timestamp(),
       add stale_since timestamptz,
       add primary key (%4$s, n);
     create index on portico_index.%1$I using gin (words);
     alter table portico_index.%1$I enable row level security;
     grant select on portico_index.%1$I to public;
     comment on table portico_index.%1$I is %5$L',
    name, portico.index_type(generation.dimensions), source.language,
    portico.of_key(source.relation, 'key_%3$s'),
    format('Generation %s of %s.', generation.number, source.name));
  perform portico.compile_chunks(source, generation);
end $$;

-- After watch() was called again: other metadata, another language, another
-- condition.
create function portico.adapt_chunks(
  source portico_index.sources, earlier portico_index.sources,
  generation portico_index.generations
) returns void
language plpgsql volatile set search_path = '' as $$
declare
  name text := 'chunks_' || generation.id;
  meta text;
begin
  for meta in
    select unnest(earlier.metadata) except select unnest(source.metadata)
  loop
    execute format('alter table portico_index.%I drop %I', name, 'm_' || meta);
  end loop;
  for meta in
    select unnest(source.metadata) except select unnest(earlier.metadata)
  loop
    execute format('alter table portico_index.%I add %I %s', name, 'm_' || meta,
      (select format_type(atttypid, atttypmod) from pg_attribute
       where attrelid = source.relation and attname = meta));
  end loop;
  if source.language <> earlier.language then
    execute format(
      'alter table portico_index.%1$I drop words,
         add words tsvector generated always as (to_tsvector(%2$L, content)) stored;
       create index on portico_index.%1$I using gin (words)',
      name, source.language);
  end if;
  perform portico.compile_chunks(source, generation);
end $$;

-- The policy of a generation's chunks, and the functions that know its columns:
-- `put` writes the chunks of rows, `held` says what is there of them.
create function portico.compile_chunks(
  source portico_index.sources, generation portico_index.generations
) returns void
language plpgsql volatile set search_path = '' as $$
declare
  id int := generation.id;
  name text := 'chunks_' || id;
  settings text := 'set search_path = '''' set timezone = ''UTC''';
  type text := portico.index_type(generation.dimensions);
  keys text := portico.of_key(source.relation, 'key_%3$s');
  -- Of a key that is called %s, each of its values.
  values_of text := portico.of_key(source.relation, '(%%s ->> %3$s - 1)::%2$s');
  same_key text := portico.of_key(source.relation,
    'it.key_%3$s = (piece.key ->> %3$s - 1)::%2$s', ' and ');
begin
  -- The row's own words and not the index's: where the row is gone or not wanted
  -- any more there is nothing to see, however far behind the index is.
  execute format('drop policy if exists "a chunk is as visible as its row"
    on portico_index.%I', name);
  execute format(
    'create policy "a chunk is as visible as its row" on portico_index.%1$I
     for select using (
       (select has_table_privilege(%2$s::oid, ''select''))
       and exists (select from %3$s as it where %4$s and (%5$s
       ))
     )',
    name, source.relation::oid, source.relation,
    portico.of_key(source.relation,
      format('it.%%1$I = %I.key_%%3$s', name), ' and '),
    source.condition);

  -- Pieces [{ key, n, content?, hash?, vector?, metadata, seal, chunks, version }]
  -- take the place of what is there of their rows. A row without any is one piece
  -- that has no n. What is there and newer stays.
  execute format(
    $f$create or replace function portico_index.put_%1$s(pieces jsonb)
    returns void language sql volatile %2$s as %3$L$f$,
    id, settings, format(
      'with piece as materialized (
        select it.* from jsonb_to_recordset(pieces) as it (
          key jsonb, n int, content text, hash bytea, vector text,
          metadata jsonb, seal bytea, chunks int, version bigint
        )
      ),
      gone as (
        delete from portico_index.%1$I as it
        using (select distinct key, chunks, version from piece) as piece
        where %2$s and it.n >= piece.chunks and it.version <= piece.version
      )
      insert into portico_index.%1$I as it (
        %3$s%4$s, n, content, hash, embedding, seal, chunks, version
      )
      select %5$s%6$s, piece.n, piece.content, piece.hash,
        piece.vector::real[]%7$s, piece.seal, piece.chunks, piece.version
      from piece,
        jsonb_populate_record(null::portico_index.%1$I, piece.metadata) as meta
      where piece.n is not null and not exists (
        select from portico_index.%1$I as it
        where %2$s and it.version > piece.version
      )
      on conflict (%3$s, n) do update set
        (content, hash, embedding, seal, chunks, version, indexed_at,
          stale_since%4$s) = (
          excluded.content, excluded.hash, excluded.embedding, excluded.seal,
          excluded.chunks, excluded.version, excluded.indexed_at, null%8$s
        )
      where it.version <= excluded.version',
      name, same_key, keys, portico.of_metadata(source, ', %2$I', ''),
      replace(values_of, '%s', 'piece.key'),
      portico.of_metadata(source, ', meta.%2$I', ''),
      case type when 'real[]' then '' else '::' || type end,
      portico.of_metadata(source, ', excluded.%2$I', ''))
  );

  -- Of each of `keys` that has chunks what these say of its row, and whether they
  -- are what they should be, as far as they tell themselves.
  execute format(
    $f$create or replace function portico_index.held_%1$s(keys jsonb)
    returns table (
      key jsonb, seal bytea, metadata jsonb, hashes bytea[], whole boolean
    ) language sql stable %2$s as %3$L$f$,
    id, settings, format(
      'select piece.key, (array_agg(it.seal))[1], (array_agg(it.meta))[1],
        array_agg(it.hash) filter (where it.hash is not null),
        count(*) = min(it.chunks) and count(*) = max(it.chunks)
          and max(it.n) = count(*) - 1
          and count(distinct it.seal) = 1 and count(distinct it.meta) = 1
          and bool_and(it.stale_since is null)
          and bool_and((it.hash is null) = (it.embedding is null))
          and bool_and(
            it.hash is null or it.hash = sha256(convert_to(it.content, ''UTF8''))
          )
      from jsonb_array_elements(keys) as piece (key)
      join lateral (
        select it.*, jsonb_build_object(%1$s) as meta
        from portico_index.%2$I as it where %3$s
      ) as it on true
      group by piece.key',
      portico.of_metadata(source, '%2$L, it.%2$I'), name, same_key)
  );

  -- The vectors of one of its keys, by the hash of their text.
  execute format(
    $f$create or replace function portico_index.vector_%1$s(key jsonb, hash bytea)
    returns real[] language sql stable %2$s as %3$L$f$,
    id, settings, format(
      'select it.embedding::real[]
       from (select $1) as piece (key)
       join portico_index.%1$I as it on %2$s and it.hash = $2
       limit 1', name, same_key)
  );

  -- Keys that have chunks behind another, in their order.
  execute format(
    $f$create or replace function portico_index.held_keys_%1$s(
      after jsonb, size int
    ) returns setof jsonb
    language plpgsql stable %2$s as %3$L$f$,
    id, settings, format(
      'begin
        if $1 is null then
          return query select jsonb_build_array(%1$s) from portico_index.%2$I
            where n = 0 order by %1$s limit $2;
        else
          return query select jsonb_build_array(%1$s) from portico_index.%2$I
            where n = 0 and (%1$s) > (%3$s) order by %1$s limit $2;
        end if;
      end',
      keys, name, replace(values_of, '%s', '$1'))
  );

  -- The first of some keys. Which comes first is for their types to say.
  execute format(
    $f$create or replace function portico_index.first_%1$s(keys jsonb, size int)
    returns setof jsonb language sql stable %2$s as %3$L$f$,
    id, settings, format(
      'select it.key from jsonb_array_elements(keys) as it (key)
       order by %s limit size',
      replace(values_of, '%s', 'it.key'))
  );
  execute format('revoke execute on function portico_index.put_%1$s,
    portico_index.held_%1$s, portico_index.vector_%1$s,
    portico_index.held_keys_%1$s, portico_index.first_%1$s from public', id);
end $$;

-- What is left of a generation when it goes.
create function portico.drop_chunks(generation int) returns void
language plpgsql volatile set search_path = '' as $$
declare
  thing text;
begin
  foreach thing in array array[
    'put_%s(jsonb)', 'held_%s(jsonb)', 'vector_%s(jsonb, bytea)',
    'held_keys_%s(jsonb, int)', 'first_%s(jsonb, int)'
  ] loop
    execute 'drop function if exists portico_index.'
      || format(thing, generation);
  end loop;
  execute format('drop table if exists portico_index.%I',
    'chunks_' || generation);
  delete from portico_index.generations where id = generation;
end $$;

-- An index pays from here on: below it every vector is compared, which misses
-- none and takes milliseconds.
create function portico.build_index_from() returns int
language sql immutable set search_path = '' as 'select 20000';

-- Generations that are filled and large, and have no index of their vectors yet.
-- The number of rows is Postgres's estimate.
create view portico.due_index_builds as
select generation.id as generation
from portico_index.generations as generation
join portico.index_progress as progress on progress.generation = generation.id
join pg_class as chunks
  on chunks.oid = to_regclass('portico_index.chunks_' || generation.id)
where progress.filled_at is not null
  and chunks.reltuples >= portico.build_index_from()
  and to_regclass(format('portico_index.chunks_%s_vectors', generation.id))
    is null;

comment on view portico.due_index_builds is 'What build_indexes() would build.';

-- Builds the index of a generation's vectors, whatever its size. They are of unit
-- length, so that the inner product is the cosine. Nobody writes chunks meanwhile.
create function portico.build_index(generation int) returns void
language plpgsql volatile set search_path = '' as $$
declare
  of_vectors text := (
    select format('%I.%I', nspname, opcname)
    from pg_opclass
    join pg_namespace on pg_namespace.oid = opcnamespace
    join pg_attribute on atttypid = opcintype
    where attrelid = format('portico_index.chunks_%s', generation)::regclass
      and attname = 'embedding' and opcname like '%\_ip\_ops'
      and opcmethod = (select oid from pg_am where amname = 'hnsw')
  );
begin
  execute format('create index if not exists chunks_%1$s_vectors
    on portico_index.chunks_%1$s using hnsw (embedding %2$s)',
    generation, of_vectors);
  execute format('analyze portico_index.chunks_%s', generation);
end $$;

comment on function portico.build_index is 'Builds the index of some vectors.';

create function portico.build_indexes() returns int
language plpgsql volatile set search_path = '' as $$
declare
  built int := 0;
  due int;
begin
  for due in select generation from portico.due_index_builds loop
    perform portico.build_index(due);
    built := built + 1;
  end loop;
  return built;
end $$;

comment on function portico.build_indexes is 'Builds every index that is due.';

insert into portico.jobs (name, schedule, statement, due)
values ('index-builds', '* * * * *', 'portico.build_indexes()', 'due_index_builds');

-- What the cache calls the model of a generation.
create function portico.model_of(generation int) returns text
language sql stable set search_path = '' as $$
  select model || '/' || dimensions
  from portico_index.generations where id = generation
$$;

create function portico.count_embedding(generation int, used jsonb) returns void
language sql volatile set search_path = '' as $$
  insert into portico.embedding_usage as usage (source, calls, texts, tokens)
  select it.source, (used ->> 'calls')::bigint, (used ->> 'texts')::bigint,
    (used ->> 'tokens')::bigint
  from portico_index.generations as it
  where it.id = generation and used is not null
  on conflict on constraint embedding_usage_pkey do update set
    calls = usage.calls + excluded.calls,
    texts = usage.texts + excluded.texts,
    tokens = usage.tokens + excluded.tokens
$$;

-- Of rows, [{ key, hashes }], which texts `run` need not ask its provider for:
--   { known: [hash], deferred: [key] }
-- `known` have vectors. A row of which another run is asking for a text now is
-- given back, as if it had not been taken, and is due a moment later, when that
-- vector is there. The rest is for this run to ask for, as long as it has its rows.
create function portico_api.reserve_embeddings(
  run uuid, generation int, wanted jsonb
) returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '1s'
as $$
#variable_conflict use_column
declare
  named text := portico.model_of(generation);
  texts bytea[] := array(
    select distinct unnest(hashes)
    from jsonb_to_recordset(wanted) as row (hashes bytea[])
  );
  taken bytea[];
  known bytea[];
  deferred jsonb[];
begin
  -- Who throws some of them away must not be waited for.
  update portico.embeddings set kept_on = current_date
  where ctid = any (array(
    select ctid from portico.embeddings
    where model = named and hash = any (texts) and kept_on < current_date
    for update skip locked
  ));

  -- One run after another. Nobody waits for anything else from here on.
  perform pg_advisory_xact_lock('portico.embedding_requests'::regclass::int, 0);
  taken := array(
    select unnest(hashes) from portico.embedding_requests as it
    where it.model = named and it.run <> reserve_embeddings.run
      and it.until > clock_timestamp()
  );
  -- Only now: a vector is there as soon as nobody asks for it any more.
  known := array(
    select hash from portico.embeddings where model = named and hash = any (texts)
  );
  deferred := array(
    select distinct row.key::jsonb
    from jsonb_to_recordset(wanted) as row (key text, hashes bytea[]),
      unnest(hashes) as it (hash)
    where hash in (select unnest(taken) except select unnest(known))
  );

  perform portico.defer_rows(run, generation, deferred);
  insert into portico.embedding_requests as it (run, model, hashes, until)
  select reserve_embeddings.run, named, array(
    select unnest(hashes)
    from jsonb_to_recordset(wanted) as row (key text, hashes bytea[])
    where row.key::jsonb <> all (deferred)
    except select unnest(known)
  ), max(due_at)
  from portico.dirty_rows where lease = reserve_embeddings.run
  having max(due_at) > clock_timestamp()
  on conflict on constraint embedding_requests_pkey do update set
    (model, hashes, until) = (excluded.model, excluded.hashes, excluded.until);
  return jsonb_build_object(
    'known', to_jsonb(known), 'deferred', to_jsonb(deferred::text[])
  );
end $$;

comment on function portico_api.reserve_embeddings is
  'Says who asks for which vector. Called by vector-index.';

-- Gives rows back that wait for somebody else, as if they had not been taken.
create function portico.defer_rows(run uuid, generation int, keys jsonb[])
returns void
language sql volatile set search_path = '' as $$
  update portico.dirty_rows set
    lease = null, attempts = greatest(0, attempts - 1),
    due_at = clock_timestamp() + interval '200 milliseconds'
  where ctid = any (array(
    select ctid from portico.dirty_rows as dirty
    where dirty.generation = defer_rows.generation
      and dirty.lease = defer_rows.run and dirty.key = any (keys)
    for update skip locked
  ))
$$;

create function portico.keep_vectors(generation int, vectors jsonb)
returns void
language sql volatile set search_path = '' as $$
  insert into portico.embeddings (model, hash, vector)
  select portico.model_of(generation), it.key::bytea, it.value::real[]
  from jsonb_each_text(vectors) as it
  order by 2
  on conflict do nothing
$$;

-- Keeps vectors { hash: '{1,2}' } as soon as they are paid for, and counts what
-- they cost: { calls, texts, tokens }.
create function portico_api.keep_embeddings(
  generation int, vectors jsonb, used jsonb
) returns void
language sql volatile security definer set search_path = ''
set lock_timeout = '5s'
as $$
  select portico.count_embedding(generation, used);
  select portico.keep_vectors(generation, vectors);
$$;

comment on function portico_api.keep_embeddings is
  'Keeps vectors that were paid for. Called by vector-index.';

create view portico.due_embeddings as
select ctid as "row", model || ' ' || encode(hash, 'hex') as key
from portico.embeddings
where kept_on < current_date - 7;

comment on view portico.due_embeddings is 'Vectors that nobody wanted for a week.';

insert into portico.tasks (name, target, max_share)
values ('embeddings', 'portico.embeddings', 1);

revoke execute on all functions in schema portico from public;
revoke execute on all functions in schema portico_api from public;
grant execute on function
  portico_api.reserve_embeddings, portico_api.keep_embeddings
to service_role;
