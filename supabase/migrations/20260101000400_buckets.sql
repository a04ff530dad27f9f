-- The buckets that people upload to, and who may do what in them.
--
-- Needs    portico.guarded_buckets (…0350); Supabase Storage
-- Makes    buckets photos and documents, guarded; three policies on
--          storage.objects
-- Access   a person's files are in the folder named by their id, and nobody
--          else's, and need a ticket. Nothing is overwritten: there is no policy
--          for update.
-- Undo     drop the three policies; empty and delete the buckets; delete from
--          portico.guarded_buckets where bucket in ('photos', 'documents');

-- Edit this file together with `signed-upload/policy.ts` before you apply it:
-- both name the buckets and their limits, and a test compares them.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values
  ('photos', 'photos', false, 10485760,
   array['image/png', 'image/jpeg', 'image/webp']),
  ('documents', 'documents', false, 26214400,
   array['application/pdf', 'text/plain'])
-- A bucket of that name that is there already is somebody's, and stays so.
on conflict (id) do nothing;

insert into portico.guarded_buckets (bucket) values ('photos'), ('documents');

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
