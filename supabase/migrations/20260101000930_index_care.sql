-- The index and its table, compared: filled, repaired, proved, and made anew.
--
-- Needs    the work on the index (…0920)
-- Makes    portico.drift(), tend_generation(), prove(), reconcile(), renew(),
--          promote(), rollback(), retire(), recall(), describe_generation() and
--          what they stand on; portico_api.tend_indexes(), index_status(); the
--          view due_index; the job index
-- Access   tend_indexes(), index_status(): service role. The rest: the owner.
-- Undo     drop the functions and the view; delete from portico.jobs where name =
--          'index'; select portico.schedule().

-- What is wrong with up to `size` keys behind `after`, of the table and of its
-- index, in their order: missing, stale, extra, dead, or null where nothing is.
create function portico.drift(generation int, after jsonb, size int)
returns table (key jsonb, fault text)
language plpgsql stable set search_path = '' as $$
#variable_conflict use_column
declare
  source int := (
    select it.source from portico_index.generations as it
    where it.id = drift.generation
  );
  page jsonb[];
begin
  execute format(
    'select array_agg(key) from portico_index.first_%1$s((
       select jsonb_agg(key) from (
         select portico_index.keys_%2$s($1, $2) as key
         union select portico_index.held_keys_%1$s($1, $2)
       ) as it
     ), $2) as key', generation, source)
  into page using after, size;

  return query
  select it.key, case
    when dead.key is not null and dead.seal is not distinct from now.seal
      then 'dead'
    when now.text is null and held.key is not null then 'extra'
    when now.text is not null and held.key is null then 'missing'
    when now.text is not null and (
      not held.whole or held.seal <> now.seal or held.metadata <> now.metadata
    ) then 'stale'
  end
  from unnest(page) with ordinality as it (key, n)
  left join (
    select row.*, portico.seal_of(row.text) as seal
    from portico.read_rows(source, page) as row
  ) as now on now.key = it.key
  left join portico.held_rows(generation, page) as held on held.key = it.key
  left join portico.dead_rows as dead
    on dead.generation = drift.generation and dead.key = it.key
  order by it.n;
end $$;

-- Marks the next keys of a generation that is being filled, or those of the next
-- that are not right, if it is being compared. Fills no faster than rows are
-- worked on. Whether there is more.
create function portico.tend_generation(
  progress portico.index_progress, size int
) returns boolean
language plpgsql volatile set search_path = '' as $$
#variable_conflict use_column
declare
  is_filling boolean := progress.filled_at is null;
  queued int := (
    select count(*) from (
      select from portico.dirty_rows as dirty
      where dirty.generation = progress.generation limit size
    ) as it
  );
  seen int;
  last jsonb;
begin
  if queued >= size then
    return false;
  end if;
  with page as materialized (
    select key, fault, row_number() over () as n from portico.drift(
      progress.generation,
      case when is_filling then progress.filled_to else progress.checked_to end,
      size)
  ),
  marked as (
    insert into portico.dirty_rows (generation, key, priority)
    select progress.generation, key, 1 from page
    where fault in ('missing', 'stale', 'extra')
    order by key
    on conflict do nothing
  )
  select count(*), (array_agg(key order by n desc))[1] into seen, last from page;

  update portico.index_progress as it set
    filled_to = case when is_filling and seen = size then last end,
    filled_at = case when is_filling and seen < size then now()
      else filled_at end,
    checked_to = case when not is_filling and seen = size then last end,
    checking = not is_filling and seen = size,
    checked_at = case when seen < size then now() else checked_at end
  where it.generation = progress.generation;
  return seen = size;
end $$;

-- Goes on with one generation that is to be filled or compared, which each is
-- every hour and whenever somebody asks for it. The answer is
--   { more, wait_s? }
-- where `wait_s` is how long until rows are due that wait for their provider. It
-- may wait for somebody who waits for it, and gives up before Postgres ends one of
-- them (deadlock_timeout, 1 s): the next one goes on.
create function portico_api.tend_indexes(size int) returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '500ms' set statement_timeout = '25s'
as $$
#variable_conflict use_column
declare
  next portico.index_progress;
begin
  with asked as (
    delete from portico.index_requests returning source
  )
  update portico.index_progress as progress
  set checking = true, checked_to = null
  from portico_index.generations as generation
  where generation.id = progress.generation
    and generation.source in (select source from asked)
    and progress.filled_at is not null;

  select progress.* into next from portico.index_progress as progress
  where progress.filled_at is null or progress.checking
    or progress.checked_at < now() - interval '1 hour'
  order by progress.filled_at is not null, progress.checked_at nulls first
  limit 1 for update skip locked;
  if found then
    begin
      if portico.tend_generation(next, least(size, 10000)) then
        return '{"more": true}';
      end if;
    exception when lock_not_available then
      null;
    end;
  end if;
  return jsonb_strip_nulls(jsonb_build_object('more', false, 'wait_s', (
    select extract(epoch from
      min(greatest(due.at, progress.not_before)) - clock_timestamp())
    from portico.index_progress as progress
    join portico_index.generations as generation
      on generation.id = progress.generation
      and not portico.is_over_budget(generation.source)
    cross join lateral (
      select min(due_at) as at from portico.dirty_rows as dirty
      where dirty.generation = progress.generation and dirty.lease is null
    ) as due
    where due.at is not null
  )));
