-- Work that `sweep` does on its own, a batch at a time.
--
-- Needs    schemas portico, portico_api (…0000)
-- Makes    portico.tasks, portico.task_failures; portico_api.begin_sweep(),
--          sweep_batch(), end_sweep(), list_tasks()
-- Access   service role only, through the functions.
-- Undo     drop the four functions and the two tables.
--
-- A task is a row of portico.tasks and a view portico.due_<name> of the rows
-- that should go: `row` is their ctid, `key` names one for a person. Deleting
-- from the view does the work, so a task that does more than delete has an
-- `instead of delete` trigger on its view.

create table portico.tasks (
  name      text primary key check (name ~ '^[a-z][a-z0-9_]{0,40}$'),
  target    text not null,
  max_share double precision not null default 0.5
            check (max_share > 0 and max_share <= 1),
  holder    uuid,
  began_at  timestamptz,
  beat_at   timestamptz,
  ended_at  timestamptz,
  outcome   text check (outcome in ('done', 'more', 'capped')),
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
-- remove them. Below a thousand rows no share means anything. A run that comes
-- after a gap may find any share due: `begin_sweep` has checked the clock.
create function portico.measure(
  task portico.tasks, out due bigint, out total bigint, out is_safe boolean
)
language plpgsql stable set search_path = '' as $$
begin
  execute format('select count(*) from portico.%I', 'due_' || task.name)
    into due;
  execute format('select count(*) from %s', task.target::regclass) into total;
  is_safe := due <= greatest(1000, task.max_share * total)
    or task.ended_at is null
    or task.ended_at < now() - interval '1 hour';
end $$;

-- Takes every task that is free, or those of `wanted` that are, for `run`. The
-- answer is
--   { outcome: 'begun', tasks: [{ task, outcome, due?, total?, maxShare? }] }
--     with the outcome 'began', 'done' if nothing is due, 'held' if another run
--     has the task, 'capped' if too much is due
--   { outcome: 'unknown', task }
--   { outcome: 'clocks differ', seconds }
-- `clock` is the caller's: what is due is decided by the database's, and one
-- that is wrong would remove what is not due.
create function portico_api.begin_sweep(
  run uuid, clock timestamptz, wanted text[] default null,
  confirmed boolean default false
) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s'
as $$
declare
  apart float8 := extract(epoch from clock_timestamp() - clock);
  missing text := (
    select want from unnest(wanted) as want
    where not exists (select from portico.tasks where name = want) limit 1
  );
  next text;
  task portico.tasks;
  size record;
  answer jsonb := '[]';
begin
  if apart is null or abs(apart) > 300 then
    return jsonb_build_object('outcome', 'clocks differ', 'seconds', apart);
  elsif missing is not null then
    return jsonb_build_object('outcome', 'unknown', 'task', missing);
  end if;

  delete from portico.task_failures where retry_at < now() - interval '7 days';

  for next in
    select name from portico.tasks
    where wanted is null or name = any (wanted)
    order by name
  loop
    -- A row that is locked is one that another run is just taking.
    select * into task from portico.tasks where name = next
    for update skip locked;
    if not found or portico.is_held(task) then
      answer := answer || jsonb_build_object(
        'task', next, 'outcome', 'held'
      );
      continue;
    end if;

    size := portico.measure(task);
    if not (size.is_safe or confirmed) then
      update portico.tasks set outcome = 'capped' where name = task.name;
      answer := answer || jsonb_build_object(
        'task', task.name, 'outcome', 'capped', 'due', size.due,
        'total', size.total, 'maxShare', task.max_share
      );
      continue;
    end if;

    update portico.tasks set
      holder = run, began_at = now(), beat_at = clock_timestamp(),
      removed = 0, failed = 0
    where name = task.name;
    if size.due = 0 then
      perform portico_api.end_sweep(task.name, run, 'done');
    end if;
    answer := answer || jsonb_build_object(
      'task', task.name,
      'outcome', case when size.due = 0 then 'done' else 'began' end,
      'due', size.due, 'total', size.total
    );
  end loop;
  return jsonb_build_object('outcome', 'begun', 'tasks', answer);
end $$;

comment on function portico_api.begin_sweep is
  'Takes tasks for one run. Called by sweep.';

-- The due rows of a task that are not set aside, and not being worked on.
create function portico.next_due(
  task text, size int, out "row" tid, out key text
) returns setof record
language plpgsql volatile set search_path = '' as $$
begin
  return query execute format(
    'select due."row", due.key from portico.%I as due
     where not exists (
       select from portico.task_failures as failure
       where failure.task = $1 and failure.key = due.key
         and failure.retry_at > now()
     )
     limit $2 for update of due skip locked', 'due_' || task
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
-- loses nothing. All at once, and if one of them cannot go, one by one.
create function portico.remove_due(
  task text, size int, out removed int, out failed int
)
language plpgsql volatile set search_path = '' as $$
declare
  removal text := format(
    'delete from portico.%I where "row" = any ($1)', 'due_' || task
  );
  many record;
  due record;
begin
  removed := 0;
  failed := 0;
  begin
    select array_agg("row") as rows, array_agg(key) as keys into many
    from portico.next_due(task, size);
    execute removal using many.rows;
    get diagnostics removed = row_count;
    perform portico.forgive(task, many.keys);
    return;
  exception when others then
    removed := 0;
  end;

  for due in select * from portico.next_due(task, size) loop
    begin
      execute removal using array[due."row"];
      perform portico.forgive(task, array[due.key]);
      removed := removed + 1;
    exception when others then
      perform portico.set_aside(task, due.key, sqlerrm);
      failed := failed + 1;
    end;
  end loop;
end $$;

-- Does one batch of a task that `run` has, and with the last gives the task
-- back. The answer is { outcome: 'swept', removed, failed, more } or
-- { outcome: 'lost' }: somebody else has the task now.
create function portico_api.sweep_batch(task text, run uuid, size int)
returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '5s'
as $$
declare
  done record;
  is_more boolean;
begin
  update portico.tasks set beat_at = clock_timestamp()
  where name = task and holder = run;
  if not found then
    return jsonb_build_object('outcome', 'lost');
  end if;

  done := portico.remove_due(task, least(size, 10000));
  is_more := exists (select from portico.next_due(task, 1));
  update portico.tasks set
    beat_at = clock_timestamp(),
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

-- Gives a task back, so that the next run need not wait for it to be dead.
create function portico_api.end_sweep(task text, run uuid, outcome text)
returns void
language sql security definer set search_path = '' set lock_timeout = '5s'
as $$
  update portico.tasks
  set holder = null, ended_at = now(), outcome = end_sweep.outcome
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
  portico_api.begin_sweep, portico_api.sweep_batch, portico_api.end_sweep,
  portico_api.list_tasks
to service_role;
