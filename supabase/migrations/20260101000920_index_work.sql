-- The work on the index: rows are taken, and what came of them is written.
--
-- Needs    portico.nudge() (…0150), portico.watch() (…0900), the chunks (…0910)
-- Makes    portico.index_runs; portico.replay(), take_rows(), judge_rows(),
--          bury_rows(), pieces_of() and what they stand on; portico_api
--          .begin_index_run(), end_index_run(), beat_index_run(), claim_rows(),
--          settle_rows(), fail_rows(), pause_index()
-- Access   service role only; replay(): the owner of the project.
-- Undo     drop the functions.
--
-- Who takes a row has it for a few seconds and says in between that it lives. A row
-- that was taken twice and of which nothing came is taken with few others twice, and
-- alone from then on, so that one that kills whoever works on it kills nobody else's
-- work.
--
-- Dirty rows are locked in the order of their keys, or passed over where somebody
-- has them, and a dead row by nobody but who has the dirty row of its key: so that
-- nobody waits in a circle.

create unlogged table portico.index_runs (
  run     uuid primary key,
  beat_at timestamptz not null default clock_timestamp()
);

comment on table portico.index_runs is 'Who works on the index now.';

alter table portico.index_runs enable row level security;

-- Lets `run` begin, unless enough are at it: more would share the same rows among
-- them and ask providers for fewer texts a call. One that has not beaten for ten
-- seconds is dead. A `hint`, { schema, table }, is worth nothing if nobody watches
-- that table. The answer is begun, enough or unwatched.
create function portico_api.begin_index_run(run uuid, hint jsonb default null)
returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '2s'
as $$
begin
  if hint is not null and not exists (
    select from portico_index.sources
    where relation = to_regclass(
      format('%I.%I', hint ->> 'schema', hint ->> 'table')
    )
  ) then
    return '"unwatched"';
  end if;
  perform pg_advisory_xact_lock('portico.index_runs'::regclass::int, 0);
  delete from portico.index_runs as it
  where abs(extract(epoch from clock_timestamp() - it.beat_at)) > 10;
  delete from portico.embedding_requests where ctid = any (array(
    select ctid from portico.embedding_requests where until < clock_timestamp()
    for update skip locked
  ));
  if (select count(*) >= 4 from portico.index_runs) then
    return '"enough"';
  end if;
  insert into portico.index_runs values (begin_index_run.run);
  return '"begun"';
end $$;

comment on function portico_api.begin_index_run is
  'Lets somebody work on the index. Called by vector-index.';

-- Gives back all that `run` has, as if it had not been taken, and calls the next
-- one if work is left.
create function portico_api.end_index_run(run uuid) returns void
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '5s'
as $$
declare
  called text;
begin
  perform portico.release_rows(run);
  delete from portico.index_runs as it where it.run = end_index_run.run;
  if exists (select from portico.due_index) then
    -- Not through wake(), which may have called within this second.
    update portico.jobs set woken_at = clock_timestamp()
    where name = 'index' and woken_at <= clock_timestamp()
    returning function into called;
    if found then
      begin
        perform portico.nudge(called);
      exception when raise_exception then
        null; -- Without secrets in Vault there is no cron either: nobody is called.
      end;
    end if;
  end if;
end $$;

comment on function portico_api.end_index_run is
  'Ends a run, and calls the next. Called by vector-index.';

-- Says that `run` is alive, and keeps what it has for `lease_s` more seconds.
create function portico_api.beat_index_run(run uuid, lease_s int) returns void
language sql volatile security definer set search_path = ''
set lock_timeout = '1s'
as $$
  update portico.index_runs as it set beat_at = clock_timestamp()
  where it.run = beat_index_run.run;
  update portico.dirty_rows set due_at =
    clock_timestamp() + make_interval(secs => least(lease_s, 600))
  where ctid = any (array(
    select ctid from portico.dirty_rows where lease = beat_index_run.run
    for update skip locked
  ));
  update portico.embedding_requests set until =
    clock_timestamp() + make_interval(secs => least(lease_s, 600))
  where ctid = any (array(
    select ctid from portico.embedding_requests as it
    where it.run = beat_index_run.run for update skip locked
  ));