end $$;

comment on function portico_api.tend_indexes is
  'Fills and repairs indexes. Called by vector-index.';

-- Has a source compared with its index from the beginning, now.
create function portico.reconcile(name text) returns void
language plpgsql volatile set search_path = '' as $$
begin
  insert into portico.index_requests (source)
  select id from portico_index.sources as it where it.name = reconcile.name;
  if not found then
    raise exception 'Cannot find the source %', reconcile.name;
  end if;
  insert into portico.index_calls default values on conflict do nothing;
end $$;

comment on function portico.reconcile is 'Has an index compared with its table.';

-- Compares every row of a source with what searches see of it. Of an index that is
-- right missing, stale and extra are 0: but for the rows that are being worked on
-- (`queued`) and those that could not be indexed (`dead`).
create function portico.prove(
  name text, out rows bigint, out missing bigint, out stale bigint,
  out extra bigint, out dead bigint, out queued bigint
)
language plpgsql stable set search_path = '' as $$
declare
  serving int := (
    select it.serving from portico_index.sources as it
    where it.name = prove.name
  );
begin
  if serving is null then
    raise exception 'Cannot find the source %', prove.name;
  end if;
  select count(*) filter (where fault is distinct from 'extra'),
    count(*) filter (where fault = 'missing'),
    count(*) filter (where fault = 'stale'),
    count(*) filter (where fault = 'extra'),
    count(*) filter (where fault = 'dead')
  into rows, missing, stale, extra, dead
  from portico.drift(serving, null, null);
  select count(*) into queued from portico.dirty_rows as dirty
  where dirty.generation = serving;
end $$;

comment on function portico.prove is 'Compares a table with its index.';

-- Begins another index of a source, by another model or cut otherwise, while the
-- one that serves goes on. It is filled behind what is changed meanwhile.
create function portico.renew(
  name text, model text, dimensions int default null,
  chunking jsonb default '{}'
) returns int
language plpgsql volatile set search_path = '' as $$
declare
  watched portico_index.sources := portico.source_called(name);
  number int;
begin
  if (select count(*) > 1 from portico_index.generations as it
      where it.source = watched.id) then
    raise exception 'Cannot have a third index of %', name
      using hint = format('select portico.retire(%L)', name);
  end if;
  select it.number into number from portico_index.generations as it
  where it.id = portico.add_generation(
    watched, renew.model, renew.dimensions, renew.chunking
  );
  insert into portico.index_calls default values on conflict do nothing;
  return number;
end $$;

comment on function portico.renew is 'Begins another index of a source.';

create function portico.source_called(name text)
returns portico_index.sources
language plpgsql volatile set search_path = '' as $$
declare
  found portico_index.sources;
begin
  select * into found from portico_index.sources as it
  where it.name = source_called.name for update;
  if found.id is null then
    raise exception 'Cannot find the source %', name;
  end if;
  return found;
end $$;

-- The index of a source that does not serve.
create function portico.other_generation(watched portico_index.sources)
returns portico_index.generations
language plpgsql stable set search_path = '' as $$
declare
  found portico_index.generations;
begin
  select * into found from portico_index.generations as it
  where it.source = watched.id and it.id <> watched.serving;
  if found.id is null then
    raise exception 'Cannot find another index of %', watched.name
      using hint = format('select portico.renew(%L, model => …)', watched.name);
  end if;
  return found;
end $$;

-- Has searches see an index from now on.
create function portico.serve(generation portico_index.generations) returns int
language sql volatile set search_path = '' as $$
  update portico_index.sources set serving = generation.id
  where id = generation.source;
  select generation.number;
$$;

-- Has searches see the other index of a source from now on, if it is complete and
-- finds what is there to find.
create function portico.promote(name text, min_recall real default 0.95)
returns int
language plpgsql volatile set search_path = '' as $$
declare
  next portico_index.generations :=
    portico.other_generation(portico.source_called(name));
  queued bigint := (
    select count(*) from portico.dirty_rows as dirty
    where dirty.generation = next.id and dirty.priority = 1
  );
  found real;
begin
  if queued > 0 or not exists (
    select from portico.index_progress as progress
    where progress.generation = next.id and progress.filled_at is not null
  ) then
    raise exception 'Cannot serve generation % of % yet: it is being filled',
      next.number, name using detail = format('%s rows are waiting', queued);
  end if;
  found := portico.recall(next.id);
  if found < min_recall then
    raise exception 'Cannot serve generation % of %: it finds % of what is there',
      next.number, name, found
      using hint = format('select portico.build_index(%s)', next.id);
  end if;
  return portico.serve(next);
end $$;

comment on function portico.promote is 'Has the other index of a source serve.';

-- Has searches see the earlier index again, at once and whatever it is like: it
-- was kept up to date.
create function portico.rollback(name text) returns int
language sql volatile set search_path = '' as $$
  select portico.serve(portico.other_generation(portico.source_called(name)))
