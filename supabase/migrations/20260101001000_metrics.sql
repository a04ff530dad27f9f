-- What functions count, added up, for Prometheus and for reports.
--
-- Needs    portico.tasks (…0100), uploads (…0300), variants (…0700), admin (…0800),
--          the index (…0900)
-- Makes    portico.metric_totals, metric_history; portico.add_values(),
--          quantile(); portico_api.add_samples(), read_metrics(), read_report();
--          the views report_executions, report_response_times, report_transfer,
--          report_images, report_uploads, report_admin_actions, report_jobs,
--          report_index, report_freshness; the task metric_history
-- Access   service role only, through the functions. The views: the owner.
-- Size     a set of labels is a row of metric_totals, and of metric_history one
--          for each minute of a day and each hour of 28 in which it has moved.
-- Undo     drop the functions, the views and the tables; delete from portico.tasks
--          where name = 'metric_history'.
--
-- Instances of functions come and go, and each sends what it has counted every few
-- seconds. The names and labels are those of `_shared/telemetry/catalogue.ts`.

create table portico.metric_totals (
  metric  text not null check (octet_length(metric) <= 100),
  labels  jsonb not null check (octet_length(labels::text) <= 500),
  value   float8[] not null,
  seen_at timestamptz not null default now(),
  primary key (metric, labels)
);

comment on table  portico.metric_totals is 'What functions have counted so far.';
comment on column portico.metric_totals.value is
  'Of a counter one number; of a histogram how many were within each bound and '
  'above the one before, how many above the last, and their sum.';

create table portico.metric_history (
  step   interval not null check (step in ('1 minute', '1 hour')),
  at     timestamptz not null,
  metric text not null,
  labels jsonb not null,
  value  float8[] not null,
  primary key (step, metric, at, labels)
);

comment on table  portico.metric_history is
  'The same by the minute for a day, and by the hour for 28 days.';
comment on column portico.metric_history.at is 'When the step begins.';

create index on portico.metric_history (at);

alter table portico.metric_totals enable row level security;
alter table portico.metric_history enable row level security;

create function portico.add_values(one float8[], other float8[])
returns float8[]
language sql immutable set search_path = '' as $$
  select array_agg(coalesce(a, 0) + coalesce(b, 0) order by n)
  from unnest(one, other) with ordinality as it (a, b, n)
$$;

create aggregate portico.sum_values(float8[]) (
  sfunc = portico.add_values, stype = float8[], initcond = '{}'
);

-- Adds samples, [{ metric, labels, value: [number] }], to what was counted before.
-- In one order, so that two who add the same do not wait for each other in a ring.
create function portico_api.add_samples(samples jsonb) returns void
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '2s' set statement_timeout = '4s'
as $$
#variable_conflict use_column
declare
  most_series constant int := 20000;
begin
  if jsonb_array_length(samples) > 2000 then
    raise exception 'Cannot add more than 2,000 samples at once'
      using errcode = 'program_limit_exceeded';
  end if;
  insert into portico.metric_totals as total (metric, labels, value)
  select it.metric, it.labels, portico.sum_values(it.value)
  from jsonb_to_recordset(samples) as it (
    metric text, labels jsonb, value float8[]
  )
  where (select count(*) < most_series from portico.metric_totals)
    or exists (
      select from portico.metric_totals as known
      where known.metric = it.metric and known.labels = it.labels
    )
  group by 1, 2
  order by 1, 2
  on conflict on constraint metric_totals_pkey do update set
    value = portico.add_values(total.value, excluded.value),
    seen_at = clock_timestamp();

  insert into portico.metric_history as past (step, at, metric, labels, value)
  select step, date_bin(step, now(), '2000-01-01 00:00Z'), it.metric, it.labels,
    portico.sum_values(it.value)
  from jsonb_to_recordset(samples) as it (
    metric text, labels jsonb, value float8[]
  )
  join portico.metric_totals as known
    on known.metric = it.metric and known.labels = it.labels
  cross join unnest(array['1 minute', '1 hour']::interval[]) as step
  group by 1, 2, 3, 4
  order by 1, 3, 2, 4
  on conflict on constraint metric_history_pkey do update set
    value = portico.add_values(past.value, excluded.value);
end $$;

comment on function portico_api.add_samples is
  'Adds what an instance has counted. Called by every function.';

create view portico.due_metric_history as
select ctid as "row", concat_ws(' ', metric, step, at, labels) as key
from portico.metric_history
where at < now() - case step
  when '1 minute' then interval '25 hours' else interval '29 days' end;

