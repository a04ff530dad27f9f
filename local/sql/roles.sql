-- Roles and schemas as Supabase has them. Runs at every start, as
-- `supabase_admin`, so every statement may meet its own result.

do $$
declare
  name text;
begin
  foreach name in array array[
    'anon', 'authenticated', 'authenticator', 'dashboard_user',
    'supabase_auth_admin', 'supabase_functions_admin', 'supabase_storage_admin',
    'net_worker'
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
-- With the option, a migration may give them to a role of its own.
grant anon, authenticated, service_role to postgres with admin option;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres;

create schema if not exists extensions;
create schema if not exists auth;
create schema if not exists storage;

grant usage on schema public, extensions
  to postgres, anon, authenticated, service_role;
grant all on schema extensions to postgres;

-- What a migration makes in `public` is open to these roles, and row-level
-- security is what protects it: as on the platform.
do $$
declare
  maker text;
begin
  foreach maker in array array['postgres', 'supabase_admin'] loop
    execute format(
      'alter default privileges for role %1$I in schema public
         grant all on tables to postgres, anon, authenticated, service_role;
       alter default privileges for role %1$I in schema public
         grant all on sequences to postgres, anon, authenticated, service_role;
       alter default privileges for role %1$I in schema public
         grant all on routines to postgres, anon, authenticated, service_role',
      maker
    );
  end loop;
end $$;

create extension if not exists pgcrypto with schema extensions;
create extension if not exists "uuid-ossp" with schema extensions;

alter database postgres set search_path to "$user", public, extensions;

-- Realtime is not here, but a migration may name what it publishes.
do $$
begin
  if not exists (
    select from pg_publication where pubname = 'supabase_realtime'
  ) then
    create publication supabase_realtime;
    alter publication supabase_realtime owner to postgres;
  end if;
end $$;
