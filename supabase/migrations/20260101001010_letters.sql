-- What was given up, or is tried in vain, and nobody has looked at.
--
-- Needs    uploads (…0300), variants (…0700), admin (…0800), the index (…0900),
--          Vector buckets (…0950), portico.task_failures (…0100)
-- Makes    portico.letters_told, portico.dead_letters;
--          portico_api.take_old_letters()
-- Access   service role only, through the function. The view: the owner.
-- Undo     drop the function, the view and the table.
--
-- sweep asks, and tells whoever runs the project: once a day of each queue, for as
-- long as something is there that is older than a day.

create unlogged table portico.letters_told (
  queue   text primary key,
  told_at timestamptz not null default now()
);

comment on table portico.letters_told is
  'When somebody was last told of what lies in a queue.';

alter table portico.letters_told enable row level security;

create view portico.dead_letters as
select 'index ' || source.name as queue, dead.died_at as since,
  dead.key::text as key, dead.reason
from portico.dead_rows as dead
join portico_index.generations as generation on generation.id = dead.generation
join portico_index.sources as source on source.id = generation.source
union all
select 'bucket of ' || source.name, dirty.first_at, dirty.key::text, dirty.error
from portico.bucket_rows as dirty
join portico_index.generations as generation on generation.id = dirty.generation
join portico_index.sources as source on source.id = generation.source
where dirty.error is not null
union all
select 'uploads', arrived_at, id::text, 'It could not be settled'
from portico.uploads
where due_at is not null and arrived_at is not null
union all
select 'images', changed_at, bucket || '/' || path, 'It could not be made'
from portico.image_changes
union all
select 'notices', due_at, intent::text, 'It could not be sent'
from portico.notices
union all
select 'acts', at, n::text, 'Nobody knows how it has ended'
from portico.open_intents
union all
select 'sweep ' || task, null, key, error
from portico.task_failures
where attempts > 10;

comment on view portico.dead_letters is
  'What was given up or is being tried, by queue, and why.';
comment on column portico.dead_letters.since is
  'Null if it was tried ten times and nobody knows since when.';

-- Queues with letters of more than a day of which nobody was told today:
--   [{ queue, letters, oldest?, reason }]
create function portico_api.take_old_letters() returns jsonb
language sql volatile security definer set search_path = ''
set statement_timeout = '5s' set lock_timeout = '1s'
as $$
  with old as (
    select queue, count(*) as letters, min(since) as oldest,
      (array_agg(reason order by since))[1] as reason
    from portico.dead_letters
    where since < now() - interval '1 day' or since is null
    group by queue
  ),
  told as (
    insert into portico.letters_told as it (queue)
    select queue from old order by 1
    on conflict on constraint letters_told_pkey do update set told_at = now()
    where it.told_at < now() - interval '1 day'
    returning queue
  )
  select coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(old)) order by queue), '[]')
  from old join told using (queue)
$$;

comment on function portico_api.take_old_letters is
  'What somebody should look at. Called by sweep.';

revoke execute on all functions in schema portico_api from public;
grant execute on function portico_api.take_old_letters to service_role;
