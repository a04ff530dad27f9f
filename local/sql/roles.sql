-- Roles and schemas as Supabase has them. Runs at every start, so every
-- statement may meet its own result.

do $$
declare
  name text;
begin
  foreach name in array array[
    'anon', 'authenticated', 'authenticator', 'dashboard_user',
    'supabase_admin', 'supabase_auth_admin', 'supabase_storage_admin'
  ] loop
    if not exists (select from pg_roles where rolname = name) then
      execute format('create role %I nologin noinherit', name);
    end if;
  end loop;
  if not exists (select from pg_roles where rolname = 'service_role') then
    create role service_role nologin noinherit bypassrls;
  end if;
end $$;

grant anon, authenticated, service_role to authenticator;

create schema if not exists extensions;
create schema if not exists auth;
create schema if not exists storage;

grant usage on schema public, extensions, auth, storage
  to anon, authenticated, service_role;

-- What a migration makes in `public` is open to these roles, and row-level
-- security is what protects it: as on the platform.
alter default privileges in schema public
  grant all on tables to anon, authenticated, service_role;
alter default privileges in schema public
  grant all on sequences to anon, authenticated, service_role;
alter default privileges in schema public
  grant all on routines to anon, authenticated, service_role;

create extension if not exists pgcrypto with schema extensions;

alter database postgres set search_path to "$user", public, extensions;