$$;

comment on function portico_api.beat_index_run is
  'Keeps rows a little longer. Called by vector-index.';

-- The rows of keys as they are now: no text for one that is gone or not wanted.
-- An expression that fails for one row must not keep the others waiting.
create function portico.read_rows(source int, keys jsonb[])
returns table (key jsonb, text text, metadata jsonb, error text)
language plpgsql stable set search_path = '' as $$
#variable_conflict use_column
declare
  reading text := format(
    'select it.key, it.text, it.metadata, null
     from portico_index.read_%s($1) as it', source);
  one jsonb;
begin
  begin
    return query execute reading using to_jsonb(keys);
    return;
  exception when others then
    null;
  end;
  foreach one in array keys loop
    begin
      return query execute reading using jsonb_build_array(one);
    exception when others then
      return query select one, null::text, null::jsonb, sqlerrm;
    end;
  end loop;
end $$;

create function portico.seal_of(text text) returns bytea
language sql immutable set search_path = '' as $$
  select sha256(convert_to(text, 'UTF8'))
$$;

-- Whether a source has had its tokens for today.
create function portico.is_over_budget(source int) returns boolean
language sql stable set search_path = '' as $$
  select exists (
    select from portico_index.sources as it
    join portico.embedding_usage as usage on usage.source = it.id
    where it.id = is_over_budget.source
      and usage.day = (now() at time zone 'UTC')::date
      and usage.tokens >= it.budget
  )
$$;

-- Sets rows aside for good, of [{ key, seal?, attempts, reason }], until they
-- change. What is there of them stays, and says that it is old.
create function portico.bury_rows(generation int, rows jsonb) returns int
language plpgsql volatile set search_path = '' as $$
#variable_conflict use_column
declare
  source portico_index.sources;
  buried int;
begin
  if rows = '[]' then
    return 0;
  end if;
  select it.* into source from portico_index.sources as it
  join portico_index.generations as made on made.source = it.id
  where made.id = bury_rows.generation;
  insert into portico.dead_rows as dead (generation, key, seal, attempts, reason)
  select bury_rows.generation, it.key, it.seal, it.attempts, left(it.reason, 500)
  from jsonb_to_recordset(rows) as it (
    key jsonb, seal bytea, attempts int, reason text
  )
  order by 2
  on conflict on constraint dead_rows_pkey do update set
    (seal, attempts, reason, died_at) = (
      excluded.seal, excluded.attempts, excluded.reason, excluded.died_at
    );
  get diagnostics buried = row_count;
  execute format(
    'update portico_index.chunks_%1$s as it set stale_since = clock_timestamp()
     from jsonb_to_recordset($1) as piece (key jsonb)
     where %2$s and it.stale_since is null',
    generation,
    portico.of_key(source.relation,
      'it.key_%3$s = (piece.key ->> %3$s - 1)::%2$s', ' and '))
  using rows;
  delete from portico.dirty_rows as dirty
  using jsonb_to_recordset(rows) as it (key jsonb)
  where dirty.generation = bury_rows.generation and dirty.key = it.key;
  return buried;
end $$;

-- How many rows may be taken at once that were taken for nothing so many times. Who
-- dies of one in hundreds leaves hundreds that are suspect: sixteen at a time most
-- of them are done at once, and no more than fifteen have to be taken alone.
create function portico.company_of(tries int) returns int
language sql immutable set search_path = '' as $$
  select case when tries < 2 then 1000 when tries < 4 then 16 else 1 end
$$;

-- Takes up to `size` rows of one generation for `run`, for `lease_s` seconds: the
-- longest waiting, changes before what only fills. `chosen` is null if nothing is
-- due.
create function portico.take_rows(
  run uuid, size int, lease_s int, out chosen int, out taken jsonb[]
)
language plpgsql volatile set search_path = '' as $$
#variable_conflict use_column
declare
  first record;
begin
  select generation.id, priority, portico.company_of(due.tries) as company
  into first
  from portico_index.generations as generation
  join portico.index_progress as progress
    on progress.generation = generation.id and progress.not_before <= now()
  cross join (values (0), (1)) as it (priority)
  cross join lateral (
    select attempts + faults as tries, due_at from portico.dirty_rows as dirty
    where dirty.generation = generation.id and dirty.priority = it.priority
      and dirty.due_at <= now()
    order by dirty.due_at limit 1
    -- Whoever is changing one must not keep all others waiting.
    for update skip locked
  ) as due
  where not portico.is_over_budget(generation.source)
  order by priority, due.due_at
  limit 1;
  if not found then
    return;
  end if;

  chosen := first.id;
  with took as (
    update portico.dirty_rows as dirty set
      lease = run,
      due_at = clock_timestamp() + make_interval(secs => least(lease_s, 600)),
      attempts = attempts + 1
    where ctid = any (array(
      select ctid from portico.dirty_rows as dirty
      where generation = first.id and priority = first.priority
        and due_at <= now()
        and portico.company_of(attempts + faults) = first.company
      order by due_at
      limit least(size, first.company)
      for update skip locked
    ))
    returning key, version, attempts, error
  )
  select array_agg(to_jsonb(took)) into taken from took;
end $$;

-- What rows of a generation that were taken, [{ key, version, attempts, error }],
-- are now, and what is to become of them: with their text, metadata, seal and the
-- hashes of their chunks
--   reason       why it is to be set aside, if it is
--   is_right     it is as it is indexed
--   is_too_much  it is for another claim
create function portico.judge_rows(
  generation portico_index.generations, taken jsonb[]
) returns jsonb
language plpgsql stable set search_path = '' as $$
#variable_conflict use_column
declare
  most_bytes constant int := 2097152; -- of all rows; one may have half of that
  -- Four times in company and six times alone: whoever is killed once a second, at
  -- random, and has a row alone for a tenth of one, is killed with the same row as
  -- often for one suspect in a million. It takes fewer faults (fail_rows), since
  -- those are the row's own, and a death is anybody's.
  most_attempts constant int := 10;
begin
  return (
    with row as materialized (
      select it ->> 'version' as version, (it ->> 'attempts')::int as attempts,
        it ->> 'error' as earlier, it -> 'key' as key,
        now.text, now.metadata, now.error, portico.seal_of(now.text) as seal
      from unnest(taken) as it
      left join portico.read_rows(
        generation.source, array(select it -> 'key' from unnest(taken) as it)
      ) as now on now.key = it -> 'key'
    ),
    judged as (
      select row.*, held.hashes,
        case
          when row.error is not null then 'Cannot render it: ' || row.error
          when row.attempts > most_attempts then coalesce(
            row.earlier, format('Nothing came of it %s times', most_attempts))
          when octet_length(row.text) > most_bytes / 2
            then format('Its text has %s bytes, more than %s',
              octet_length(row.text), most_bytes / 2)
        end as reason,
        held.whole is not distinct from
            (case when row.text is not null then true end)
          and held.seal is not distinct from row.seal
          and held.metadata is not distinct from row.metadata as is_right,
        coalesce(sum(octet_length(row.text)) filter (
          where octet_length(row.text) <= most_bytes / 2
        ) over (order by row.key), 0) > most_bytes as is_too_much
      from row
      left join portico.held_rows(
        generation.id, array(select key from row)
      ) as held on held.key = row.key
    )
    select jsonb_agg(to_jsonb(judged)) from judged
  );
end $$;

-- Takes rows for `run`, as take_rows does. What they say is read after they are
-- taken, so that it is never older than the version that is claimed. Those that are
-- as they are indexed are done at once. The answer is
--   { outcome: 'claimed', generation, model, dimensions, chunking, buried,
--     rows: [{ key, version, text?, metadata?, seal?, hashes }] }
--   { outcome: 'idle' }: nothing is due
-- Keys, versions and metadata are text: their numbers may be longer than those of
-- JavaScript. `hashes` are of the chunks that the row has now: all bytes are
-- written as Postgres writes them, \x and hex.
create function portico_api.claim_rows(run uuid, size int, lease_s int)
returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '2s' set statement_timeout = '25s'
as $$
#variable_conflict use_column
declare
  generation portico_index.generations;
  batch record;
  rows jsonb;
  buried int;
begin
  select * into batch from portico.take_rows(run, size, lease_s);
  if batch.chosen is null then
    return '{"outcome": "idle"}';
  end if;
  select * into generation from portico_index.generations
  where id = batch.chosen;
  -- A new statement, so that it sees what was committed before it had the rows.
  rows := portico.judge_rows(generation, batch.taken);

  buried := portico.bury_rows(batch.chosen, coalesce((
    select jsonb_agg(it) from jsonb_array_elements(rows) as it
    where it ->> 'reason' is not null
  ), '[]'));
  with done as (
    delete from portico.dirty_rows as dirty
    using jsonb_array_elements(rows) as it
    where dirty.generation = batch.chosen and key = it -> 'key'
      and it ->> 'reason' is null and (it -> 'is_right')::boolean
    returning key
  )
  delete from portico.dead_rows as dead using done
  where dead.generation = batch.chosen and dead.key = done.key;
  update portico.dirty_rows as dirty
  set lease = null, due_at = now(), attempts = attempts - 1
  from jsonb_array_elements(rows) as it
  where dirty.generation = batch.chosen and key = it -> 'key'
    and (it -> 'is_too_much')::boolean;

  return jsonb_build_object(
    'outcome', 'claimed', 'generation', generation.id,
    'model', generation.model, 'dimensions', generation.dimensions,
    'chunking', generation.chunking, 'buried', buried,
    'rows', coalesce((
      select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'key', (it -> 'key')::text, 'version', it ->> 'version',
        'text', it ->> 'text', 'metadata', (it -> 'metadata')::text,
        'seal', it ->> 'seal',
        'hashes', coalesce(nullif(it -> 'hashes', 'null'), '[]')
      )))
      from jsonb_array_elements(rows) as it
      where it ->> 'reason' is null and not (it -> 'is_right')::boolean
        and not (it -> 'is_too_much')::boolean
    ), '[]')
  );
