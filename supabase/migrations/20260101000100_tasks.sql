-- Work that `sweep` does on its own, a batch at a time.
--
-- Needs    schemas portico, portico_api (…0000)
-- Makes    portico.tasks, portico.task_failures; portico_api.begin_sweep(),
--          sweep_batch(), skip_due(), end_sweep(), list_tasks()
-- Access   service role only, through the functions.
-- Undo     drop the functions and the two tables.
--
-- A task is a row of portico.tasks and a view portico.due_<name> of the rows of
-- a plain table that should go: `row` is their ctid, `key` names one for a
-- person. Deleting from the view does the work, so a task that does more than
-- delete has an `instead of delete` trigger on its view.

create table portico.tasks (
  name      text primary key check (name ~ '^[a-z][a-z0-9_]{0,40}$'),
  target    text not null,
  max_share double precision not null default 0.5
            check (max_share > 0 and max_share <= 1),
  holder    uuid,
  began_at  timestamptz,
  beat_at   timestamptz,
  ended_at  timestamptz,
  looked_at timestamptz,
  allowed   bigint not null default 0 check (allowed >= 0),
  outcome   text
            check (outcome in ('done', 'more', 'capped', 'broken', 'failed')),
  removed   bigint not null default 0,
  failed    bigint not null default 0
);

comment on table  portico.tasks is 'What sweep does, and how it went last.';
comment on column portico.tasks.target is
  'The table that the due rows are in, as text: schema.table.';
comment on column portico.tasks.max_share is
  'A run that would remove more of the table than this is stopped.';
comment on column portico.tasks.holder is
  'The run that has the task. Nobody else may work on it while it beats.';
comment on column portico.tasks.beat_at is 'When the holder was last alive.';
comment on column portico.tasks.looked_at is
  'When a run last asked what is due, whatever came of it.';
comment on column portico.tasks.allowed is
  'Rows that may still go of those that a run has been allowed to remove.';
comment on column portico.tasks.removed is 'Rows, in the last run.';
comment on column portico.tasks.failed is 'Rows set aside in the last run.';

create table portico.task_failures (
  task     text not null references portico.tasks on delete cascade,
  key      text not null,
  attempts int not null default 1,
  error    text not null,
  retry_at timestamptz not null,
  primary key (task, key)
);

comment on table portico.task_failures is
  'Rows that a task could not remove. They are set aside until retry_at.';

alter table portico.tasks enable row level security;
alter table portico.task_failures enable row level security;

-- A run that has not beaten for a minute is dead, and its task is free. A beat
-- in the future is one of a clock that has been set back since.
create function portico.is_held(task portico.tasks) returns boolean
language sql stable set search_path = '' as $$
  select task.holder is not null
    and abs(extract(epoch from clock_timestamp() - task.beat_at)) < 60
$$;

-- How many rows of `task` are due and how many there are, and whether a run may
-- remove them: those that an earlier run was allowed to and has left, and a
-- share of the rest. Below a thousand rows no share means anything. The first
-- run may find anything, and one that comes after a gap too, since `begin_sweep`
-- has checked the clock; but not one that was stopped before.
create function portico.measure(
  task portico.tasks, out due bigint, out total bigint, out is_safe boolean
)
language plpgsql stable set search_path = '' as $$
begin
  execute format('select count(*) from portico.%I', 'due_' || task.name)
    into due;
  total := due;
  if task.max_share < 1 then
    execute format('select count(*) from %s', task.target::regclass)
      into total;
  end if;
  is_safe := due <= task.allowed + greatest(1000, task.max_share * total)
    or task.looked_at is null
    or task.looked_at < now() - interval '1 hour'
      and task.outcome is distinct from 'capped';
end $$;

