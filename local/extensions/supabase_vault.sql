-- Secrets for SQL: the interface of Supabase Vault. The platform encrypts them
-- with a key that the database does not hold. Here the key is in this file:
-- what reads `secret` instead of `decrypted_secret` fails as it does there, and
-- nothing is protected.

create function vault._key() returns bytea language sql immutable
as $$ select '\x6c6f63616c20646576656c6f706d656e74'::bytea $$;

create table vault.secrets (
  id uuid primary key default gen_random_uuid(),
  name text,
  description text not null default '',
  secret text not null,
  key_id uuid,
  nonce bytea default extensions.gen_random_bytes(16),
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null default current_timestamp
);
comment on table vault.secrets is 'Secrets. On the platform, encrypted.';
create unique index on vault.secrets (name) where name is not null;

create view vault.decrypted_secrets as
select id, name, description, secret,
  convert_from(
    extensions.decrypt_iv(decode(secret, 'base64'), vault._key(), nonce, 'aes'),
    'UTF8'
  ) as decrypted_secret,
  key_id, nonce, created_at, updated_at
from vault.secrets;

create function vault.create_secret(
  new_secret text,
  new_name text default null,
  new_description text default '',
  new_key_id uuid default null
) returns uuid
language sql security definer set search_path = '' as $$
  insert into vault.secrets (name, description, nonce, secret)
  select new_name, new_description, nonce, encode(
    extensions.encrypt_iv(
      convert_to(new_secret, 'UTF8'), vault._key(), nonce, 'aes'
    ), 'base64')
  from extensions.gen_random_bytes(16) as nonce
  returning id
$$;

create function vault.update_secret(
  secret_id uuid,
  new_secret text default null,
  new_name text default null,
  new_description text default null,
  new_key_id uuid default null
) returns void
language sql security definer set search_path = '' as $$
  update vault.secrets set
    secret = coalesce(encode(
      extensions.encrypt_iv(
        convert_to(new_secret, 'UTF8'), vault._key(), nonce, 'aes'
      ), 'base64'), secret),
    name = coalesce(new_name, name),
    description = coalesce(new_description, description),
    updated_at = now()
  where id = secret_id
$$;

revoke execute on all functions in schema vault from public;
grant usage on schema vault to postgres with grant option;
grant usage on schema vault to service_role;
grant select, delete on vault.secrets, vault.decrypted_secrets
  to postgres with grant option;
grant select, delete on vault.secrets, vault.decrypted_secrets to service_role;
grant execute on function vault.create_secret, vault.update_secret
  to postgres with grant option;
grant execute on function vault.create_secret, vault.update_secret
  to service_role;
-- The view decrypts with its caller's rights to functions.
grant execute on function vault._key to postgres, service_role;