end $$;

comment on function portico_api.claim_rows is
  'Takes rows that are to be indexed. Called by vector-index.';

-- What the chunks of a generation say of rows: see compile_chunks.
create function portico.held_rows(generation int, keys jsonb[])
returns table (
  key jsonb, seal bytea, metadata jsonb, hashes bytea[], whole boolean
)
language plpgsql stable set search_path = '' as $$
begin
  return query execute format(
    'select * from portico_index.held_%s($1)', generation) using to_jsonb(keys);
end $$;

create function portico.vector_of(generation int, key jsonb, hash text)
returns text
language plpgsql stable set search_path = '' as $$
declare
  found real[];
begin
  if hash is not null then
    execute format('select portico_index.vector_%s($1, $2)', generation)
      into found using key, hash::bytea;
  end if;
  return found::text;
end $$;

-- What was made of those of `done` (see settle_rows) that are `mine`, as put_…
-- takes it. A vector is in `vectors`, or kept, or there already, or null.
create function portico.pieces_of(
  generation int, done jsonb, mine jsonb[], vectors jsonb
) returns jsonb
language sql stable set search_path = '' as $$
  with row as (
    select it.key::jsonb as key, it.version, it.seal, it.metadata::jsonb,
      case when it.seal is not null and it.chunks = '[]' then '[{}]'
        else it.chunks end as chunks
    from jsonb_to_recordset(done) as it (
      key text, version bigint, seal text, metadata text, chunks jsonb
    )
    where it.key::jsonb = any (mine)
  ),
  piece as (
    select row.*, n - 1 as n, coalesce(chunk ->> 'content', '') as content,
      chunk ->> 'hash' as hash
    from row
    left join jsonb_array_elements(row.chunks) with ordinality as it (chunk, n)
      on true
  ),
  whole as (
    select piece.key, piece.n, piece.content, piece.hash,
      coalesce(
        vectors ->> piece.hash, kept.vector::text,
        portico.vector_of(generation, piece.key, piece.hash)
      ) as vector,
      piece.metadata, piece.seal, jsonb_array_length(piece.chunks) as chunks,
      piece.version
    from piece
    left join portico.embeddings as kept
      on not vectors ? piece.hash
      and kept.model = portico.model_of(generation)
      and kept.hash = piece.hash::bytea
  )
  select coalesce(jsonb_agg(to_jsonb(whole)), '[]') from whole
