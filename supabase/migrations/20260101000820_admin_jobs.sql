-- The same act on many accounts, an account after another.
--
-- Needs    portico.tasks (…0100), portico.jobs, portico.wake() (…0150),
--          portico.take() (…0200), portico.admits(), portico.audit,
--          portico.notices (…0800)
-- Makes    portico.admin_jobs, admin_job_items; portico.finish_items(),
--          describe_job(); portico_api.open_admin_job(), claim_admin_items(),
--          settle_admin_item(), stop_admin_job(), show_admin_job(); the views
--          due_admin_items, due_admin_work, due_admin_jobs; the job admin; the task admin_jobs
-- Access   service role only.
-- Undo     drop the functions, views and tables; delete from portico.jobs where
--          name = 'admin'; select portico.schedule(); delete from portico.tasks
--          where name = 'admin_jobs'.
--
-- An item is an act of its own, with its own intent and outcome in the trail,
-- where its job is the request: so whoever is killed in the middle of one has
-- left there whether it was done.

create table portico.admin_jobs (
  id          uuid primary key,
  at          timestamptz not null default now(),
  who         text not null,
  actor       jsonb not null,
  act         jsonb not null,
  key         text check (char_length(key) <= 255),
  fingerprint text,
  total       int not null check (total between 1 and 1000),
  ended_at    timestamptz,
  stopped     text,
  unique (who, key)
);

comment on table  portico.admin_jobs is 'Acts on many accounts.';
comment on column portico.admin_jobs.who is
  'A person''s id, or the name of a key.';
comment on column portico.admin_jobs.key is 'The Idempotency-Key, if one came.';
comment on column portico.admin_jobs.actor is
  'Who does it, as admin-users has them. Asked anew for each account.';
comment on column portico.admin_jobs.act is 'What is done to each of them.';
comment on column portico.admin_jobs.stopped is
  'Why it does not go on: the code of a problem.';

create table portico.admin_job_items (
  job      uuid not null references portico.admin_jobs on delete cascade,
  n        int not null,
  target   uuid not null,
  due_at   timestamptz not null default now(),
  attempts int not null default 0,
  outcome  text check (outcome in ('done', 'refused', 'failed')),
  detail   text check (char_length(detail) <= 100),
  primary key (job, n),
  unique (job, target)
);

comment on table  portico.admin_job_items is 'An account of a job.';
comment on column portico.admin_job_items.due_at is
  'When somebody may take it: later while somebody has it.';

create index admin_job_items_due on portico.admin_job_items (due_at)
where outcome is null;
create index audit_requests on portico.audit (request);

alter table portico.admin_jobs enable row level security;
alter table portico.admin_job_items enable row level security;

create view portico.due_admin_items as
select item.job, item.n
from portico.admin_job_items as item
join portico.admin_jobs as job on job.id = item.job
where item.outcome is null and item.due_at <= now() and job.ended_at is null;

comment on view portico.due_admin_items is 'Accounts that are to be worked on.';

create view portico.due_admin_work as
select job::text as key from portico.due_admin_items
union all
select intent::text from portico.notices where due_at <= now();

comment on view portico.due_admin_work is 'What the job has to do.';

create view portico.due_admin_jobs as
select ctid as "row", id::text as key
from portico.admin_jobs
where at < now() - interval '30 days';

comment on view portico.due_admin_jobs is 'Jobs that nobody asks for any more.';

-- A job, as it is shown, with the first hundred accounts that it was not done to.
create function portico.describe_job(job portico.admin_jobs) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'id', job.id, 'at', job.at, 'action', job.act ->> 'action',
    'total', job.total, 'endedAt', job.ended_at, 'stopped', job.stopped,
    'done', count(*) filter (where outcome = 'done'),
    'refused', count(*) filter (where outcome = 'refused'),
    'failed', count(*) filter (where outcome = 'failed'),
    'notDone', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', target, 'outcome', outcome, 'detail', detail
      ) order by n), '[]')
      from (
        select * from portico.admin_job_items as item
        where item.job = (describe_job.job).id and outcome <> 'done'
        order by n limit 100
      ) as it
    )
  )
  from portico.admin_job_items as item where item.job = (describe_job.job).id
$$;

-- Opens a job under `id` for `targets`, and has it worked on:
--   { outcome: 'opened', left, job }, of an earlier request with the same key too
--   { outcome: 'not live' | 'role changed' | 'limited' | 'key reused', left }
create function portico_api.open_admin_job(
  id uuid, actor jsonb, caller jsonb, act jsonb, targets uuid[], once jsonb,
  rate jsonb
) returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '2s'
as $$
<<here>>
declare
  who constant text :=
    coalesce(actor ->> 'person', 'key ' || (actor ->> 'key'));
  admission text := portico.admits(actor);
  taken jsonb;
  job portico.admin_jobs;
begin
  if admission <> 'admitted' then
    return jsonb_build_object('outcome', admission);
  end if;
  taken := portico.take(
    rate ->> 'name', who, (rate ->> 'capacity')::int, (rate ->> 'window_s')::int
  );
  if not (taken -> 'allowed')::boolean then
    return jsonb_build_object('outcome', 'limited', 'left', taken);
  end if;
  perform pg_advisory_xact_lock(hashtextextended('portico.admin', 0));
  select it.* into job from portico.admin_jobs as it
  where it.who = here.who and it.key = once ->> 'key';
  if found and job.fingerprint <> once ->> 'fingerprint' then
    return jsonb_build_object('outcome', 'key reused', 'left', taken);
  elsif not found then
    insert into portico.admin_jobs (
      id, who, actor, act, key, fingerprint, total
    )
    values (
      open_admin_job.id, here.who, caller, open_admin_job.act,
      once ->> 'key', once ->> 'fingerprint', cardinality(targets)
    )
    returning * into job;
    insert into portico.admin_job_items (job, n, target)
    select job.id, it.n, it.target
    from unnest(targets) with ordinality as it (target, n);
    perform portico.wake('admin');
  end if;
  return jsonb_build_object(
    'outcome', 'opened', 'left', taken, 'job', portico.describe_job(job)
  );
