-- Who owns the platform's schemas, and what a migration may do there. Runs at
-- every start, after the scripts that make them.
--
-- `postgres` may read and change rows and create triggers, as on the platform.
-- It owns nothing here, so it cannot alter a table or create one; policies are
-- an exception that the platform makes (see supautils.ts).

do $$
declare
  place record;
  thing record;
begin
  for place in
    select * from (values
      ('auth', 'supabase_auth_admin'),
      ('storage', 'supabase_storage_admin')
    ) as it (schema, keeper)
  loop
    execute format('grant all on schema %I to %I, dashboard_user',
      place.schema, place.keeper);
    execute format(
      'grant usage on schema %I to anon, authenticated, service_role',
      place.schema);
    execute format('grant usage on schema %I to postgres with grant option',
      place.schema);

    for thing in
      select format('table %I.%I', place.schema, relname) as name
      from pg_class
      where relnamespace = place.schema::regnamespace and relkind in ('r', 'p')
      union all
      select format('routine %s', oid::regprocedure)
      from pg_proc
      where pronamespace = place.schema::regnamespace
      union all
      select format('type %s', oid::regtype)
      from pg_type
      where typnamespace = place.schema::regnamespace and typtype = 'e'
    loop
      execute format('alter %s owner to %I', thing.name, place.keeper);
    end loop;

    execute format(
      'grant all on all tables in schema %I to postgres with grant option',
      place.schema);
    execute format('grant all on all sequences in schema %I to postgres',
      place.schema);
  end loop;
end $$;
