-- What arrives in a guarded bucket without a ticket, by whatever way, is refused.
--
-- Needs    portico.may_act() (…0000), portico.wake() (…0150), portico.uploads
--          (…0300); Supabase Storage
-- Makes    portico.guarded_buckets; two triggers on storage.objects
-- Access   nobody: the triggers run in the name of the owner of the project.
--          Buckets that are not listed are left alone.
-- Cost     one look-up by index for each object that is written, in any bucket,
--          and one more for each in a guarded one: bench/README.md.
-- Undo     drop function portico.guard_object, portico.forget_object cascade;
--          drop function portico.admit_object, portico.place_object,
--          portico.own_object, portico.refuse_object;
--          drop table portico.guarded_buckets;
--
-- Storage writes the row of an object last, when it knows what has arrived, and
-- discards the bytes if the row is refused. Before the first byte it writes the
-- row once and takes it back, to see what policies and triggers say: it does
-- not know the size then, and there is nothing but the ticket to ask for. It
-- moves an object by writing its row anew, with a place and a version.

create table portico.guarded_buckets (
  bucket           text primary key,
  shows_unverified boolean not null default false
);

comment on table portico.guarded_buckets is 'Where a ticket is needed.';
comment on column portico.guarded_buckets.shows_unverified is
  'Whether people may read what they have sent here before it is verified.';

alter table portico.guarded_buckets enable row level security;

-- Ends the statement with the error of a policy, which Storage answers with 403.
create function portico.refuse_object(why text) returns void
language plpgsql immutable set search_path = '' as $$
begin
  raise exception '%', why using errcode = 'insufficient_privilege';
end $$;

-- The object with the owner and the metadata of its upload, whoever has sent or
-- moved it: a project's S3 key has no owner to name, and a client could say what
-- nobody has allowed.
create function portico.own_object(
  object storage.objects, upload portico.uploads
) returns storage.objects
language plpgsql immutable set search_path = '' as $$
begin
  object.owner := upload.owner;
  object.owner_id := upload.owner;
  object.user_metadata := upload.metadata;
  return object;
end $$;

-- Lets an object move to where its upload belongs once that was accepted, or
-- into quarantine once it was rejected, and gives it its owner and metadata.
-- Null if it is no such move.
create function portico.place_object(
  moved storage.objects, former storage.objects
) returns storage.objects
language plpgsql volatile set search_path = '' as $$
declare
  upload portico.uploads;
begin
  select * into upload from portico.uploads
  where object = former.id and version is not distinct from former.version
    and state in ('accepted', 'rejected')
  for update;
  if upload.state = 'accepted'
    and (moved.bucket_id, moved.name) = (upload.bucket, upload.path)
  then
    update portico.uploads set
      state = 'verified', version = moved.version, due_at = null,
      at_bucket = bucket, at_path = path
    where id = upload.id;
  elsif upload.state = 'rejected'
    and (moved.bucket_id, moved.name)
      = ('portico-quarantine', upload.owner || '/' || upload.id)
  then
    -- If it is not to be kept it goes from there, where its name is its own.
    update portico.uploads set
      object = case when quarantine then null else object end,
      version = case when quarantine then null else moved.version end,
      due_at = case when quarantine then null else due_at end,
      at_bucket = moved.bucket_id, at_path = moved.name
    where id = upload.id;
  else
    return null;
  end if;
  return portico.own_object(moved, upload);
end $$;

-- Takes the ticket for an object that arrives. `former` is what it replaces, or
-- null.
create function portico.admit_object(
  incoming storage.objects, former storage.objects
) returns storage.objects
language plpgsql volatile set search_path = '' as $$
declare
  ticket portico.uploads;
begin
  select * into ticket from portico.uploads
  where at_bucket = incoming.bucket_id and at_path = incoming.name
    and state = 'open' and expires_at > now()
  for update;
  if not found then
    perform portico.refuse_object('There is no ticket for this object');
  end if;
  -- A copy brings bytes that the service can read, and the ticket's owner need
  -- not: over S3 a header turns an upload into one, and no signature covers it.
  if storage.operation() ~ '[._](part_)?copy$' then
    perform portico.refuse_object('Nothing is copied here');
  end if;
  if not portico.may_act(ticket.owner) then
    perform portico.refuse_object('The owner of the ticket may not act any more');
  end if;
  if coalesce(incoming.owner_id, ticket.owner::text) <> ticket.owner::text then
    perform portico.refuse_object(
      'The ticket for this object is somebody else''s'
    );
  end if;
  if former.id is not null and (
    not ticket.upsert or former.owner_id is distinct from ticket.owner::text
    -- It is about to be removed, and what took its place would be.
    or exists (
      select from portico.uploads as it
      where it.object = former.id and it.state = 'rejected'
    )
  ) then
    perform portico.refuse_object('The ticket is not for an object that is there');
  end if;

  if incoming.metadata ? 'size' then
    if incoming.metadata -> 'size' <> to_jsonb(ticket.bytes)
      or lower(incoming.metadata ->> 'mimetype') is distinct from ticket.type
      -- Who reads it would see other bytes than were looked at.
      or incoming.metadata ->> 'contentEncoding' <> ''
    then
      perform portico.refuse_object('The object is not what its ticket says');
    end if;
    delete from portico.uploads as replaced where replaced.object = former.id;
    update portico.uploads set
      state = 'arrived', object = incoming.id, version = incoming.version,
      arrived_at = now(), due_at = now()
    where id = ticket.id;
    perform portico.wake('uploads');
  end if;
  return portico.own_object(incoming, ticket);
end $$;

create function portico.guard_object() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  placed storage.objects;
begin
  if not exists (
    select from portico.guarded_buckets where bucket = new.bucket_id
  ) then
    return new;
  end if;
  if tg_op = 'INSERT' then
    -- With `on conflict` the same statement comes again, as the update that it
    -- is. The lock keeps what it will replace from being deleted meanwhile.
    perform from storage.objects
    where bucket_id = new.bucket_id and name = new.name for update;
    if found then
      return new;
    end if;
    return portico.admit_object(new, null);
  end if;
  if (new.bucket_id, new.name, new.version)
    is not distinct from (old.bucket_id, old.name, old.version)
    and new.metadata -> 'size' is not distinct from old.metadata -> 'size'
  then
    return new;
  end if;
  placed := portico.place_object(new, old);
  if placed.id is not null then
    return placed;
  end if;
  return portico.admit_object(new, old);
end $$;

comment on function portico.guard_object is
  'Refuses an object in a guarded bucket that has no ticket.';

create trigger portico_guard_object before insert or update on storage.objects
  for each row execute function portico.guard_object();

-- What is no longer there takes up nothing of a quota. Of what was rejected,
-- the reason stays.
create function portico.forget_object() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update portico.uploads set object = null, version = null, due_at = null
  where object = old.id and state = 'rejected';
  if not found then
    delete from portico.uploads where object = old.id;
  end if;
  return null;
end $$;

comment on function portico.forget_object is
  'Gives back what a deleted object took up of a quota.';

create trigger portico_forget_object after delete on storage.objects
  for each row execute function portico.forget_object();

revoke execute on all functions in schema portico from public;
