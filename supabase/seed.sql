-- Two people to try things with: a member and an administrator. For local
-- development only; `db push` does not run this file.

insert into auth.users (
  instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
  raw_app_meta_data, raw_user_meta_data, created_at, updated_at,
  -- Auth reads these as text and stumbles over null.
  confirmation_token, recovery_token, email_change, email_change_token_new
)
select
  '00000000-0000-0000-0000-000000000000', person.id, 'authenticated',
  'authenticated', person.email,
  extensions.crypt(person.password, extensions.gen_salt('bf', 10)), now(),
  '{"provider": "email", "providers": ["email"]}'::jsonb || person.app_metadata,
  '{}'::jsonb, now(), now(), '', '', '', ''
from (values
  ('00000000-0000-4000-8000-000000000001'::uuid,
   'member@example.com', 'portico-member', '{}'::jsonb),
  ('00000000-0000-4000-8000-000000000002'::uuid,
   'admin@example.com', 'portico-admin', '{"role": "admin"}'::jsonb)
) as person (id, email, password, app_metadata);

insert into auth.identities (
  provider_id, user_id, identity_data, provider,
  last_sign_in_at, created_at, updated_at
)
select
  id::text, id,
  jsonb_build_object('sub', id, 'email', email, 'email_verified', true),
  'email', now(), now(), now()
from auth.users
where email in ('member@example.com', 'admin@example.com');

-- `deno task start` has put both secrets into Vault, and the Supabase CLI has
-- not: there the jobs are installed by hand.
select portico.schedule()
where 2 = (
  select count(*) from vault.secrets
  where name in ('project_url', 'webhook_secret')
);
