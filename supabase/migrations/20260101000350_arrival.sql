-- What arrives in a guarded bucket without a ticket, by whatever way, is refused.
--
-- Needs    portico.uploads (…0300); Supabase Storage
-- Makes    portico.guarded_buckets; two triggers on storage.objects
-- Access   nobody: the triggers run in the name of the owner of the project.
--          Buckets that are not listed are left alone.
-- Cost     one look-up by index for each object that is written, in any bucket,
--          and one more for each in a guarded one: bench/README.md.
-- Undo     drop function portico.guard_object, portico.forget_object cascade;
--          drop table portico.guarded_buckets;
--
-- Storage writes the row of an object last, when it knows what has arrived, and
-- discards the bytes if the row is refused. Before the first byte it writes the
-- row once and takes it back, to see what policies and triggers say: it does
-- not know the size then, and there is nothing but the ticket to ask for.

create table portico.guarded_buckets (
  bucket text primary key
);

comment on table portico.guarded_buckets is 'Where a ticket is needed.';

alter table portico.guarded_buckets enable row level security;

create function portico.guard_object() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  ticket portico.uploads;
begin
  if not exists (
    select from portico.guarded_buckets where bucket = new.bucket_id
  ) then
    return new;
  end if;
  if tg_op = 'UPDATE' and (new.bucket_id, new.name, new.version)
    is not distinct from (old.bucket_id, old.name, old.version)
  then
    return new;
  end if;

  select * into ticket from portico.uploads
  where bucket = new.bucket_id and path = new.name
    and state = 'open' and expires_at > now()
  for update;
  -- 42501 is what a policy says, and what Storage answers with a 403.
  if not found then
    raise exception 'There is no ticket for this object'
      using errcode = 'insufficient_privilege';
  end if;
  -- A project's S3 key has no owner to name. The ticket has.
  if coalesce(new.owner_id, ticket.owner::text) <> ticket.owner::text
    or tg_op = 'UPDATE' and old.owner_id is distinct from ticket.owner::text
  then
    raise exception 'The ticket for this object is somebody else''s'
      using errcode = 'insufficient_privilege';
  end if;
  new.owner := ticket.owner;
  new.owner_id := ticket.owner;

  if new.metadata ? 'size' then
    if new.metadata -> 'size' <> to_jsonb(ticket.bytes)
      or lower(new.metadata ->> 'mimetype') is distinct from ticket.type
    then
      raise exception 'The object is not what its ticket says'
        using errcode = 'insufficient_privilege';
    end if;
    update portico.uploads
    set state = 'arrived', object = new.id, version = new.version,
      arrived_at = now()
    where id = ticket.id;
  end if;
  return new;
end $$;

comment on function portico.guard_object is
  'Refuses an object in a guarded bucket that has no ticket.';

create trigger portico_guard_object before insert or update on storage.objects
  for each row execute function portico.guard_object();

-- What is no longer there takes up nothing of a quota.
create function portico.forget_object() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from portico.uploads where object = old.id;
  return null;
end $$;

comment on function portico.forget_object is
  'Gives back what a deleted object took up of a quota.';

create trigger portico_forget_object after delete on storage.objects
  for each row execute function portico.forget_object();

revoke execute on all functions in schema portico from public;
