-- What an empty database begins with, locally and on preview branches. Nobody is
-- made here: who can read this file could sign in as them.

-- `deno task start` has put both secrets into Vault, and the Supabase CLI has
-- not: there the jobs are installed by hand.
select portico.schedule()
where 2 = (
  select count(*) from vault.secrets
  where name in ('project_url', 'webhook_secret')
);