comment on view portico.due_metric_history is 'What no report asks for any more.';

insert into portico.tasks (name, target, max_share)
values ('metric_history', 'portico.metric_history', 1);

-- What is counted, and what the database knows at this moment:
--   [{ metric, labels, value: [number] }]
create function portico_api.read_metrics() returns jsonb
language sql stable security definer set search_path = ''
set statement_timeout = '8s'
as $$
  with source as (
    select it.id, it.name, it.serving, it.budget
    from portico_index.sources as it
  ),
  sample as (
    select metric, labels, value from portico.metric_totals
    union all
    select 'portico_job_last_run_timestamp_seconds',
      jsonb_build_object('job', labels -> 'job'),
      array[extract(epoch from seen_at)]
    from portico.metric_totals where metric = 'portico_job_runs_total'
    union all
    select it.metric, jsonb_build_object('source', source.name), array[it.value]
    from source
    left join portico.index_progress as progress
      on progress.generation = source.serving
    cross join lateral (
      select count(*) as depth, min(first_at) filter (where priority = 0) as first
      from portico.dirty_rows as dirty where dirty.generation = source.serving
    ) as queue
    cross join lateral (
      select count(*) as dead from portico.dead_rows as dead
      where dead.generation = source.serving
    ) as dead
    cross join lateral (
      select coalesce(sum(calls), 0) as calls, coalesce(sum(tokens), 0) as tokens
      from portico.embedding_usage as usage where usage.source = source.id
    ) as usage
    cross join lateral (values
      ('portico_index_queued_rows', queue.depth::float8),
      ('portico_index_oldest_change_seconds',
        coalesce(extract(epoch from clock_timestamp() - queue.first), 0)),
      ('portico_index_dead_rows', dead.dead),
      ('portico_index_paused', (coalesce(progress.not_before > now(), false)
        or portico.is_over_budget(source.id))::int),
      ('portico_embedding_calls_total', usage.calls),
      ('portico_embedding_tokens_total', usage.tokens)
    ) as it (metric, value)
    union all
    select 'portico_upload_tickets',
      jsonb_build_object('bucket', bucket, 'state', state), array[count(*)]
    from portico.uploads
    where state = 'open' or due_at is not null
    group by bucket, state
    union all
    select it.metric, jsonb_build_object('bucket', bucket), array[it.value]
    from (
      select bucket, sum(bytes) as bytes, max(bytes) as most
      from portico.usage group by bucket
    ) as usage
    cross join lateral (values
      ('portico_upload_quota_used_bytes', usage.bytes::float8),
      ('portico_upload_quota_largest_bytes', usage.most)
    ) as it (metric, value)
    union all
    select it.metric, '{}', array[it.value::float8]
    from (values
      ('portico_image_changes', (select count(*) from portico.image_changes)),
      ('portico_admin_open_intents', (select count(*) from portico.open_intents)),
      ('portico_admin_notices', (select count(*) from portico.notices))
    ) as it (metric, value)
    union all
    select 'portico_sweep_failures', jsonb_build_object('task', tasks.name),
      array[(select count(*) from portico.task_failures as it
        where it.task = tasks.name)]
    from portico.tasks
  )
  select jsonb_agg(to_jsonb(sample) order by metric, labels) from sample
$$;

comment on function portico_api.read_metrics is
  'What is counted and known. Called by metrics.';

-- How long all but a share of requests have taken, in seconds: where it lies
-- between two bounds is reckoned as if they were spread evenly there. The bounds
-- are those of `_shared/telemetry/catalogue.ts`, and a test compares them. Null if
-- there were none.
create function portico.quantile(value float8[], share float8) returns float8
language sql immutable set search_path = '' as $$
  with bound as (
    select n, upper, lag(upper, 1, 0::float8) over (order by n) as lower,
      value[n] as here,
      coalesce(sum(value[n]) over (
        order by n rows between unbounded preceding and 1 preceding
      ), 0) as before
    from unnest(
      array[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 150,
        'Infinity']::float8[]
    ) with ordinality as it (upper, n)
  ),
  total as (select sum(here) as seen from bound)
  select case when upper = 'Infinity' then lower
    else lower + (upper - lower) * (seen * share - before) / here end
  from bound, total
  where here > 0 and before + here >= seen * share
  order by n limit 1
$$;

-- One number of each set of labels and step.
create function portico.history_of(wanted text)
returns table (step interval, at timestamptz, labels jsonb, value float8)
language sql stable set search_path = '' as $$
  select step, at, labels, value[1] from portico.metric_history
  where metric = wanted