$$;

-- Puts what was made of rows into the index. Of `done`
--   [{ key, version, seal?, metadata?, chunks: [{ content, hash }] }]
-- those are written that nobody has changed since they were claimed; one that was
-- changed three times meanwhile is written as well, and stays to be done. Each
-- vector is in `vectors`, { hash: '{1,2}' }, or kept, or there already. `used` is
-- what a provider was asked for that was not counted yet; what it was paid for is
-- kept. The answer is
--   { written, moved, lost }
-- where `lost` are rows of which a vector is missing: they stay to be done.
create function portico_api.settle_rows(
  run uuid, generation int, done jsonb, vectors jsonb default '{}',
  used jsonb default null, paid boolean default false
) returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '5s' set statement_timeout = '25s'
as $$
#variable_conflict use_column
declare
  most_refusals constant int := 3;
  mine jsonb[];
  pieces jsonb;
  lost jsonb[];
  written int;
  moved int;
begin
  perform portico.count_embedding(generation, used);
  if paid then
    perform portico.keep_vectors(generation, vectors);
  end if;

  -- Nobody else may take them from here on, and who changes them need not wait.
  mine := array(
    select dirty.key from portico.dirty_rows as dirty
    join jsonb_to_recordset(done) as row (key text, version bigint)
      on dirty.key = row.key::jsonb
    where dirty.generation = settle_rows.generation and dirty.lease = run
      and (dirty.version = row.version or dirty.refusals >= most_refusals)
    for key share of dirty skip locked
  );
  pieces := portico.pieces_of(generation, done, mine, vectors);
  lost := array(
    select distinct it -> 'key' from jsonb_array_elements(pieces) as it
    where it ->> 'hash' is not null and it ->> 'vector' is null
  );
  execute format('select portico_index.put_%s($1)', generation) using coalesce((
    select jsonb_agg(it) from jsonb_array_elements(pieces) as it
    where it -> 'key' <> all (lost)
  ), '[]');

  with written as (
    delete from portico.dirty_rows where ctid = any (array(
      select dirty.ctid from portico.dirty_rows as dirty
      join jsonb_to_recordset(done) as row (key text, version bigint)
        on dirty.key = row.key::jsonb and dirty.version = row.version
      where dirty.generation = settle_rows.generation and dirty.lease = run
        and dirty.key = any (mine) and dirty.key <> all (lost)
      for update of dirty skip locked
    ))
    returning key
  ),
  forgiven as (
    delete from portico.dead_rows as dead using written
    where dead.generation = settle_rows.generation and dead.key = written.key
  )
  select count(*) into written from written;

  with moved as (
    update portico.dirty_rows set
      lease = null, due_at = clock_timestamp(), attempts = 0,
      refusals = refusals + 1
    where ctid = any (array(
      select dirty.ctid from portico.dirty_rows as dirty
      join jsonb_to_recordset(done) as row (key text)
        on dirty.key = row.key::jsonb
      where dirty.generation = settle_rows.generation and dirty.lease = run
      for update of dirty skip locked
    ))
    returning key
  )
  select count(*) into moved from moved;

  update portico.index_progress as progress set faults = 0, reason = null
  where progress.generation = settle_rows.generation and faults > 0
    and not_before <= now();
  delete from portico.embedding_requests as it where it.run = settle_rows.run;
  return jsonb_build_object(
    'written', written, 'moved', moved - cardinality(lost),
    'lost', cardinality(lost)
  );