-- Takes one task for `run`, or says why not. See begin_sweep.
create function portico.begin_task(
  run uuid, wanted text, confirmed boolean
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  task portico.tasks;
  size record;
  next text;
begin
  -- A row that is locked is one that another run is just taking. One that is
  -- held is not locked here: its holder needs it.
  select * into task from portico.tasks
  where name = wanted and not portico.is_held(tasks)
  for update skip locked;
  if not found then
    return jsonb_build_object('task', wanted, 'outcome', 'held');
  end if;

  size := portico.measure(task);
  next := case
    when not (size.is_safe or confirmed) then 'capped'
    when size.due = 0 then 'done'
    else 'began'
  end;
  update portico.tasks set
    looked_at = now(),
    allowed = case next when 'capped' then allowed else size.due end,
    outcome = case next when 'began' then outcome else next end,
    holder = case next when 'began' then run end,
    began_at = case next when 'capped' then began_at else now() end,
    beat_at = case next when 'capped' then beat_at else clock_timestamp() end,
    ended_at = case next when 'done' then clock_timestamp() else ended_at end,
    removed = case next when 'capped' then removed else 0 end,
    failed = case next when 'capped' then failed else 0 end
  where name = wanted;
  return jsonb_build_object(
    'task', wanted, 'outcome', next, 'due', size.due, 'total', size.total,
    'maxShare', task.max_share
  );
exception when others then
  -- Its view is gone, say. That is no reason to leave the others undone.
  update portico.tasks set outcome = 'broken' where name = wanted;
  return jsonb_build_object(
    'task', wanted, 'outcome', 'broken', 'error', sqlerrm
  );
end $$;

-- Takes every task that is free, or those of `wanted` that are, for `run`. The
-- answer is
--   { outcome: 'begun', tasks: [{ task, outcome, due?, total?, maxShare?,
--                                 error? }] }
--     with the outcome 'began', 'done' if nothing is due, 'held' if another run
--     has the task, 'capped' if too much is due, 'broken' if that cannot be told
--   { outcome: 'unknown', task }
--   { outcome: 'clocks differ', seconds }
-- `clock` is the caller's: what is due is decided by the database's, and one
-- that is wrong would remove what is not due.
create function portico_api.begin_sweep(
  run uuid, clock timestamptz, wanted text[] default null,
  confirmed boolean default false
) returns jsonb
language plpgsql security definer set search_path = ''
set lock_timeout = '1s' set statement_timeout = '25s'
as $$
declare
  apart float8 := extract(epoch from clock_timestamp() - clock);
  missing text := (
    select want from unnest(wanted) as want
    where not exists (select from portico.tasks where name = want) limit 1
  );
  next text;
  answer jsonb := '[]';
begin
  if apart is null or abs(apart) > 300 then
    return jsonb_build_object('outcome', 'clocks differ', 'seconds', apart);
  elsif missing is not null then
    return jsonb_build_object('outcome', 'unknown', 'task', missing);
  end if;

  for next in
    select name from portico.tasks
    where wanted is null or name = any (wanted)
    order by name
  loop
    answer := answer || portico.begin_task(run, next, confirmed);
  end loop;

  delete from portico.task_failures where ctid = any (array(
    select ctid from portico.task_failures
    where retry_at < now() - interval '7 days' for update skip locked
  ));
  return jsonb_build_object('outcome', 'begun', 'tasks', answer);
end $$;

comment on function portico_api.begin_sweep is
  'Takes tasks for one run. Called by sweep.';

-- The due rows of a task that are not set aside. With `locked`, those of them
-- that nobody else has in hand, who then has to wait.
create function portico.next_due(
  task text, size int, locked boolean, out "row" tid, out key text
) returns setof record
language plpgsql volatile set search_path = '' as $$
begin
  return query execute format(
    'select due."row", coalesce(due.key, due."row"::text)
     from portico.%I as due
     where not exists (
       select from portico.task_failures as failure
       where failure.task = $1 and failure.retry_at > now()
         and failure.key = coalesce(due.key, due."row"::text)
     )
     limit $2 %s',
    'due_' || task,
    case when locked then 'for update of due skip locked' else '' end
  ) using task, size;
end $$;

-- Sets a row aside: for a minute, and after each failure for twice as long, up
-- to a day.
create function portico.set_aside(task text, key text, error text)
returns void
language sql volatile set search_path = '' as $$
  insert into portico.task_failures as failure (task, key, error, retry_at)
  values (task, key, left(error, 500), now() + interval '1 minute')
  on conflict on constraint task_failures_pkey do update set
    attempts = failure.attempts + 1,
    error = excluded.error,
    retry_at = now() + least(
      interval '1 minute' * power(2, least(failure.attempts, 11)),
      interval '1 day'
    )
$$;

-- Forgets the failures of rows that have gone.
create function portico.forgive(task text, keys text[]) returns void
language sql volatile set search_path = '' as $$
  delete from portico.task_failures as failure
  where failure.task = forgive.task and failure.key = any (keys)
$$;

-- Removes up to `size` due rows, which is one transaction: who kills the caller
-- loses nothing. All at once, and if one of them does not go, one by one for a
-- few seconds.
create function portico.remove_due(
  task text, size int, out removed int, out failed int
)
language plpgsql volatile set search_path = '' as $$
declare
  removal text := format(
    'delete from portico.%I where "row" = any ($1)', 'due_' || task
  );
  begun timestamptz := clock_timestamp();
  gone int;
  many record;
  due record;
begin
  removed := 0;
  failed := 0;
  begin
    select array_agg("row") as rows, array_agg(key) as keys into many
    from portico.next_due(task, size, true);
    execute removal using many.rows;
    get diagnostics removed = row_count;
    if removed < cardinality(many.rows) then
      raise exception 'Not all of them have gone';
    end if;
    perform portico.forgive(task, many.keys);
    return;
  exception when others then
    removed := 0;
  end;

  for due in select * from portico.next_due(task, size, true) loop
    exit when clock_timestamp() > begun + interval '5 seconds';
    begin
      execute removal using array[due."row"];
      get diagnostics gone = row_count;
      if gone = 0 then
        raise exception 'The row is still there';
      end if;
      perform portico.forgive(task, array[due.key]);
      removed := removed + 1;
    exception when others then
      perform portico.set_aside(task, due.key, sqlerrm);
      failed := failed + 1;
    end;
  end loop;
end $$;

-- Does one batch of a task that `run` has, and with the last gives the task
-- back. No run removes more than was due when it began. The answer is
-- { outcome: 'swept', removed, failed, more } or { outcome: 'lost' }: somebody
-- else has the task now.
create function portico_api.sweep_batch(task text, run uuid, size int)
returns jsonb
language plpgsql security definer set search_path = ''
set lock_timeout = '1s' set statement_timeout = '25s'
as $$
declare
  may bigint;
  done record;
  is_more boolean;
begin
  update portico.tasks set beat_at = clock_timestamp()
  where name = task and holder = run
  returning allowed into may;
  if not found then
    return jsonb_build_object('outcome', 'lost');
  end if;

  done := portico.remove_due(task, least(size, 10000, may)::int);
  is_more := exists (select from portico.next_due(task, 1, false));
  update portico.tasks set
    beat_at = clock_timestamp(),
    allowed = greatest(0, allowed - done.removed - done.failed),
    removed = removed + done.removed,
    failed = failed + done.failed
  where name = task;
  if not is_more then
    perform portico_api.end_sweep(task, run, 'done');
  end if;
  return jsonb_build_object(
    'outcome', 'swept', 'removed', done.removed, 'failed', done.failed,
    'more', is_more
  );
end $$;

comment on function portico_api.sweep_batch is
  'Removes some of what is due. Called by sweep.';

-- Sets the next row aside that a batch of one row could not even fail to
-- remove: it took longer than a statement may.
create function portico_api.skip_due(task text, run uuid, reason text)
returns void
language plpgsql security definer set search_path = '' set lock_timeout = '1s'
as $$
begin
  if exists (select from portico.tasks where name = task and holder = run) then
    perform portico.set_aside(task, key, reason)
    from portico.next_due(task, 1, false);
    update portico.tasks set failed = failed + 1 where name = task;
  end if;
end $$;

comment on function portico_api.skip_due is
  'Sets a row aside for which there is no time. Called by sweep.';

-- Gives a task back, so that the next run need not wait for it to be dead.
create function portico_api.end_sweep(task text, run uuid, outcome text)
returns void
language sql security definer set search_path = '' set lock_timeout = '1s'
as $$
  update portico.tasks set
    holder = null, ended_at = clock_timestamp(), outcome = end_sweep.outcome,
    allowed = case end_sweep.outcome when 'done' then 0 else allowed end
  where name = task and holder = run
$$;

comment on function portico_api.end_sweep is
  'Gives a task back. Called by sweep.';

-- Every task: when it ran, how that went, and what is set aside.
create function portico_api.list_tasks() returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'task', name,
    'running', portico.is_held(tasks),
    'beganAt', began_at,
    'beatAt', beat_at,
    'endedAt', ended_at,
    'outcome', outcome,
    'removed', removed,
    'failed', failed,
    'setAside', (
      select count(*) from portico.task_failures where task = name
    )
  ) order by name), '[]')
  from portico.tasks
$$;

comment on function portico_api.list_tasks is
  'How every task of sweep is doing. Called by sweep.';

revoke execute on all functions in schema portico from public;
revoke execute on all functions in schema portico_api from public;
grant execute on function
  portico_api.begin_sweep, portico_api.sweep_batch, portico_api.skip_due,
  portico_api.end_sweep, portico_api.list_tasks
to service_role;
