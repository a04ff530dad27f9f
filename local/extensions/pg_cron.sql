-- Jobs at fixed times: the interface of pg_cron. `cron.ts` runs them.

create schema cron;

create sequence cron.jobid_seq;
create table cron.job (
  jobid bigint primary key default nextval('cron.jobid_seq'),
  schedule text not null,
  command text not null,
  nodename text not null default 'localhost',
  nodeport int not null default 5432,
  database text not null default current_database(),
  username text not null default current_user,
  active boolean not null default true,
  jobname text,
  constraint jobname_username_uniq unique (jobname, username)
);
comment on table cron.job is 'Jobs. Everybody sees their own.';

create sequence cron.runid_seq;
create table cron.job_run_details (
  jobid bigint,
  runid bigint primary key default nextval('cron.runid_seq'),
  job_pid integer,
  database text,
  username text,
  command text,
  status text,
  return_message text,
  start_time timestamptz,
  end_time timestamptz
);
comment on table cron.job_run_details is 'Runs of jobs, and how they ended.';

create function cron._tell() returns trigger language plpgsql as $$
begin
  notify cron_job;
  return null;
end $$;
create trigger tell_the_worker
  after insert or update or delete or truncate on cron.job
  for each statement execute function cron._tell();

alter table cron.job enable row level security;
alter table cron.job_run_details enable row level security;
create policy cron_job_policy on cron.job
  using (username = current_user);
create policy cron_job_run_details_policy on cron.job_run_details
  using (username = current_user);

-- Five fields, or "30 seconds". A field is a list of steps through ranges; the
-- day of the month may be $, its last. Months and weekdays have names, which
-- count as their numbers do: "nov-feb" is no range. A step may be longer than
-- its range, as with Vixie cron, from which pg_cron has this.
create function cron._is_schedule(schedule text) returns boolean
language plpgsql immutable as $$
declare
  fields text[] := regexp_split_to_array(trim(lower(schedule)), '\s+');
  bounds int[] := array[0, 59, 0, 23, 1, 31, 1, 12, 0, 7];
  names text[] := array['', '', '',
    'jan feb mar apr may jun jul aug sep oct nov dec',
    'sun mon tue wed thu fri sat'];
  part text;
  ends text[];
  numbers int[];
begin
  if trim(schedule) ~ '^([1-9]|[1-5]\d) seconds?$' then
    return true;
  end if;
  if trim(lower(schedule)) = any (array['@yearly', '@annually', '@monthly',
    '@weekly', '@daily', '@midnight', '@hourly']) then
    return true;
  end if;
  if cardinality(fields) <> 5 then
    return false;
  end if;
  for i in 1..5 loop
    foreach part in array string_to_array(fields[i], ',') loop
      continue when part = '$' and i = 3;
      ends := regexp_match(
        part, '^(?:(?:\*|(\w+)-(\w+))(?:/0*[1-9]\d{0,5})?|(\w+))$'
      );
      if ends is null then
        return false;
      end if;
      select array_agg(coalesce(
        array_position(string_to_array(names[i], ' '), word)
          - 1 + bounds[2 * i - 1],
        case when word ~ '^\d{1,2}$' then word::int else -1 end
      ) order by at) into numbers
      from unnest(ends) with ordinality as of (word, at)
      where word is not null;
      if bounds[2 * i - 1] > any (numbers) or bounds[2 * i] < any (numbers)
        or numbers[1] > numbers[2]
      then
        return false;
      end if;
    end loop;
  end loop;
  return true;
end $$;

create function cron._require_schedule(schedule text) returns void
language plpgsql as $$
begin
  if not cron._is_schedule(schedule) then
    raise exception 'invalid schedule: %', schedule using
      errcode = 'invalid_parameter_value',
      hint = 'Use cron format (e.g. 5 4 * * *), or interval format '
        '''[1-59] seconds''';
  end if;
end $$;

-- Who schedules is known before the function runs with more rights. Nobody can
-- schedule as somebody they could not become.
create function cron._put(
  job_name text, schedule text, command text, owner text, active boolean
) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  job bigint;
begin
  if not pg_has_role(session_user, owner, 'member') then
    raise exception 'permission denied to schedule as %', owner
      using errcode = 'insufficient_privilege';
  end if;
  perform cron._require_schedule(schedule);
  insert into cron.job as it (jobname, schedule, command, username, active)
  values (job_name, _put.schedule, _put.command, owner, _put.active)
  on conflict on constraint jobname_username_uniq do update set
    schedule = excluded.schedule,
    command = excluded.command,
    active = excluded.active
  returning jobid into job;
  return job;
end $$;

create function cron.schedule(schedule text, command text) returns bigint
language sql as $$
  select cron._put(null, schedule, command, current_user, true)
$$;

create function cron.schedule(job_name text, schedule text, command text)
returns bigint
language sql as $$
  select cron._put(job_name, schedule, command, current_user, true)
$$;

create function cron._drop(wanted bigint, owner text) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  delete from cron.job where jobid = wanted and username = owner;
  return found;
end $$;

create function cron.unschedule(job_id bigint) returns boolean
language plpgsql as $$
begin
  if not cron._drop(job_id, current_user) then
    raise exception 'could not find valid entry for job ''%''', job_id;
  end if;
  return true;
end $$;

create function cron.unschedule(job_name text) returns boolean
language plpgsql as $$
declare
  job bigint := (
    select jobid from cron.job
    where jobname = job_name and username = current_user
  );
begin
  if job is null or not cron._drop(job, current_user) then
    raise exception 'could not find valid entry for job ''%''', job_name;
  end if;
  return true;
end $$;

create function cron._alter(
  wanted bigint, owner text, schedule text, command text, active boolean
) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  if schedule is not null then
    perform cron._require_schedule(schedule);
  end if;
  update cron.job as it set
    schedule = coalesce(_alter.schedule, it.schedule),
    command = coalesce(_alter.command, it.command),
    active = coalesce(_alter.active, it.active)
  where jobid = wanted and username = owner;
  return found;
end $$;

create function cron.alter_job(
  job_id bigint,
  schedule text default null,
  command text default null,
  database text default null,
  username text default null,
  active boolean default null
) returns void
language plpgsql as $$
begin
  if database <> current_database() or username <> current_user then
    raise exception 'Cannot move a job: the local stack has one database, '
      'and runs a job as whoever scheduled it';
  end if;
  if not cron._alter(job_id, current_user, schedule, command, active) then
    raise exception 'Job % does not exist or you don''t own it', job_id;
  end if;
end $$;

-- The grants that the platform makes when the extension is created. The
-- functions that start with _ trust the owner they are told.
revoke execute on all functions in schema cron from public;
grant usage on schema cron to postgres with grant option;
grant select on cron.job to postgres with grant option;
grant select, insert, update, delete, truncate, references
  on cron.job_run_details to postgres with grant option;
grant execute on all functions in schema cron to postgres with grant option;
