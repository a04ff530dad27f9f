-- Database webhooks, as the dashboard makes them: a trigger for each, which
-- runs one function with the URL, the method and the rest as its arguments.
-- Runs at every start.

create extension if not exists supabase_vault;

create schema if not exists supabase_functions;
grant usage on schema supabase_functions
  to postgres, anon, authenticated, service_role;

create table if not exists supabase_functions.hooks (
  id bigserial primary key,
  hook_table_id integer not null,
  hook_name text not null,
  created_at timestamptz not null default now(),
  request_id bigint
);
comment on table supabase_functions.hooks is 'Webhooks that have been queued.';
create index if not exists supabase_functions_hooks_request_id_idx
  on supabase_functions.hooks (request_id);
create index if not exists supabase_functions_hooks_h_table_id_h_name_idx
  on supabase_functions.hooks (hook_table_id, hook_name);

-- Arguments: url, method, headers, params, timeout_ms; 'null' is as good as
-- none. It needs pg_net when it runs and not before.
create or replace function supabase_functions.http_request() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  url     text  := nullif(tg_argv[0], 'null');
  method  text  := nullif(tg_argv[1], 'null');
  headers jsonb := coalesce(nullif(tg_argv[2], 'null'),
                            '{"Content-Type": "application/json"}');
  params  jsonb := coalesce(nullif(tg_argv[3], 'null'), '{}');
  timeout int   := coalesce(nullif(tg_argv[4], 'null'), '1000');
  request bigint;
begin
  if url is null then
    raise exception 'url argument is missing';
  end if;
  if method is null then
    raise exception 'method argument is missing';
  end if;

  case method
    when 'GET' then
      request := net.http_get(url, params, headers, timeout);
    when 'POST' then
      request := net.http_post(
        url,
        jsonb_build_object(
          'old_record', old, 'record', new, 'type', tg_op,
          'table', tg_table_name, 'schema', tg_table_schema
        ),
        params, headers, timeout
      );
    else
      raise exception 'method argument % is invalid', method;
  end case;

  insert into supabase_functions.hooks (hook_table_id, hook_name, request_id)
  values (tg_relid, tg_name, request);
  return new;
end $$;
comment on function supabase_functions.http_request is
  'Sends the changed row to a URL, after the commit.';

revoke execute on function supabase_functions.http_request from public;
grant execute on function supabase_functions.http_request
  to postgres, anon, authenticated, service_role;

alter schema supabase_functions owner to supabase_functions_admin;
alter table supabase_functions.hooks owner to supabase_functions_admin;
alter function supabase_functions.http_request owner
  to supabase_functions_admin;