end $$;

comment on function portico_api.open_admin_job is
  'Opens an act on many accounts. Called by admin-users.';

-- Ends the items, and the jobs, that have come to their end in the trail: whoever
-- had them was killed before they could say so.
create function portico.finish_items() returns void
language sql volatile security definer set search_path = '' as $$
  update portico.admin_job_items as item set outcome = 'done'
  from portico.due_admin_items as due
  where due.job = item.job and due.n = item.n and exists (
    select from portico.audit as ended
    where ended.request = item.job and ended.target = item.target
      and ended.result = 'done'
  );
  update portico.admin_job_items as item set outcome = 'failed', detail = 'attempts'
  from portico.due_admin_items as due
  where due.job = item.job and due.n = item.n and item.attempts >= 5;
  update portico.admin_jobs as job set ended_at = now()
  where ended_at is null and not exists (
    select from portico.admin_job_items where job = job.id and outcome is null
  )
$$;

-- Up to `size` items of the oldest job, which are the caller's for two minutes:
--   { job, actor, act, items: [{ n, target }] }, or null if nothing is due
-- One that has an intent without an outcome waits until sweep has settled it.
create function portico_api.claim_admin_items(size int) returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '1s'
as $$
declare
  job portico.admin_jobs;
  claimed jsonb;
begin
  perform portico.finish_items();
  select it.* into job from portico.admin_jobs as it
  where exists (
    select from portico.due_admin_items as due where due.job = it.id
  )
  order by it.at limit 1;
  if not found then
    return null;
  end if;
  with taken as (
    update portico.admin_job_items as item set
      attempts = attempts + 1, due_at = now() + interval '2 minutes'
    where item.job = job.id and item.n = any (array(
      select due.n from portico.admin_job_items as due
      where due.job = job.id and due.outcome is null and due.due_at <= now()
        and not exists (
          select from portico.audit as intent
          join portico.open_intents as open on open.n = intent.n
          where intent.request = due.job and intent.target = due.target
        )
      order by due.n limit least(size, 100) for update skip locked
    ))
    returning item.n, item.target
  )
  select coalesce(jsonb_agg(to_jsonb(taken) order by n), '[]') into claimed
  from taken;
  return jsonb_build_object(
    'job', job.id, 'actor', job.actor, 'act', job.act, 'items', claimed
  );
end $$;

comment on function portico_api.claim_admin_items is
  'Takes accounts of a job. Called by admin-users.';

-- Says what came of an item.
create function portico_api.settle_admin_item(
  job uuid, n int, outcome text, detail text default null
) returns void
language sql volatile security definer set search_path = '' as $$
  update portico.admin_job_items as item set
    outcome = settle_admin_item.outcome,
    detail = left(settle_admin_item.detail, 100)
  where item.job = settle_admin_item.job and item.n = settle_admin_item.n
    and item.outcome is null
$$;

comment on function portico_api.settle_admin_item is
  'Says what came of an account of a job. Called by admin-users.';

-- Stops a job for good: who has asked for it may not do it any more.
create function portico_api.stop_admin_job(job uuid, reason text) returns void
language sql volatile security definer set search_path = '' as $$
  update portico.admin_jobs set ended_at = now(), stopped = left(reason, 100)
  where id = job and ended_at is null
$$;

comment on function portico_api.stop_admin_job is
  'Stops an act on many accounts. Called by admin-users.';

-- Ends what has come to its end, and has somebody go on if more is due.
create function portico_api.rest_admin_jobs() returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform portico.finish_items();
  if exists (select from portico.due_admin_items) then
    update portico.jobs set woken_at = least(woken_at, now() - interval '2 s')
    where name = 'admin' and woken_at <> 'infinity';
    perform portico.wake('admin');
  end if;
end $$;

comment on function portico_api.rest_admin_jobs is
  'Hands what is left of jobs to another run. Called by admin-users.';

-- How far a job has come: { outcome: 'shown', job }, { outcome: 'unknown job' },
-- or what portico.admit_look() says.
create function portico_api.show_admin_job(actor jsonb, id uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  admission jsonb := portico.admit_look(actor);
  job portico.admin_jobs;
begin
  if admission ->> 'outcome' <> 'admitted' then
    return admission;
  end if;
  select * into job from portico.admin_jobs as it where it.id = show_admin_job.id;
  if not found then
    return jsonb_build_object('outcome', 'unknown job');
  end if;
  return jsonb_build_object('outcome', 'shown', 'job', portico.describe_job(job));
end $$;

comment on function portico_api.show_admin_job is
  'How far a job has come. Called by admin-users.';

insert into portico.tasks (name, target, max_share)
values ('admin_jobs', 'portico.admin_jobs', 1);

insert into portico.jobs (name, schedule, function, due)
values ('admin', '* * * * *', 'admin-users/work', 'due_admin_work');

revoke execute on all functions in schema portico from public;
revoke execute on all functions in schema portico_api from public;
grant execute on function portico_api.open_admin_job,
  portico_api.claim_admin_items, portico_api.settle_admin_item,
  portico_api.stop_admin_job, portico_api.rest_admin_jobs,
  portico_api.show_admin_job to service_role;
