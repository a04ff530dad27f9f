-- People, their sessions, and who a statement runs for, in the shape of
-- Supabase Auth. Runs at every start, so every statement may meet its own
-- result. auth_tokens.sql, auth_factors.sql and auth_unused.sql have the rest.

do $$ begin
  create type auth.aal_level as enum ('aal1', 'aal2', 'aal3');
exception when duplicate_object then null;
end $$;

create table if not exists auth.users (
  instance_id uuid,
  id uuid not null primary key,
  aud varchar(255),
  role varchar(255),
  email varchar(255),
  encrypted_password varchar(255),
  email_confirmed_at timestamptz,
  invited_at timestamptz,
  confirmation_token varchar(255),
  confirmation_sent_at timestamptz,
  recovery_token varchar(255),
  recovery_sent_at timestamptz,
  email_change_token_new varchar(255),
  email_change varchar(255),
  email_change_sent_at timestamptz,
  last_sign_in_at timestamptz,
  raw_app_meta_data jsonb,
  raw_user_meta_data jsonb,
  is_super_admin boolean,
  created_at timestamptz,
  updated_at timestamptz,
  phone text unique default null,
  phone_confirmed_at timestamptz,
  phone_change text default '',
  phone_change_token varchar(255) default '',
  phone_change_sent_at timestamptz,
  confirmed_at timestamptz
    generated always as (least(email_confirmed_at, phone_confirmed_at)) stored,
  email_change_token_current varchar(255) default '',
  email_change_confirm_status smallint default 0
    check (email_change_confirm_status between 0 and 2),
  banned_until timestamptz,
  reauthentication_token varchar(255) default '',
  reauthentication_sent_at timestamptz,
  is_sso_user boolean not null default false,
  deleted_at timestamptz,
  is_anonymous boolean not null default false
);
comment on table auth.users is
  'People who can sign in.';
comment on column auth.users.is_sso_user is
  'Whether the account comes from SSO; such accounts may share an address.';

create unique index if not exists users_email_partial_key
  on auth.users (email) where not is_sso_user;
create index if not exists users_instance_id_email_idx
  on auth.users (instance_id, lower(email));
create index if not exists users_instance_id_idx on auth.users (instance_id);
create index if not exists users_is_anonymous_idx on auth.users (is_anonymous);

-- No two people share a token. Old rows have digits here, or nothing.
do $$
declare
  token text;
begin
  foreach token in array array[
    'confirmation_token', 'recovery_token', 'reauthentication_token',
    'email_change_token_current', 'email_change_token_new'
  ] loop
    execute format('create unique index if not exists %I on auth.users (%I)
      where %I !~ ''^[0-9 ]*$''', token || '_idx', token, token);
  end loop;
end $$;

create table if not exists auth.identities (
  provider_id text not null,
  user_id uuid not null references auth.users (id) on delete cascade,
  identity_data jsonb not null,
  provider text not null,
  last_sign_in_at timestamptz,
  created_at timestamptz,
  updated_at timestamptz,
  email text generated always as (lower(identity_data ->> 'email')) stored,
  id uuid not null primary key default gen_random_uuid(),
  constraint identities_provider_id_provider_unique
    unique (provider_id, provider)
);
comment on table auth.identities is
  'Ways in which a person can prove who they are.';
comment on column auth.identities.email is
  'Taken from identity_data, for look-ups.';

create index if not exists identities_user_id_idx on auth.identities (user_id);
create index if not exists identities_email_idx
  on auth.identities (email text_pattern_ops);

create table if not exists auth.sessions (
  id uuid not null primary key,
  user_id uuid not null references auth.users (id) on delete cascade,
  created_at timestamptz,
  updated_at timestamptz,
  factor_id uuid,
  aal auth.aal_level,
  not_after timestamptz,
  refreshed_at timestamp,
  user_agent text,
  ip inet,
  tag text
);
alter table auth.sessions
  add column if not exists oauth_client_id uuid,
  add column if not exists refresh_token_hmac_key text,
  add column if not exists refresh_token_counter bigint,
  add column if not exists scopes text;
comment on table auth.sessions is
  'One for each sign-in that has not been signed out.';
comment on column auth.sessions.not_after is
  'The session is over after this; null means that it has no such end.';

create index if not exists sessions_user_id_idx on auth.sessions (user_id);
create index if not exists sessions_not_after_idx
  on auth.sessions (not_after desc);
create index if not exists user_id_created_at_idx
  on auth.sessions (user_id, created_at);

create table if not exists auth.refresh_tokens (
  instance_id uuid,
  id bigserial primary key,
  token varchar(255) unique,
  user_id varchar(255),
  revoked boolean,
  created_at timestamptz,
  updated_at timestamptz,
  parent varchar(255),
  session_id uuid references auth.sessions (id) on delete cascade
);
comment on table auth.refresh_tokens is
  'What a session is kept alive with. Each is used once.';

create index if not exists refresh_tokens_instance_id_user_id_idx
  on auth.refresh_tokens (instance_id, user_id);
create index if not exists refresh_tokens_parent_idx
  on auth.refresh_tokens (parent);
create index if not exists refresh_tokens_session_id_revoked_idx
  on auth.refresh_tokens (session_id, revoked);

-- How a session came to be: the token's `amr` is read from here.
create table if not exists auth.mfa_amr_claims (
  session_id uuid not null references auth.sessions (id) on delete cascade,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  authentication_method text not null,
  id uuid not null primary key,
  constraint mfa_amr_claims_session_id_authentication_method_pkey
    unique (session_id, authentication_method)
);
comment on table auth.mfa_amr_claims is
  'How each session was signed in to: the source of `amr`.';

-- No policies, and no grants but the platform's own: these rows are reached
-- through /auth/v1, or by a `security definer` function of a migration.
do $$
declare
  name text;
begin
  foreach name in array array[
    'users', 'identities', 'sessions', 'refresh_tokens', 'mfa_amr_claims'
  ] loop
    execute format('alter table auth.%I enable row level security', name);
    execute format('grant all on auth.%I to dashboard_user', name);
  end loop;
end $$;

-- The first setting of each pair is how PostgREST before 9 passed claims. The
-- platform still prefers it, so a migration's tests may set either.

create or replace function auth.uid() returns uuid
language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
  )::uuid
$$;

create or replace function auth.role() returns text
language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.role', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
  )
$$;

create or replace function auth.email() returns text
language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.email', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
  )
$$;

create or replace function auth.jwt() returns jsonb
language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')
  )::jsonb
$$;

comment on function auth.uid() is
  'Whom the statement runs for. auth.jwt() ->> ''sub'' says the same.';
comment on function auth.role() is
  'The role of the token. auth.jwt() ->> ''role'' says the same.';
comment on function auth.email() is
  'The address in the token. auth.jwt() ->> ''email'' says the same.';

grant execute on function auth.uid(), auth.role(), auth.email(), auth.jwt()
  to public;
