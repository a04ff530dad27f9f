-- The work on Vector buckets: rows are put, and every vector is compared.
--
-- Needs    portico.sink() and its tables (…0950), portico.due_index (…0930)
-- Makes    portico_api.claim_bucket(), hold_bucket(), settle_bucket_index(),
--          settle_bucket_rows(), see_bucket_page(), pause_bucket(),
--          sink_status() and what they stand on; the view due_buckets, which
--          becomes part of due_index
-- Access   service role only.
-- Undo     drop the functions and the view; portico.due_index as …0930 has it.

-- Of a value of the metadata what a bucket takes: texts, numbers, booleans and
-- lists of them. Of all else its text; nothing for null and for an empty list.
create function portico.bucket_metadata(metadata jsonb) returns jsonb
language sql immutable set search_path = '' as $$
  select coalesce(jsonb_object_agg(it.key, case
    when jsonb_typeof(it.value) in ('string', 'number', 'boolean')
      or jsonb_typeof(it.value) = 'array' and not jsonb_path_exists(it.value,
        'strict $[*] ? (@.type() == "null" || @.type() == "array"
          || @.type() == "object")') then it.value
    else to_jsonb(it.value::text)
  end), '{}')
  from jsonb_each(metadata) as it
  where it.value not in ('null', '[]')
$$;

-- What the vectors of a row are called, before # and a number: its key, unless
-- that leaves too little of the 1,024 characters that Storage takes.
create function portico.bucket_name(key jsonb) returns text
language sql immutable set search_path = '' as $$
  select case when octet_length(key::text) <= 1000 then key::text
    else 'sha256:' || encode(sha256(convert_to(key::text, 'UTF8')), 'hex') end
$$;

-- SQL for the chunks of rows that have a vector, which is what may follow `from`:
-- `piece` is of what asks for them, and has their key; `it` is a chunk, and `meta`
-- its metadata as a bucket takes it.
create function portico.bucket_chunks(generation int, pieces text) returns text
language sql stable set search_path = '' as $$
  select format(
    '%1$s join portico_index.%2$I as it on %3$s and it.embedding is not null
     cross join lateral portico.bucket_metadata(jsonb_build_object(%4$s))
       as meta',
    pieces, 'chunks_' || made.id,
    portico.of_key(watched.relation,
      'it.key_%3$s = (piece.key ->> %3$s - 1)::%2$s', ' and '),
    portico.of_metadata(watched, '%1$L, it.%2$I')
  )
  from portico_index.generations as made
  join portico_index.sources as watched on watched.id = made.source
  where made.id = bucket_chunks.generation
$$;