end $$;

comment on function portico_api.settle_rows is
  'Writes what was made of rows. Called by vector-index.';

-- Says of rows, [{ key, seal?, reason }], that they are at fault themselves: their
-- provider takes others. They are tried again after 2, 4, 8 and 16 seconds, and
-- then set aside. How often somebody has died with them does not count here.
create function portico_api.fail_rows(run uuid, generation int, failed jsonb)
returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '5s'
as $$
#variable_conflict use_column
declare
  most_faults constant int := 5;
  hopeless jsonb;
begin
  -- Who changes one of them now must not be waited for: they may wait for us.
  with blamed as (
    update portico.dirty_rows as dirty set
      lease = null, error = left(it.reason, 500), faults = faults + 1,
      attempts = greatest(0, attempts - 1),
      due_at = clock_timestamp() + make_interval(secs => power(2, faults + 1))
    from jsonb_to_recordset(failed) as it (key text, seal text, reason text)
    where dirty.key = it.key::jsonb and dirty.ctid = any (array(
      select dirty.ctid from portico.dirty_rows as dirty
      where dirty.generation = fail_rows.generation and dirty.lease = run
      for update skip locked
    ))
    returning dirty.key, it.seal, dirty.faults as attempts, it.reason
  )
  select coalesce(jsonb_agg(to_jsonb(blamed)), '[]') into hopeless
  from blamed where attempts >= most_faults;
  return to_jsonb(portico.bury_rows(generation, hopeless));
