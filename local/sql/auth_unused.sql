-- Tables of Supabase Auth beside people: the log of what they and the service
-- do, the list of OAuth clients, and those that nothing here writes, which a
-- migration, a view or a type generator may name.

do $$ begin
  create type auth.oauth_registration_type as enum ('dynamic', 'manual');
exception when duplicate_object then null;
end $$;

do $$ begin
  create type auth.oauth_client_type as enum ('public', 'confidential');
exception when duplicate_object then null;
end $$;

create table if not exists auth.instances (
  id uuid not null primary key,
  uuid uuid,
  raw_base_config text,
  created_at timestamptz,
  updated_at timestamptz
);

create table if not exists auth.schema_migrations (
  version varchar(255) not null primary key
);

create table if not exists auth.audit_log_entries (
  instance_id uuid,
  id uuid not null primary key,
  payload json,
  created_at timestamptz,
  ip_address varchar(64) not null default ''
);
comment on table auth.audit_log_entries is
  'Who did what. GET /auth/v1/admin/audit reads it.';
create index if not exists audit_logs_instance_id_idx
  on auth.audit_log_entries (instance_id);

create table if not exists auth.sso_providers (
  id uuid not null primary key,
  resource_id text,
  created_at timestamptz,
  updated_at timestamptz,
  disabled boolean,
  constraint "resource_id not empty"
    check (resource_id is null or char_length(resource_id) > 0)
);
create unique index if not exists sso_providers_resource_id_idx
  on auth.sso_providers (lower(resource_id));

create table if not exists auth.sso_domains (
  id uuid not null primary key,
  sso_provider_id uuid not null
    references auth.sso_providers (id) on delete cascade,
  domain text not null,
  created_at timestamptz,
  updated_at timestamptz,
  constraint "domain not empty" check (char_length(domain) > 0)
);
create unique index if not exists sso_domains_domain_idx
  on auth.sso_domains (lower(domain));
create index if not exists sso_domains_sso_provider_id_idx
  on auth.sso_domains (sso_provider_id);

create table if not exists auth.saml_providers (
  id uuid not null primary key,
  sso_provider_id uuid not null
    references auth.sso_providers (id) on delete cascade,
  entity_id text not null unique,
  metadata_xml text not null,
  metadata_url text,
  attribute_mapping jsonb,
  created_at timestamptz,
  updated_at timestamptz,
  name_id_format text,
  constraint "entity_id not empty" check (char_length(entity_id) > 0),
  constraint "metadata_url not empty"
    check (metadata_url is null or char_length(metadata_url) > 0),
  constraint "metadata_xml not empty" check (char_length(metadata_xml) > 0)
);
create index if not exists saml_providers_sso_provider_id_idx
  on auth.saml_providers (sso_provider_id);

create table if not exists auth.saml_relay_states (
  id uuid not null primary key,
  sso_provider_id uuid not null
    references auth.sso_providers (id) on delete cascade,
  request_id text not null,
  for_email text,
  redirect_to text,
  created_at timestamptz,
  updated_at timestamptz,
  flow_state_id uuid references auth.flow_state (id) on delete cascade,
  constraint "request_id not empty" check (char_length(request_id) > 0)
);
create index if not exists saml_relay_states_created_at_idx
  on auth.saml_relay_states (created_at desc);
create index if not exists saml_relay_states_for_email_idx
  on auth.saml_relay_states (for_email);
create index if not exists saml_relay_states_sso_provider_id_idx
  on auth.saml_relay_states (sso_provider_id);

create table if not exists auth.oauth_clients (
  id uuid not null primary key,
  client_secret_hash text,
  registration_type auth.oauth_registration_type not null,
  redirect_uris text not null,
  grant_types text not null,
  client_name text check (char_length(client_name) <= 1024),
  client_uri text check (char_length(client_uri) <= 2048),
  logo_uri text check (char_length(logo_uri) <= 2048),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  client_type auth.oauth_client_type not null default 'confidential',
  token_endpoint_auth_method text not null
    check (token_endpoint_auth_method in (
      'client_secret_basic', 'client_secret_post', 'none'
    ))
);
comment on table auth.oauth_clients is
  'Applications that may let people in through Auth.';
create index if not exists oauth_clients_deleted_at_idx
  on auth.oauth_clients (deleted_at);

do $$
declare
  name text;
begin
  foreach name in array array[
    'instances', 'schema_migrations', 'audit_log_entries', 'sso_providers',
    'sso_domains', 'saml_providers', 'saml_relay_states', 'oauth_clients'
  ] loop
    execute format('alter table auth.%I enable row level security', name);
    execute format('grant all on auth.%I to dashboard_user', name);
  end loop;
end $$;