$$;

create view portico.report_executions as
select step, at, labels ->> 'function' as function, labels ->> 'region' as region,
  labels ->> 'method' as method, (labels ->> 'status')::int as status,
  value as executions
from portico.history_of('portico_http_requests_total');

create view portico.report_response_times as
select step, at, labels ->> 'function' as function,
  value[15] / nullif(seen, 0) as mean_s,
  portico.quantile(value, 0.5) as p50_s, portico.quantile(value, 0.95) as p95_s,
  portico.quantile(value, 0.99) as p99_s, seen as executions, value
from portico.metric_history
cross join lateral (
  select sum(it) as seen from unnest(value[:14]) as it
) as it
where metric = 'portico_http_request_duration_seconds';

create view portico.report_transfer as
select step, at, function, sum(received) as received_bytes,
  sum(sent) as sent_bytes
from (
  select step, at, labels ->> 'function' as function, value as received, 0 as sent
  from portico.history_of('portico_http_request_bytes_total')
  union all
  select step, at, labels ->> 'function', 0, value
  from portico.history_of('portico_http_response_bytes_total')
) as it
group by step, at, function;

create view portico.report_images as
select step, at, labels ->> 'source' as source, labels ->> 'result' as result,
  labels ->> 'cache' as cache, labels ->> 'engine' as engine, value as answers
from portico.history_of('portico_images_total');

create view portico.report_uploads as
select step, at, labels ->> 'bucket' as bucket, labels ->> 'result' as result,
  labels ->> 'reason' as reason, value as uploads
from portico.history_of('portico_uploads_total');

create view portico.report_admin_actions as
select step, at, labels ->> 'action' as action, labels ->> 'result' as result,
  value as actions
from portico.history_of('portico_admin_actions_total');

create view portico.report_jobs as
select step, at, labels ->> 'job' as job, value as runs
from portico.history_of('portico_job_runs_total');

create view portico.report_index as
select step, at, labels ->> 'result' as result, value as rows
from portico.history_of('portico_index_rows_total');

-- As it is now: what has waited is not written down.
create view portico.report_freshness as
select step, now() as at, source.name as source, generation.number as generation,
  count(dirty.key) as queued,
  coalesce(extract(epoch from clock_timestamp()
    - min(dirty.first_at) filter (where dirty.priority = 0)), 0) as oldest_change_s,
  (select count(*) from portico.dead_rows as dead
   where dead.generation = generation.id) as dead
from unnest(array['1 minute', '1 hour']::interval[]) as step
cross join portico_index.sources as source
join portico_index.generations as generation on generation.id = source.serving
left join portico.dirty_rows as dirty on dirty.generation = generation.id
group by step, source.name, generation.id, generation.number;

comment on view portico.report_executions is
  'Requests by function, region, method and status.';
comment on view portico.report_response_times is
  'How long requests took, in seconds, from what was within which bound.';
comment on view portico.report_transfer is 'Bytes of bodies, in and out.';
comment on view portico.report_images is
  'Pictures by what they were, became, where they were kept, who made them.';
comment on view portico.report_uploads is
  'Uploads that were issued, verified and refused.';
comment on view portico.report_admin_actions is
  'What administrators have done, or tried.';
comment on view portico.report_jobs is 'Runs of jobs that have ended.';
comment on view portico.report_index is 'Rows that runs have dealt with.';
comment on view portico.report_freshness is
  'How far each index is behind its table now.';

-- A report of the last `span`, of which each row stands for a `unit` of time: minute
-- or hour. `name` is that of a view without report_.
create function portico_api.read_report(
  name text, span interval, unit interval
) returns jsonb
language plpgsql stable security definer set search_path = ''
set statement_timeout = '8s'
as $$
declare
  report jsonb;
begin
  if name not in ('executions', 'response_times', 'transfer', 'images', 'uploads',
    'admin_actions', 'jobs', 'index', 'freshness')
  then
    return null;
  end if;
  execute format(
    'select coalesce(jsonb_agg(to_jsonb(it) - ''step'' - ''value'' order by at), ''[]'')
     from portico.%I as it
     where step = $1 and at > now() - $2 - $1',
    'report_' || name)
  into report using unit, span;
  return report;
end $$;

comment on function portico_api.read_report is
  'What has happened of late. Called by metrics.';

revoke execute on all functions in schema portico from public;
revoke execute on all functions in schema portico_api from public;
grant execute on function
  portico_api.add_samples, portico_api.read_metrics, portico_api.read_report
to service_role;
