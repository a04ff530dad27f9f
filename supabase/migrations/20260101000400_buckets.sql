-- The buckets that people upload to, and who may do what in them.
--
-- Needs    portico.guarded_buckets (…0350); Supabase Storage
-- Makes    buckets photos and documents, portico-inbox, where uploads arrive,
--          and portico-quarantine; all guarded; four policies on
--          storage.objects; portico_api.may_see_in_inbox()
-- Access   a person's files are in the folder named by their id, and nobody
--          else's. They add them to the inbox, with a ticket; from there
--          `signed-upload` moves what it has verified. Nobody but the service
--          gets into quarantine.
-- Undo     drop the four policies and the function; empty and delete the
--          buckets; delete from portico.guarded_buckets.

-- Edit this file together with `signed-upload/policy.ts` before you apply it:
-- both name the buckets and their limits, and a test compares them. A bucket
-- with `publish: "directly"` is one more in the policy "people add files".
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values
  ('photos', 'photos', false, 10485760,
   array['image/png', 'image/jpeg', 'image/webp']),
  ('documents', 'documents', false, 26214400,
   array['application/pdf', 'text/plain']),
  -- What any of them takes: Storage stops what is more before it is there.
  ('portico-inbox', 'portico-inbox', false, 26214400,
   array['image/png', 'image/jpeg', 'image/webp', 'application/pdf',
     'text/plain']),
  ('portico-quarantine', 'portico-quarantine', false, null, null)
-- A bucket of that name that is there already is somebody's, and stays so.
on conflict (id) do nothing;

insert into portico.guarded_buckets (bucket) values
  ('photos'), ('documents'), ('portico-inbox'), ('portico-quarantine');

create policy "people read the files in their own folder" on storage.objects
  for select to authenticated
  using (
    bucket_id in ('photos', 'documents')
    and (storage.foldername(name))[1] = (select auth.uid())::text
  );

create policy "people add files to their own folder" on storage.objects
  for insert to authenticated
  with check (
    bucket_id in ('portico-inbox')
    and (storage.foldername(name))[1] = (select auth.uid())::text
  );

create policy "people remove the files in their own folder" on storage.objects
  for delete to authenticated
  using (
    bucket_id in ('photos', 'documents')
    and (storage.foldername(name))[1] = (select auth.uid())::text
  );

-- Whether the caller may see a row of the inbox. One that is only written to
-- try, with an open ticket: over S3 Storage asks for that, and there is nothing
-- yet to see. And their own object, on its way to a bucket that shows such
-- things. The policy below asks, as the caller.
create function portico_api.may_see_in_inbox(path text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from portico.uploads as upload
    join portico.guarded_buckets as guarded on guarded.bucket = upload.bucket
    where upload.owner = auth.uid()
      and upload.at_bucket = 'portico-inbox'
      and upload.at_path = may_see_in_inbox.path
      and (
        upload.state = 'open'
        or upload.state in ('arrived', 'accepted') and guarded.shows_unverified
      )
  )
$$;

comment on function portico_api.may_see_in_inbox is
  'Whether the caller may see a row of the inbox. Called by a policy.';

revoke execute on function portico_api.may_see_in_inbox from public;
grant execute on function portico_api.may_see_in_inbox to authenticated;

create policy "people see what they have sent, where that is shown"
  on storage.objects for select to authenticated
  using (
    bucket_id = 'portico-inbox'
    and (storage.foldername(name))[1] = (select auth.uid())::text
    and portico_api.may_see_in_inbox(name)
  );