$$;

comment on function portico.rollback is 'Has the earlier index of a source serve.';

-- Forgets the index of a source that does not serve.
create function portico.retire(name text) returns int
language plpgsql volatile set search_path = '' as $$
declare
  gone portico_index.generations :=
    portico.other_generation(portico.source_called(name));
begin
  perform portico.drop_chunks(gone.id);
  return gone.number;
end $$;

comment on function portico.retire is 'Forgets the index that does not serve.';

-- The share of the ten nearest that the index of a generation finds, of as many of
-- its own vectors: 1 where there is no index, since all of them are compared.
create function portico.recall(generation int, samples int default 30)
returns real
language plpgsql volatile set search_path = '' as $$
declare
  chunks text := format('portico_index.chunks_%s', generation);
  nearest text := 'select array_agg(it.ctid) from (
    select ctid from %1$s where embedding is not null
    order by (embedding %2$s (select embedding from %1$s where ctid = $1)) %3$s
    limit 10
  ) as it';
  dot text := (
    select format('operator(%I.<#>)', nspname) from pg_extension
    join pg_namespace on pg_namespace.oid = extnamespace
    where extname = 'vector'
  );
  sample tid;
  exact tid[];
  found tid[];
  hits int := 0;
  total int := 0;
begin
  if to_regclass(chunks || '_vectors') is null then
    return 1;
  end if;
  perform set_config('hnsw.ef_search', '100', true);
  for sample in execute format(
    'select ctid from %s where embedding is not null order by random() limit $1',
    chunks) using samples
  loop
    execute format(nearest, chunks, dot, '+ 0') into exact using sample;
    execute format(nearest, chunks, dot, '') into found using sample;
    hits := hits + (
      select count(*) from unnest(exact) as it where it = any (found)
    );
    total := total + cardinality(exact);
  end loop;
  return coalesce(hits / nullif(total, 0)::real, 1);
end $$;

comment on function portico.recall is 'The share of the nearest that is found.';

-- How a generation is doing, in a word and in numbers.
create function portico.describe_generation(generation portico_index.generations)
returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'generation', generation.number,
    'model', generation.model,
    'dimensions', generation.dimensions,
    'state', case
      when portico.is_over_budget(generation.source) then 'over budget'
      when progress.not_before > now() then 'paused'
      when progress.filled_at is null then 'filling'
      when queue.oldest < now() - interval '1 minute' then 'behind'
      else 'current'
    end,
    'reason', progress.reason,
    'pausedUntil', case
      when progress.not_before > now() then progress.not_before end,
    'checkedAt', progress.checked_at,
    'queued', queue.depth,
    'oldestChange', queue.oldest,
    'dead', (
      select count(*) from portico.dead_rows as dead
      where dead.generation = generation.id
    )
  )
  from portico.index_progress as progress
  cross join (
    select count(*) as depth, min(first_at) filter (where priority = 0) as oldest
    from portico.dirty_rows as dirty where dirty.generation = generation.id
  ) as queue
  where progress.generation = generation.id
$$;

-- Every source: its indexes, what it has cost today, and the rows that were set
-- aside last.
create function portico_api.index_status() returns jsonb
language sql stable security definer set search_path = ''
set statement_timeout = '10s'
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'source', source.name,
    'table', source.relation::text,
    'serving', (
      select number from portico_index.generations as it
      where it.id = source.serving
    ),
    'generations', (
      select jsonb_agg(portico.describe_generation(it) order by it.number)
      from portico_index.generations as it where it.source = source.id
    ),
    'budget', source.budget,
    'today', (
      select jsonb_build_object(
        'calls', calls, 'texts', texts, 'tokens', tokens
      )
      from portico.embedding_usage as usage
      where usage.source = source.id and day = (now() at time zone 'UTC')::date
    ),
    'deadRows', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'key', it.key, 'attempts', it.attempts, 'reason', it.reason,
        'diedAt', it.died_at
      )), '[]')
      from (
        select dead.* from portico.dead_rows as dead
        where dead.generation = source.serving
        order by died_at desc limit 20
      ) as it
    )
  ) order by source.name), '[]')
  from portico_index.sources as source
$$;

comment on function portico_api.index_status is
  'How every source is doing. Called by vector-index.';

create view portico.due_index as
select dirty.generation::text as key
from portico.dirty_rows as dirty
join portico.index_progress as progress
  on progress.generation = dirty.generation and progress.not_before <= now()
join portico_index.generations as generation on generation.id = dirty.generation
where dirty.due_at <= now() and not portico.is_over_budget(generation.source)
union all
select generation::text from portico.index_progress
where filled_at is null or checking
  or checked_at < now() - interval '1 hour'
union all
select source::text from portico.index_requests;

comment on view portico.due_index is 'What the job has to do.';

insert into portico.jobs (name, schedule, function, due)
values ('index', '15 seconds', 'vector-index', 'due_index');

revoke execute on all functions in schema portico from public;
revoke execute on all functions in schema portico_api from public;
grant execute on function
  portico_api.tend_indexes, portico_api.index_status
to service_role;