end $$;

comment on function portico_api.fail_rows is
  'Says that rows could not be indexed. Called by vector-index.';

create function portico.release_rows(run uuid) returns void
language sql volatile set search_path = '' as $$
  delete from portico.embedding_requests as it where it.run = release_rows.run;
  update portico.dirty_rows set
    lease = null, due_at = now(), attempts = greatest(0, attempts - 1)
  where ctid = any (array(
    select ctid from portico.dirty_rows where lease = run
    for update skip locked
  ));
$$;

-- Leaves a generation's provider alone, for as long as it says, or twice as long
-- each time up to five minutes; and gives back all that `run` has. No row is at
-- fault.
create function portico_api.pause_index(
  run uuid, generation int, reason text, pause_s int default null
) returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '5s'
as $$
declare
  until timestamptz;
begin
  update portico.index_progress as progress set
    faults = least(faults + 1, 30),
    reason = left(pause_index.reason, 500),
    not_before = greatest(not_before, clock_timestamp() + make_interval(
      -- `least` passes over what is null.
      secs => case when pause_s is null
        then least(300, power(2, least(faults, 9))) else least(pause_s, 3600) end
    ))
  where progress.generation = pause_index.generation
  returning not_before into until;
  perform portico.release_rows(run);
  return jsonb_build_object('until', until);
end $$;

comment on function portico_api.pause_index is
  'Leaves a provider alone for a while. Called by vector-index.';

create index dirty_rows_lease on portico.dirty_rows (lease)
where lease is not null;

-- Tries rows again that were set aside: all of a source, or one.
create function portico.replay(name text, key jsonb default null) returns int
language plpgsql volatile set search_path = '' as $$
#variable_conflict use_column
declare
  again int;
begin
  with again as (
    insert into portico.dirty_rows (generation, key)
    select dead.generation, dead.key
    from portico.dead_rows as dead
    join portico_index.generations as generation
      on generation.id = dead.generation
    join portico_index.sources as source on source.id = generation.source
    where source.name = replay.name
      and (replay.key is null or dead.key = replay.key)
    order by 1, 2
    on conflict do nothing -- it is tried anyway
    returning generation, key
  )
  delete from portico.dead_rows as dead using again
  where dead.generation = again.generation and dead.key = again.key;
  get diagnostics again = row_count;
  insert into portico.index_calls default values on conflict do nothing;
  return again;
end $$;

comment on function portico.replay is 'Tries rows again that were set aside.';

revoke execute on all functions in schema portico from public;
revoke execute on all functions in schema portico_api from public;
grant execute on function
  portico_api.begin_index_run, portico_api.end_index_run,
  portico_api.beat_index_run, portico_api.claim_rows, portico_api.settle_rows,
  portico_api.fail_rows, portico_api.pause_index
to service_role;