-- How many pieces rows have now, and a seal of all that is to be said of them: of
-- two rows with the same seal a bucket has the same vectors. Nothing for a row
-- that has none.
create function portico.bucket_seals(generation int, keys jsonb[])
returns table (key jsonb, pieces int, seal bytea)
language plpgsql stable set search_path = '' set timezone = 'UTC' as $$
begin
  return query execute format(
    'select piece.key, max(it.n) + 1, sha256(string_agg(
       sha256(convert_to(
         concat_ws(E''\n'', it.n, it.version, meta, it.content), ''UTF8''
       ) || %s(it.embedding)), ''''::bytea order by it.n))
     from %s group by piece.key',
    (select typsend from pg_attribute join pg_type on pg_type.oid = atttypid
     where attname = 'embedding'
       and attrelid = format('portico_index.chunks_%s', generation)::regclass),
    portico.bucket_chunks(generation, 'unnest($1) as piece (key)')
  ) using keys;
end $$;

-- The pieces of rows, [{ key, from, to, seal }], as they are to be put: with all
-- that is said of them but their text.
create function portico.bucket_pieces(generation int, rows jsonb)
returns table (key jsonb, n int, vector text, content text, metadata jsonb)
language plpgsql stable set search_path = '' set timezone = 'UTC' as $$
begin
  return query execute format(
    'select piece.key, it.n,
       translate(it.embedding::real[]::text, ''{}'', ''[]''), it.content,
       meta || jsonb_build_object(''key'', piece.key::text, ''n'', it.n,
         ''version'', it.version, ''seal'', piece.seal)
     from %s where it.n >= piece.first and it.n < piece.to
     order by piece.key, it.n',
    portico.bucket_chunks(generation,
      'jsonb_to_recordset($1) as piece (key jsonb, first int, "to" int, seal text)')
  ) using rows;
end $$;

-- Whether an index is to be walked through: each hour, and longer after a walk that
-- took long, so that no more than a tenth of the time goes into it.
create function portico.is_walk_due(place portico.bucket_indexes)
returns boolean
language sql stable set search_path = '' as $$
  select place.phase is not null
    or exists (select from portico.bucket_requests as it
      where it.generation = place.generation)
    or coalesce(place.ended_at + greatest(interval '1 hour',
      least(interval '1 day', 10 * (place.ended_at - place.began_at))) < now(),
      true)
$$;

create view portico.due_buckets as
select it.id::text as key
from portico.bucket_indexes as it
where it.not_before <= now() and it.leased_until <= now() and (
  it.generation is null or not it.is_made or portico.is_walk_due(it) or exists (
    select from portico.bucket_rows as dirty
    where dirty.generation = it.generation and dirty.due_at <= now()
  )
);

comment on view portico.due_buckets is 'What there is to do in Vector buckets.';

-- Part of what the job has to do, whatever that is beside it.
do $$ begin
  execute format('create or replace view portico.due_index as %s
    union all select key from portico.due_buckets',
    rtrim(pg_get_viewdef('portico.due_index'::regclass), ' ;'));
end $$;

-- Marks rows that fill or repair, but for those that are marked. With `is_wrong`
-- their vectors are put again whatever they are said to be.
create function portico.mark_bucket_rows(
  generation int, keys jsonb[], is_wrong boolean
) returns void
language sql volatile set search_path = '' as $$
  insert into portico.bucket_rows (generation, key, priority)
  select mark_bucket_rows.generation, key, 1 from unnest(keys) as key order by key
  on conflict do nothing;
  update portico.bucket_vectors as it set seal = null
  where is_wrong and it.generation = mark_bucket_rows.generation
    and it.key = any (keys);
$$;

-- Goes on with a walk where that needs nobody but the database: with the rows of
-- an index that never came, and then with vectors that are not what their chunks
-- are, or were there before it began and were not seen.
create function portico.walk_on(place portico.bucket_indexes, size int)
returns void
language plpgsql volatile set search_path = '' as $$
#variable_conflict use_column
declare
  keys jsonb[];
  wrong jsonb[];
begin
  if place.phase = 'fill' then
    execute format(
      'select array_agg(key) from portico_index.held_keys_%s($1, $2) as key',
      place.generation) into keys using place.passed, size;
    wrong := array(
      select key from unnest(keys) as key
      where not exists (select from portico.bucket_vectors as it
        where it.generation = place.generation and it.key = key.key)
    );
    perform portico.mark_bucket_rows(place.generation, wrong, false);
  else
    keys := array(
      select it.key from portico.bucket_vectors as it
      where it.generation = place.generation
        and (place.passed is null or it.key > place.passed)
      order by it.key limit size
    );
    wrong := array(
      select it.key
      from portico.bucket_vectors as it
      left join portico.bucket_seals(place.generation, keys) as now
        on now.key = it.key
      where it.generation = place.generation and it.key = any (keys) and (
        it.seal is distinct from now.seal or it.pieces is distinct from now.pieces
        or it.put_at < place.began_at
          and (it.walk <> place.walk or it.seen <> it.pieces)
      )
    );
    perform portico.mark_bucket_rows(place.generation, wrong, true);
  end if;
  update portico.bucket_indexes as it set
    passed = case when cardinality(keys) = size then keys[size] end,
    phase = case when cardinality(keys) = size then it.phase
      when it.phase = 'fill' then 'sweep' end,
    ended_at = case when it.phase = 'sweep'
      and cardinality(keys) is distinct from size
      then clock_timestamp() else it.ended_at end,
    turns = 0
  where it.id = place.id;
end $$;

-- Tries rows, [{ key, version, reason }], again later: after 2 s, and then twice as
-- long each time, up to an hour.
create function portico.put_bucket_rows_off(generation int, rows jsonb)
returns void
language sql volatile set search_path = '' as $$
  update portico.bucket_rows as dirty set
    attempts = least(dirty.attempts + 1, 30), error = left(it.reason, 500),
    due_at = clock_timestamp()
      + make_interval(secs => least(3600, power(2, dirty.attempts + 1)))
  from jsonb_to_recordset(rows) as it (key jsonb, version bigint, reason text)
  where dirty.key = it.key and dirty.version = it.version
    and dirty.ctid = any (array(
      select dirty.ctid from portico.bucket_rows as dirty
      join jsonb_to_recordset(rows) as it (key jsonb) on dirty.key = it.key
      where dirty.generation = put_bucket_rows_off.generation
      for update of dirty skip locked
    ));
$$;

-- Takes rows of an index that are due, and writes down what there may be of them
-- before it says so. Those that are in the bucket as they are need nobody; one that
-- was refused before, or that may kill whoever takes it, is taken alone.
create function portico.take_bucket_rows(
  place portico.bucket_indexes, size int
) returns jsonb
language plpgsql volatile set search_path = '' as $$
#variable_conflict use_column
declare
  most_bytes constant int := 4194304; -- of all vectors, as they are put
  made portico_index.generations;
  chosen record;
  taken jsonb;
  ready jsonb;
begin
  select * into made from portico_index.generations as it
  where it.id = place.generation;
  -- 12 characters a number; a token of six bytes; and what else is said.
  size := least(size, greatest(1, most_bytes / (
    made.dimensions * 12 + (made.chunking ->> 'maxTokens')::int * 6 + 1000
  )));
  select attempts > 0 as is_suspect into chosen
  from portico.bucket_rows
  where generation = place.generation and due_at <= now()
  order by priority, due_at limit 1;

  select jsonb_agg(to_jsonb(it)) into taken from (
    select key, version, put_to,
      row_number() over (order by priority, due_at) as place
    from portico.bucket_rows
    where generation = place.generation and due_at <= now()
      and (attempts > 0) = chosen.is_suspect
    order by priority, due_at
    limit case when chosen.is_suspect or place.crashes >= 2 then 1 else size end
  ) as it;
  if place.crashes >= 2 then
    perform portico.put_bucket_rows_off(place.generation, (
      select jsonb_agg(it || '{"reason": "Nothing came of it"}')
      from jsonb_array_elements(taken) as it
    ));
  end if;

  -- New statements, so that they see what was committed before the versions.
  with row as (
    select it.*, coalesce(now.pieces, 0) as pieces, now.seal,
      coalesce(there.pieces, 0) as there, there.seal as was,
      there.key is not null as is_known
    from jsonb_to_recordset(taken) as it (
      key jsonb, version bigint, put_to int, place int
    )
    left join portico.bucket_seals(place.generation, array(
      select it -> 'key' from jsonb_array_elements(taken) as it
    )) as now on now.key = it.key
    left join portico.bucket_vectors as there
      on there.generation = place.generation and there.key = it.key
  ),
  done as (
    delete from portico.bucket_rows where ctid = any (array(
      select dirty.ctid from portico.bucket_rows as dirty
      join row on row.key = dirty.key and row.version = dirty.version
      where dirty.generation = place.generation
        and row.seal is not distinct from row.was and row.pieces = row.there
        and (row.seal is not null or not row.is_known)
      for update of dirty skip locked
    ))
    returning key
  ),
  -- What was put already is not put again, and the rest as far as there is room.
  left_over as (
    select row.*, least(row.put_to, row.pieces) as first,
      greatest(row.there - row.pieces, 0) as surplus,
      sum(greatest(row.pieces - row.put_to, 0)) over earlier as put_before,
      sum(greatest(row.there - row.pieces, 0)) over earlier as removed_before
    from row where key not in (select key from done)
    window earlier as (order by row.place
      rows between unbounded preceding and 1 preceding)
  ),
  step as (
    select it.*, least(it.pieces, it.first + size - coalesce(it.put_before, 0)::int)
      as "to",
      greatest(it.pieces, it.there - greatest(0,
        500 - coalesce(it.removed_before, 0)::int)) as keep
    from left_over as it
    where coalesce(it.put_before, 0) < size
      and coalesce(it.removed_before, 0) < 500
  ),
  noted as (
    insert into portico.bucket_vectors as there (generation, key, name, pieces)
    select place.generation, key, portico.bucket_name(key), pieces
    from step order by key
    on conflict on constraint bucket_vectors_pkey do update set
      pieces = greatest(there.pieces, excluded.pieces), seal = null
  )
  select jsonb_agg(jsonb_build_object(
    'key', key, 'version', version, 'name', portico.bucket_name(key),
    'seal', encode(seal, 'hex'), 'pieces', pieces, 'first', first, 'to', "to",
    -- Nothing is removed before all that is there now was put.
    'keep', case when "to" = pieces then keep else greatest(there, pieces) end,
    'there', there
  ) order by place) into ready from step;

  return jsonb_build_object('dimensions', made.dimensions, 'rows', (
    with piece as materialized (
      select * from portico.bucket_pieces(place.generation, ready)
    )
    select coalesce((
      select jsonb_agg(jsonb_build_object(
        'key', (it -> 'key')::text, 'version', it ->> 'version',
        'name', it -> 'name', 'seal', it -> 'seal', 'pieces', it -> 'pieces',
        'to', it -> 'to', 'keep', it -> 'keep', 'there', it -> 'there',
        'vectors', coalesce((
          select jsonb_agg(jsonb_build_object(
            'n', piece.n, 'vector', piece.vector, 'content', piece.content,
            'metadata', piece.metadata::text
          ) order by piece.n)
          from piece where piece.key = it -> 'key'
        ), '[]')
      ) order by place)
      from jsonb_array_elements(ready) with ordinality as it (it, place)
    ), '[]')
  ));
end $$;

-- Takes what is to be done in one index, for `run` and `lease_s` seconds. What has
-- waited longest is first; of one index its removal, its making, its rows and, after
-- every eighth time, its walk. The answer is
--   { outcome: 'idle' }: nothing is due
--   { outcome: 'done' }: the database could do it alone
--   { outcome: 'remove' | 'make' | 'list' | 'rows', place, bucket, index, … }
--     make: dimensions, isBegun    list: page?, size
--     rows: dimensions, rows: [{ key, version, name, seal?, pieces, to, keep,
--       there, vectors: [{ n, vector, content, metadata }] }]
-- Of a row `vectors` are to be put, and those numbered from `keep` to below `there`
-- to be removed; it is whole when `to` and `keep` are its `pieces`. Vectors and
-- metadata are JSON as text, which nobody needs to read.
create function portico_api.claim_bucket(run uuid, size int, lease_s int)
returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '2s' set statement_timeout = '25s'
as $$
#variable_conflict use_column
declare
  place portico.bucket_indexes;
  told jsonb;
begin
  select it.* into place from portico.bucket_indexes as it
  where it.id::text in (select key from portico.due_buckets)
    -- Asked of the row itself: somebody may have taken it since.
    and it.leased_until <= now() and it.not_before <= now()
    -- Four runs may be at it: however slow buckets are, two are for the index.
    and (select count(*) < 2 from portico.bucket_indexes as busy
      where busy.leased_until > now())
  order by it.leased_until
  limit 1 for update skip locked;
  if not found then
    return '{"outcome": "idle"}';
  end if;
  place.crashes := place.crashes + (place.lease is not null)::int;

  if place.generation is null and not place.is_begun then
    delete from portico.bucket_indexes as it where it.id = place.id;
    return '{"outcome": "done"}';
  elsif place.generation is null then
    told := '{"outcome": "remove"}';
  elsif not place.is_made then
    told := jsonb_build_object('outcome', 'make', 'isBegun', place.is_begun,
      'dimensions', (
        select it.dimensions from portico_index.generations as it
        where it.id = place.generation
      ));
  elsif portico.is_walk_due(place) and (
    place.turns >= 8 and place.crashes < 2 or not exists (
      select from portico.bucket_rows as dirty
      where dirty.generation = place.generation and dirty.due_at <= now()
    )
  ) then
    if place.phase is null then
      place := portico.begin_walk(place, 'list');
    end if;
    if place.phase <> 'list' then
      -- Seals take a while, and a key that nobody knows takes nothing.
      perform portico.walk_on(place,
        case place.phase when 'fill' then 1000 else 200 end);
      return '{"outcome": "done"}';
    end if;
    told := jsonb_strip_nulls(jsonb_build_object(
      'outcome', 'list', 'page', place.page,
      'size', (
        -- All that is said of them, in 4 MiB at most.
        select greatest(10, least(500, 4194304 / (
          (it.chunking ->> 'maxTokens')::int * 6 + 3000)))
        from portico_index.generations as it where it.id = place.generation
      )));
  else
    told := portico.take_bucket_rows(place, size);
    if told -> 'rows' = '[]' then
      return '{"outcome": "done"}';
    end if;
    told := told || '{"outcome": "rows"}';
  end if;

  update portico.bucket_indexes as it set
    lease = run, crashes = place.crashes,
    leased_until = clock_timestamp() + make_interval(secs => least(lease_s, 600))
  where it.id = place.id;
  return told || jsonb_build_object(
    'place', place.id, 'bucket', place.bucket, 'index', place.name
  );
end $$;

comment on function portico_api.claim_bucket is
  'Takes what is to be done in a bucket. Called by vector-index.';

-- Begins a walk, at its beginning or where nothing is in the bucket yet.
create function portico.begin_walk(
  place portico.bucket_indexes, phase text
) returns portico.bucket_indexes
language plpgsql volatile set search_path = '' as $$
declare
  begun portico.bucket_indexes;
begin
  delete from portico.bucket_requests as it where ctid = any (array(
    select ctid from portico.bucket_requests as it
    where it.generation = place.generation for update skip locked
  ));
  update portico.bucket_indexes as it set
    (phase, page, passed, walk, began_at) = (
      begin_walk.phase, null, null, it.walk + 1, clock_timestamp()
    )
  where it.id = place.id returning * into begun;
  return begun;
end $$;

-- Ends what `run` has of an index: others may go on.
create function portico.end_bucket_lease(place int, run uuid) returns void
language sql volatile set search_path = '' as $$
  update portico.bucket_indexes as it set
    lease = null, leased_until = clock_timestamp(), crashes = 0,
    faults = 0, reason = null
  where it.id = place and it.lease = run
$$;

-- Keeps an index for `lease_s` more seconds: whether `run` still has it. Once it
-- `begins` to make one, what is there of that name is ours.
create function portico_api.hold_bucket(
  run uuid, place int, lease_s int, begins boolean default false
) returns boolean
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '2s'
as $$
begin
  update portico.bucket_indexes as it set
    is_begun = it.is_begun or begins,
    leased_until = clock_timestamp() + make_interval(secs => least(lease_s, 600))
  where it.id = place and it.lease = run and it.leased_until > clock_timestamp();
  return found;
end $$;

comment on function portico_api.hold_bucket is
  'Keeps what was taken in a bucket. Called by vector-index.';

-- Says that an index is there now, empty, or is there no more.
create function portico_api.settle_bucket_index(
  run uuid, place int, is_made boolean
) returns void
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '5s'
as $$
declare
  mine portico.bucket_indexes;
begin
  update portico.bucket_indexes as it set
    is_begun = settle_bucket_index.is_made, is_made = settle_bucket_index.is_made
  where it.id = place and it.lease = run
  returning * into mine;
  if is_made and mine.generation is not null then
    perform portico.begin_walk(mine, 'fill');
  end if;
  perform portico.end_bucket_lease(place, run);
  delete from portico.bucket_indexes as it
  where it.id = mine.id and it.generation is null and not it.is_begun;
end $$;

comment on function portico_api.settle_bucket_index is
  'Says that a bucket has an index. Called by vector-index.';

-- Writes down what has become of rows: of `done`, [{ key, version, seal?, pieces,
-- to, keep }], as far as nobody has changed them, and of all what there may still be
-- of them; and of `failed`, [{ key, version, reason }], that they are at fault. The
-- answer is { written, moved }.
create function portico_api.settle_bucket_rows(
  run uuid, place int, done jsonb, failed jsonb
) returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '5s' set statement_timeout = '25s'
as $$
#variable_conflict use_column
declare
  mine portico.bucket_indexes;
  ended jsonb[];
  moved int;
begin
  select * into mine from portico.bucket_indexes as it
  where it.id = place and it.lease = run for update;
  if mine.generation is null then
    perform portico.end_bucket_lease(place, run);
    return '{"written": 0, "moved": 0}';
  end if;

  with ended as (
    delete from portico.bucket_rows where ctid = any (array(
      select dirty.ctid from portico.bucket_rows as dirty
      join jsonb_to_recordset(done) as row (
        key text, version bigint, pieces int, "to" int, keep int
      ) on dirty.key = row.key::jsonb and dirty.version = row.version
      where dirty.generation = mine.generation
        and row."to" = row.pieces and row.keep = row.pieces
      for update of dirty skip locked
    ))
    returning key
  )
  select coalesce(array_agg(key), '{}') into ended from ended;
  update portico.bucket_rows as dirty set
    put_to = row."to", due_at = clock_timestamp(), attempts = 0, error = null
  from jsonb_to_recordset(done) as row (key text, version bigint, "to" int)
  where dirty.key = row.key::jsonb and dirty.version = row.version
    and dirty.ctid = any (array(
      select dirty.ctid from portico.bucket_rows as dirty
      join jsonb_to_recordset(done) as row (key text)
        on dirty.key = row.key::jsonb
      where dirty.generation = mine.generation
      for update of dirty skip locked
    ));

  -- Nobody else has put or removed any meanwhile, whoever has changed the row.
  update portico.bucket_vectors as it set
    pieces = row.keep,
    seal = case when it.key = any (ended) then decode(row.seal, 'hex') end,
    put_at = clock_timestamp()
  from jsonb_to_recordset(done) as row (key text, seal text, keep int)
  where it.generation = mine.generation and it.key = row.key::jsonb;
  delete from portico.bucket_vectors as it
  where it.generation = mine.generation and it.key = any (ended)
    and it.pieces = 0;

  perform portico.put_bucket_rows_off(mine.generation, (
    select jsonb_agg(jsonb_build_object('key', key::jsonb, 'version', version,
      'reason', reason))
    from jsonb_to_recordset(failed) as it (key text, version bigint, reason text)
  ));
  perform portico.end_bucket_lease(place, run);
  update portico.bucket_indexes as it set turns = it.turns + 1
  where it.id = place;
  select count(*) into moved
  from jsonb_to_recordset(done) as row (key text, pieces int, "to" int, keep int)
  where row."to" = row.pieces and row.keep = row.pieces
    and row.key::jsonb <> all (ended);
  return jsonb_build_object('written', cardinality(ended), 'moved', moved);
end $$;

comment on function portico_api.settle_bucket_rows is
  'Says what a bucket has of rows. Called by vector-index.';

-- Compares a page of the list, [{ name, seal? }], with what there may be. The answer
-- is the names of those that nobody knows: as long as there are any nothing else is
-- done, so that they are removed first and the page is shown again without them. Then
-- those that are right are counted, rows of others are marked, and the walk goes on
-- with the page that is called `next`.
create function portico_api.see_bucket_page(
  run uuid, place int, vectors jsonb, next text default null
) returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '5s' set statement_timeout = '25s'
as $$
#variable_conflict use_column
declare
  mine portico.bucket_indexes;
  judged jsonb;
  unknown jsonb;
begin
  select * into mine from portico.bucket_indexes as it
  where it.id = place and it.lease = run for update;
  if mine.phase is distinct from 'list' or mine.generation is null then
    perform portico.end_bucket_lease(place, run);
    return '[]';
  end if;

  select coalesce(jsonb_agg(jsonb_build_object(
    'name', seen.name, 'key', there.key, 'isRight',
    coalesce(encode(there.seal, 'hex') = seen.seal, false)
  )), '[]') into judged
  from jsonb_to_recordset(vectors) as seen (name text, seal text)
  cross join regexp_match(seen.name, '^(.*)#(0|[1-9][0-9]{0,8})$') as part
  left join portico.bucket_vectors as there
    on there.generation = mine.generation and there.name = part[1]
    and part[2]::int < there.pieces;
  select jsonb_agg(it -> 'name') into unknown
  from jsonb_array_elements(judged) as it where it ->> 'key' is null;
  if unknown is not null then
    return unknown;
  end if;

  perform portico.mark_bucket_rows(mine.generation, array(
    select distinct it -> 'key' from jsonb_array_elements(judged) as it
    where not (it -> 'isRight')::boolean
  ), true);
  update portico.bucket_vectors as it set
    seen = case when it.walk = mine.walk then it.seen else 0 end + right_ones.n,
    walk = mine.walk
  from (
    select it -> 'key' as key, count(*)::int as n
    from jsonb_array_elements(judged) as it
    where (it -> 'isRight')::boolean group by 1
  ) as right_ones
  where it.generation = mine.generation and it.key = right_ones.key;
  perform portico.end_bucket_lease(place, run);
  update portico.bucket_indexes as it set
    page = see_bucket_page.next, turns = 0,
    phase = case when see_bucket_page.next is null then 'fill' else 'list' end
  where it.id = place;
  return '[]';
end $$;

comment on function portico_api.see_bucket_page is
  'Compares vectors of a bucket with what it should have. Called by vector-index.';

-- Leaves an index alone, for as long as its bucket says, or twice as long each time
-- up to five minutes. No row is at fault. Of a `fault` that is `gone` the index is
-- made anew; a list that is `rejected` is begun again.
create function portico_api.pause_bucket(
  run uuid, place int, fault text, reason text, pause_s int default null
) returns void
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '5s'
as $$
declare
  mine portico.bucket_indexes;
begin
  update portico.bucket_indexes as it set
    lease = null, leased_until = clock_timestamp(), crashes = 0,
    is_made = it.is_made and fault <> 'gone',
    faults = least(it.faults + 1, 30), reason = left(pause_bucket.reason, 500),
    not_before = greatest(it.not_before, clock_timestamp() + make_interval(
      secs => case when pause_s is null
        then least(300, power(2, least(it.faults, 9))) else least(pause_s, 3600) end
    ))
  where it.id = place and it.lease = run
  returning * into mine;
  if fault = 'rejected' and mine.phase = 'list' then
    perform portico.begin_walk(mine, 'list');
  end if;
end $$;

comment on function portico_api.pause_bucket is
  'Leaves a bucket alone for a while. Called by vector-index.';

-- How an index of a bucket is doing, in a word and in numbers.
create function portico.describe_bucket_index(place portico.bucket_indexes)
returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'index', place.name,
    'state', case
      when place.not_before > now() then 'paused'
      when place.generation is null then 'removing'
      when not place.is_made then 'making'
      when place.ended_at is null then 'filling'
      when queue.oldest < now() - interval '1 minute' then 'behind'
      else 'current'
    end,
    'reason', place.reason,
    'pausedUntil', case when place.not_before > now() then place.not_before end,
    'checkedAt', place.ended_at,
    'queued', queue.depth,
    'oldestChange', queue.oldest,
    'failing', queue.failing,
    'failingRows', (
      select coalesce(jsonb_agg(jsonb_build_object('key', it.key,
        'attempts', it.attempts, 'reason', it.error, 'dueAt', it.due_at)), '[]')
      from (
        select * from portico.bucket_rows as dirty
        where dirty.generation = place.generation and dirty.attempts > 0
        order by dirty.due_at limit 20
      ) as it
    )
  )
  from (
    select count(*) as depth, count(*) filter (where attempts > 0) as failing,
      min(first_at) filter (where priority = 0) as oldest
    from portico.bucket_rows as dirty
    where dirty.generation = place.generation
  ) as queue
$$;

-- The sink of each source that has one, by its name, and what is being removed.
create function portico_api.sink_status() returns jsonb
language sql stable security definer set search_path = ''
set statement_timeout = '10s'
as $$
  select jsonb_build_object(
    'sinks', (
      select coalesce(jsonb_object_agg(source.name, jsonb_build_object(
        'bucket', sink.bucket,
        'indexes', (
          select coalesce(jsonb_agg(
            jsonb_build_object('generation', made.number)
              || portico.describe_bucket_index(it) order by made.number
          ), '[]')
          from portico.bucket_indexes as it
          join portico_index.generations as made on made.id = it.generation
          where made.source = source.id
        )
      )), '{}')
      from portico.sinks as sink
      join portico_index.sources as source on source.id = sink.source
    ),
    'removing', (
      select coalesce(jsonb_agg(
        jsonb_build_object('bucket', it.bucket)
          || portico.describe_bucket_index(it) order by it.bucket, it.name
      ), '[]')
      from portico.bucket_indexes as it where it.generation is null
    )
  )
$$;

comment on function portico_api.sink_status is
  'How every sink is doing. Called by vector-index.';

revoke execute on all functions in schema portico from public;
revoke execute on all functions in schema portico_api from public;
grant execute on function
  portico_api.claim_bucket, portico_api.hold_bucket,
  portico_api.settle_bucket_index, portico_api.settle_bucket_rows,
  portico_api.see_bucket_page, portico_api.pause_bucket, portico_api.sink_status
to service_role;
