-- Jobs at fixed times, and signed calls of functions from SQL.
--
-- Needs    portico.tasks (…0100); pg_cron, pg_net and Vault, which are
--          Supabase's
-- Makes    portico.jobs; portico.nudge(), wake(), schedule(), unschedule(); the
--          task job_runs
-- Access   the owner of the project only.
-- Undo     select portico.unschedule(); delete from portico.tasks where name =
--          'job_runs'; then drop the functions, the table and the view
--          portico.due_job_runs.
--
-- Before the first use, once for each project:
--   select vault.create_secret('https://<ref>.supabase.co', 'project_url');
--   select vault.create_secret('whsec_…', 'webhook_secret');
-- and the same secret for the functions, as WEBHOOK_SECRET.

create extension if not exists pg_net with schema extensions;
create extension if not exists pg_cron with schema pg_catalog;

create table portico.jobs (
  name     text primary key check (name ~ '^[a-z][a-z0-9_-]{0,40}$'),
  schedule text not null,
  function text check (function ~ '^[a-z][a-z0-9/_-]{0,80}$'),
  statement text check (statement ~ '^portico\.[a-z_]{1,40}\(\)$'),
  due      text check (due ~ '^[a-z][a-z0-9_]{0,40}$'),
  woken_at timestamptz not null default '-infinity',
  check (num_nonnulls(function, statement) = 1)
);

comment on table  portico.jobs is 'What portico.schedule() installs.';
comment on column portico.jobs.schedule is 'As pg_cron has it, in UTC.';
comment on column portico.jobs.function is
  'Of the project, and the path below it if there is one.';
comment on column portico.jobs.statement is
  'Or a call of schema portico, which the database makes itself.';
comment on column portico.jobs.due is
  'A view of schema portico. While it has no rows nothing is called.';
comment on column portico.jobs.woken_at is
  'When it was last called out of turn.';

alter table portico.jobs enable row level security;

insert into portico.jobs (name, schedule, function)
values ('sweep', '*/5 * * * *', 'sweep');

create function portico.secret(wanted text) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  found text := (
    select decrypted_secret from vault.decrypted_secrets where name = wanted
  );
begin
  if found is null then
    raise exception 'Cannot find the secret % in Vault', wanted
      using hint = format('select vault.create_secret(''…'', %L)', wanted);
  end if;
  return found;
end $$;

-- The bytes of the secret that calls are signed with.
create function portico.signing_key() returns bytea
language plpgsql stable security definer set search_path = '' as $$
begin
  return decode(
    replace(portico.secret('webhook_secret'), 'whsec_', ''), 'base64'
  );
exception when invalid_parameter_value then
  -- Its own message would show a piece of the secret.
  raise exception 'The secret webhook_secret in Vault is not whsec_ and base64';
end $$;

-- Calls a function of the project, after the commit. pg_net's queue is there
-- for every role to read, so what goes through it is signed (Standard Webhooks
-- 1.0.0) and holds no key and no data but the name of the function: what is
-- signed for one is of no use with another. It may get lost.
create function portico.nudge(function text) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  id text := gen_random_uuid();
  sent_at text := floor(extract(epoch from clock_timestamp()))::bigint;
  body jsonb := jsonb_build_object('function', function);
  signature bytea := extensions.hmac(
    convert_to(concat_ws('.', id, sent_at, body), 'UTF8'),
    portico.signing_key(), 'sha256'
  );
begin
  return net.http_post(
    url => rtrim(portico.secret('project_url'), '/') || '/functions/v1/'
      || function,
    body => body,
    headers => jsonb_build_object(
      'content-type', 'application/json',
      'webhook-id', id,
      'webhook-timestamp', sent_at,
      'webhook-signature', 'v1,' || encode(signature, 'base64')
    ),
    timeout_milliseconds => 10000
  );
end $$;

comment on function portico.nudge is 'Calls a function of the project, signed.';

-- Calls the function of a job out of turn, but not twice within a second: what
-- comes in between waits for the job's next turn. It fails nobody's statement:
-- a project that has no secrets in Vault yet has no jobs either.
create function portico.wake(job text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  called text;
begin
  update portico.jobs set woken_at = clock_timestamp()
  where name = (
    select name from portico.jobs
    where name = job
      and woken_at < clock_timestamp() - interval '1 second'
    for update skip locked
  )
  returning function into called;
  if found then
    perform portico.nudge(called);
  end if;
exception when others then
  return;
end $$;

comment on function portico.wake is 'Calls the function of a job out of turn.';

-- Installs what portico.jobs says, and takes away what it no longer says. May
-- be called again at any time. The answer is the number of jobs.
create function portico.schedule() returns int
language plpgsql volatile set search_path = '' as $$
declare
  installed int;
begin
  perform portico.secret('project_url'), portico.signing_key();
  perform cron.unschedule(jobname)
  from cron.job
  where jobname like 'portico-%' and username = current_user
    and not exists (
      select from portico.jobs where jobname = 'portico-' || name
    );
  perform cron.schedule(
    'portico-' || name, schedule,
    'select ' || coalesce(statement, format('portico.nudge(%L)', function))
      || case
      when due is null then ''
      else format(' where exists (select from portico.%I)', due)
    end
  )
  from portico.jobs;
  get diagnostics installed = row_count;
  return installed;
end $$;

comment on function portico.schedule is 'Installs the jobs of Portico.';

-- The answer is the number of jobs that are gone.
create function portico.unschedule() returns int
language plpgsql volatile set search_path = '' as $$
declare
  gone int;
begin
  perform cron.unschedule(jobname)
  from cron.job
  where jobname like 'portico-%' and username = current_user;
  get diagnostics gone = row_count;
  return gone;
end $$;

comment on function portico.unschedule is 'Takes the jobs of Portico away.';

-- pg_cron keeps every run for ever.
create view portico.due_job_runs as
select run.ctid as "row", run.runid::text as key
from cron.job_run_details as run
where run.command like 'select portico.nudge(%'
  and run.end_time < now() - interval '7 days';

comment on view portico.due_job_runs is 'Runs of our jobs, a week on.';

insert into portico.tasks (name, target, max_share)
values ('job_runs', 'cron.job_run_details', 1);

revoke execute on all functions in schema portico from public;
