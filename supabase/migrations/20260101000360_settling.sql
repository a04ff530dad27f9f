-- Going on with what has arrived: a verdict, and what follows from it.
--
-- Needs    portico.jobs (…0150), portico.uploads (…0300); Supabase Storage
-- Makes    portico_api.claim_uploads(), take_upload(), judge_upload(),
--          find_strays(); the views stray_objects and unsettled_uploads; the job
--          uploads
-- Access   service role only: a verdict decides what is published.
-- Undo     drop function portico_api.claim_uploads, portico_api.take_upload,
--          portico_api.judge_upload, portico_api.find_strays; delete from
--          portico.jobs where name = 'uploads'; select portico.schedule(); drop
--          view portico.unsettled_uploads, portico.stray_objects;
--
-- `signed-upload` reads the bytes, says here what it found, and has Storage move
-- or remove the object, which the guard (…0350) notes. Whoever dies between two
-- of these steps leaves the next to whoever claims the upload when it is due.

-- Up to `size` uploads that are due, longest first, of `max_bytes` together, and
-- alone what has been tried before: it may be what killed who tried. They are the
-- caller's for a minute, and after each attempt for twice as long, up to an hour.
-- If more are due somebody else is woken: one run has the CPU time of a request.
create function portico_api.claim_uploads(size int, max_bytes bigint)
returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '1s'
as $$
declare
  claimed jsonb;
begin
  with held as (
    select ctid as place, bytes, attempts, due_at from portico.uploads
    where due_at <= now()
    order by due_at limit least(size, 1000)
    for update skip locked
  ),
  ranked as (
    select
      place, attempts,
      row_number() over earlier as n,
      sum(bytes) over earlier as upto,
      first_value(attempts) over earlier as first_attempts
    from held window earlier as (order by due_at, place)
  ),
  taken as (
    update portico.uploads as upload set
      attempts = upload.attempts + 1,
      due_at = now() + least(
        interval '1 minute' * power(2, least(upload.attempts, 6)),
        interval '1 hour'
      )
    from ranked
    where upload.ctid = ranked.place and (
      n = 1 or ranked.attempts = 0 and first_attempts = 0 and upto <= max_bytes
    )
    returning upload.*
  )
  select coalesce(jsonb_agg(portico.describe_upload(taken)), '[]')
  into claimed from taken;
  if exists (select from portico.uploads where due_at <= now()) then
    perform portico.wake('uploads');
  end if;
  return claimed;
end $$;

comment on function portico_api.claim_uploads is
  'Takes uploads to go on with. Called by signed-upload.';

-- A person's upload for who goes on with it while they wait: the answer of
-- show_upload, and whether it is theirs, for a minute, or in somebody's hand.
--   { outcome: 'found', upload, mine } or 'not found' or 'not live'
create function portico_api.take_upload(
  person uuid, session uuid, upload uuid
) returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '2s'
as $$
declare
  answer jsonb := portico_api.show_upload(person, session, upload);
begin
  if answer ->> 'outcome' <> 'found' then
    return answer;
  end if;
  update portico.uploads as it set due_at = now() + interval '1 minute'
  where it.id = upload and it.due_at <= now();
  return answer || jsonb_build_object('mine', found);
end $$;

comment on function portico_api.take_upload is
  'One upload of a person, to go on with. Called by signed-upload.';

-- Writes the verdict on the `version` of an upload that was looked at: without
-- a reason it is accepted. The answer is the upload as it is then, or null if it
-- is gone. A verdict on another version, or a second one, changes nothing.
create function portico_api.judge_upload(
  upload uuid, version text, reason text default null, detail text default null
) returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '2s'
as $$
#variable_conflict use_column
begin
  update portico.uploads as it set
    state = case
      when judge_upload.reason is not null then 'rejected'
      when (at_bucket, at_path) = (bucket, path) then 'verified'
      else 'accepted'
    end,
    reason = left(judge_upload.reason, 50),
    detail = left(judge_upload.detail, 500),
    -- A request that is repeated is a new one then.
    idempotency_key = case
      when judge_upload.reason is null then idempotency_key
    end,
    judged_at = now(),
    -- Who judges also does what follows, and has a minute for it.
    due_at = case
      when judge_upload.reason is null
        and (at_bucket, at_path) = (bucket, path) then null
      else now() + interval '1 minute'
    end
  where it.id = upload and it.state = 'arrived'
    and it.version is not distinct from judge_upload.version;
  return (
    select portico.describe_upload(it) from portico.uploads as it
    where it.id = upload
  );
end $$;

comment on function portico_api.judge_upload is
  'Writes a verdict on an upload. Called by signed-upload.';

-- With their owner's account uploads go, and Storage keeps the objects.
create view portico.stray_objects as
select id, bucket_id as bucket, name as path
from storage.objects
where bucket_id = 'portico-inbox' and created_at < now() - interval '1 hour'
  and not exists (
    select from portico.uploads as upload
    where upload.object = objects.id
  );

comment on view portico.stray_objects is 'Objects of the inbox without an upload.';

-- Up to `size` objects that nobody will ask for: [{ bucket, path }].
create function portico_api.find_strays(size int) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(
    jsonb_agg(jsonb_build_object('bucket', bucket, 'path', path)), '[]'
  )
  from (
    -- In no order: some may not go.
    select * from portico.stray_objects order by random()
    limit least(size, 1000)
  ) as stray
$$;

comment on function portico_api.find_strays is
  'Objects to remove. Called by signed-upload.';

create view portico.unsettled_uploads as
select id from portico.uploads where due_at <= now()
union all
select id from portico.stray_objects;

comment on view portico.unsettled_uploads is 'What the job has to do.';

insert into portico.jobs (name, schedule, function, due)
values ('uploads', '30 seconds', 'signed-upload/settle', 'unsettled_uploads');

revoke execute on all functions in schema portico_api from public;
grant execute on function
  portico_api.claim_uploads, portico_api.take_upload, portico_api.judge_upload,
  portico_api.find_strays
to service_role;
