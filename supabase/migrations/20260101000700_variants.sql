-- Pictures of public objects, kept where a CDN has them.
--
-- Needs    portico.tasks (…0100), portico.jobs, portico.wake() (…0150);
--          Supabase Storage
-- Makes    the bucket portico-variants; portico.image_changes, variant_uses; a
--          trigger on storage.objects; portico_api.claim_image_changes(),
--          settle_image_change(), find_excess_variants(), touch_variant(); the
--          views due_images, excess_variants; the job images; the tasks
--          image_changes, variant_uses
-- Access   service role only. The bucket is everybody's to read, and nobody's
--          but the service's to write: it has no policies.
-- Cost     a look-up by index for each object that is written, and a row for
--          each image in a public bucket.
-- Undo     drop function portico.note_image_change cascade; delete from
--          portico.jobs where name = 'images'; select portico.schedule(); delete
--          from portico.tasks where name in ('image_changes', 'variant_uses');
--          drop function portico_api.claim_image_changes,
--          portico_api.settle_image_change, portico_api.find_excess_variants,
--          portico_api.touch_variant, portico.variants_of; drop view portico.due_images,
--          portico.due_variant_uses, portico.due_image_changes,
--          portico.excess_variants; drop table portico.image_changes,
--          portico.variant_uses; empty and delete the bucket.
--
-- A variant is called <bucket>/<path>/<etag of the object>/<what it is>, so that
-- whoever knows an object finds its variants, and an object that is replaced has
-- none. A change names an object and says nothing of it: who works on it looks
-- at what is there by then.

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values (
  'portico-variants', 'portico-variants', true, 10485760,
  array[
    'image/avif', 'image/bmp', 'image/gif', 'image/jpeg', 'image/png',
    'image/tiff', 'image/webp'
  ]
)
on conflict (id) do nothing;

create table portico.image_changes (
  bucket     text not null,
  path       text not null,
  changed_at timestamptz not null default clock_timestamp(),
  due_at     timestamptz not null default now(),
  attempts   int not null default 0,
  primary key (bucket, path)
);

comment on table  portico.image_changes is
  'Images of public buckets that came, changed or went.';
comment on column portico.image_changes.changed_at is
  'Of the last change: one that comes while another is worked on stays.';
comment on column portico.image_changes.due_at is
  'When somebody should work on it: later after each attempt.';

create index image_changes_due on portico.image_changes (due_at);

create unlogged table portico.variant_uses (
  name    text primary key,
  used_on date not null default current_date
);

comment on table portico.variant_uses is
  'When a variant was last asked for, to the day. Those that nobody asks for go '
  'first when there are too many.';

alter table portico.image_changes enable row level security;
alter table portico.variant_uses enable row level security;

-- Notes an object that came, changed or went, and wakes who works on it.
create function portico.note_image_change() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  object storage.objects;
begin
  -- A move is a change of both places.
  foreach object in array array[old, new] loop
    continue when object.id is null
      or object.metadata ->> 'mimetype' not like 'image/%'
      or not exists (
        select from storage.buckets
        where id = object.bucket_id and public and id <> 'portico-variants'
      );
    insert into portico.image_changes (bucket, path)
    values (object.bucket_id, object.name)
    on conflict (bucket, path) do update
      set changed_at = clock_timestamp(), due_at = now(), attempts = 0;
    perform portico.wake('images');
  end loop;
  return null;
end $$;

create trigger portico_note_new_image after insert on storage.objects
  for each row when (new.metadata is not null)
  execute function portico.note_image_change();

create trigger portico_note_changed_image after update on storage.objects
  for each row when (
    (old.bucket_id, old.name, old.version, old.metadata)
      is distinct from (new.bucket_id, new.name, new.version, new.metadata)
  )
  execute function portico.note_image_change();

create trigger portico_note_lost_image after delete on storage.objects
  for each row execute function portico.note_image_change();

-- The names of all variants of an object, of whatever version of it.
create function portico.variants_of(bucket text, path text) returns text[]
language sql stable set search_path = '' as $$
  select coalesce(array_agg(name order by name), '{}')
  from storage.objects
  where bucket_id = 'portico-variants'
    -- '0' comes behind '/': all that begins with the path and a slash.
    and name collate "C" >= variants_of.bucket || '/' || variants_of.path || '/'
    and name collate "C" < variants_of.bucket || '/' || variants_of.path || '0'
    -- Another object may have this one's path for a folder.
    and cardinality(string_to_array(name, '/')) - 2
      = cardinality(string_to_array(variants_of.bucket || '/' || variants_of.path, '/'))
$$;

-- Up to `size` changes, longest due first; they are the caller's for a minute,
-- and after each attempt for twice as long, up to a day. Of each the object as it
-- is now, without an ETag if it is gone or not public any more:
--   [{ bucket, path, etag?, changed_at, variants: [name] }]
-- If more are due somebody else is woken: one run has the CPU time of a request.
create function portico_api.claim_image_changes(size int) returns jsonb
language plpgsql volatile security definer set search_path = ''
set lock_timeout = '1s'
as $$
declare
  claimed jsonb;
