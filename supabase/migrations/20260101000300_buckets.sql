-- The buckets that people upload to, and who may do what in them.
--
-- Needs    Supabase Storage
-- Makes    buckets photos and documents; three policies on storage.objects
-- Access   a person's files are in the folder named by their id, and nobody
--          else's. Nothing is overwritten: there is no policy for update.
-- Undo     drop the three policies; empty and delete the buckets.

-- The same limits as in `signed-upload/policy.ts`; a test compares them.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values
  ('photos', 'photos', false, 10485760,
   array['image/png', 'image/jpeg', 'image/webp']),
  ('documents', 'documents', false, 26214400,
   array['application/pdf', 'text/plain'])
on conflict (id) do update
set public = excluded.public,
    file_size_limit = excluded.file_size_limit,
    allowed_mime_types = excluded.allowed_mime_types;

create policy "people read the files in their own folder" on storage.objects
  for select to authenticated
  using (
    bucket_id in ('photos', 'documents')
    and (storage.foldername(name))[1] = (select auth.uid())::text
  );

create policy "people add files to their own folder" on storage.objects
  for insert to authenticated
  with check (
    bucket_id in ('photos', 'documents')
    and (storage.foldername(name))[1] = (select auth.uid())::text
  );

create policy "people remove the files in their own folder" on storage.objects
  for delete to authenticated
  using (
    bucket_id in ('photos', 'documents')
    and (storage.foldername(name))[1] = (select auth.uid())::text
  );