begin
  with taken as (
    update portico.image_changes as change set
      attempts = change.attempts + 1,
      due_at = now() + least(
        interval '1 minute' * power(2, least(change.attempts, 11)),
        interval '1 day'
      )
    where ctid = any (array(
      select ctid from portico.image_changes where due_at <= now()
      order by due_at limit least(size, 100) for update skip locked
    ))
    returning change.*
  )
  select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
    'bucket', taken.bucket,
    'path', taken.path,
    'changed_at', taken.changed_at,
    'etag', trim('"' from object.metadata ->> 'eTag'),
    'variants', portico.variants_of(taken.bucket, taken.path)
  ))), '[]')
  into claimed
  from taken
  left join storage.buckets as bucket
    on bucket.id = taken.bucket and bucket.public
  left join storage.objects as object
    on object.bucket_id = bucket.id and object.name = taken.path
    and object.metadata ->> 'mimetype' like 'image/%';
  if exists (select from portico.image_changes where due_at <= now()) then
    perform portico.wake('images');
  end if;
  return claimed;
end $$;

comment on function portico_api.claim_image_changes is
  'Takes changes of images to work on. Called by image-proxy.';

-- Forgets a change that was worked on, unless there was another since.
create function portico_api.settle_image_change(
  bucket text, path text, changed_at timestamptz
) returns void
language sql volatile security definer set search_path = ''
set lock_timeout = '1s'
as $$
  delete from portico.image_changes as change
  where change.bucket = settle_image_change.bucket
    and change.path = settle_image_change.path
    and change.changed_at = settle_image_change.changed_at
$$;

comment on function portico_api.settle_image_change is
  'Forgets a change of an image. Called by image-proxy.';

-- Says that a variant was asked for today.
create function portico_api.touch_variant(name text) returns void
language sql volatile security definer set search_path = ''
set lock_timeout = '1s'
as $$
  insert into portico.variant_uses as uses (name)
  select touch_variant.name from storage.objects as object
  where object.bucket_id = 'portico-variants'
    and object.name = touch_variant.name
  on conflict on constraint variant_uses_pkey do update
    set used_on = current_date where uses.used_on < current_date
$$;

comment on function portico_api.touch_variant is
  'Says that a variant was used. Called by image-proxy.';

-- What has to go: variants of buckets that are not everybody's any more, and then
-- those past 1 GiB, least recently used first, but for the ones that begin with
-- `eager-`, which pages link to without asking. Edit the number here.
create view portico.excess_variants as
select name from storage.objects as object
where bucket_id = 'portico-variants' and not exists (
  select from storage.buckets
  where id = split_part(object.name, '/', 1) and public
)
union all
select name from (
  select
    object.name,
    coalesce(uses.used_on, object.created_at::date) as used_on,
    object.created_at,
    sum((object.metadata ->> 'size')::bigint) over (
      order by coalesce(uses.used_on, object.created_at::date) desc,
        object.created_at desc, object.name
    ) as upto
  from storage.objects as object
  left join portico.variant_uses as uses on uses.name = object.name
  where object.bucket_id = 'portico-variants'
    and object.name not like '%/eager-%'
) as ranked
where upto > 1073741824;

comment on view portico.excess_variants is
  'Variants that may not stay, or that there is no room for.';

-- Up to `size` of them: [name].
create function portico_api.find_excess_variants(size int) returns jsonb
language sql volatile security definer set search_path = '' as $$
  with excess as materialized (
    select name from portico.excess_variants limit least(size, 1000)
  ),
  forgotten as (
    delete from portico.variant_uses as uses
    using excess where uses.name = excess.name
  )
  select coalesce(jsonb_agg(name), '[]') from excess
$$;

comment on function portico_api.find_excess_variants is
  'Variants to remove. Called by image-proxy.';

-- Without their variants they mean nothing.
create view portico.due_variant_uses as
select uses.ctid as "row", uses.name as key
from portico.variant_uses as uses
where not exists (
  select from storage.objects as object
  where object.bucket_id = 'portico-variants' and object.name = uses.name
);

comment on view portico.due_variant_uses is 'Uses of variants that are gone.';

-- Nobody has tended them: image-proxy is not there, say.
create view portico.due_image_changes as
select change.ctid as "row", change.bucket || '/' || change.path as key
from portico.image_changes as change
where change.changed_at < now() - interval '30 days';

comment on view portico.due_image_changes is
  'Changes of images that were not worked on for a month.';

insert into portico.tasks (name, target, max_share)
values
  ('image_changes', 'portico.image_changes', 1),
  ('variant_uses', 'portico.variant_uses', 1);

create view portico.due_images as
select path from portico.image_changes where due_at <= now()
union all
select name from portico.excess_variants;

comment on view portico.due_images is 'What the job has to do.';

insert into portico.jobs (name, schedule, function, due)
values ('images', '* * * * *', 'image-proxy/tend', 'due_images');

revoke execute on all functions in schema portico from public;
revoke execute on all functions in schema portico_api from public;
grant execute on function
  portico_api.claim_image_changes, portico_api.settle_image_change,
  portico_api.find_excess_variants, portico_api.touch_variant
to service_role;
