-- HTTP from SQL, after the commit and at most once: the interface of pg_net.
-- `net.ts` is the worker that sends what is queued here.
--
-- As on the platform the tables are unlogged, so a crash loses what is queued,
-- and open to every role, so nothing secret belongs in a header. That includes
-- their triggers, which is why the worker signs in as `net_worker`, who may do
-- nothing else.

create schema net;

create domain net.http_method as text
  check (upper(value) in ('GET', 'POST', 'DELETE'));

create unlogged table net.http_request_queue (
  id bigserial,
  method net.http_method not null,
  url text not null,
  headers jsonb not null,
  body bytea,
  timeout_milliseconds integer not null
);
comment on table net.http_request_queue is
  'Requests that have been committed and not been sent.';

create unlogged table net._http_response (
  id bigint,
  status_code integer,
  content_type text,
  headers jsonb,
  content text,
  timed_out boolean,
  error_msg text,
  created timestamptz not null default now()
);
comment on table net._http_response is
  'Answers, and what kept a request from one. Kept for six hours.';
create index on net._http_response (created);

create function net._urlencode_string(string varchar) returns text
language plpgsql immutable strict as $$
declare
  encoded text := '';
  byte int;
begin
  for byte in
    select get_byte(bytes, i)
    from convert_to(string, 'UTF8') as bytes,
      generate_series(0, length(bytes) - 1) as i
  loop
    encoded := encoded || case
      when chr(byte) ~ '[A-Za-z0-9_.~-]' then chr(byte)
      else '%' || upper(lpad(to_hex(byte), 2, '0'))
    end;
  end loop;
  return encoded;
end $$;

-- `url` with `params` as its query, or added to the one that it has.
create function net._with_params(url text, params jsonb) returns text
language sql immutable as $$
  select url || coalesce(
    (case when strpos(url, '?') > 0 then '&' else '?' end) || string_agg(
      net._urlencode_string(key) || '=' || net._urlencode_string(value), '&'
    ), '')
  from jsonb_each_text(params)
$$;

create function net.wake() returns void language sql as $$
  notify net_http
$$;
comment on function net.wake is 'Wakes the worker, once this is committed.';

create function net.http_get(
  url text,
  params jsonb default '{}',
  headers jsonb default '{}',
  timeout_milliseconds int default 5000
) returns bigint
language plpgsql strict as $$
declare
  request bigint;
begin
  insert into net.http_request_queue (method, url, headers, timeout_milliseconds)
  values ('GET', net._with_params(url, params), headers, timeout_milliseconds)
  returning id into request;
  perform net.wake();
  return request;
end $$;

create function net.http_delete(
  url text,
  params jsonb default '{}',
  headers jsonb default '{}',
  timeout_milliseconds int default 5000,
  body jsonb default null
) returns bigint
language plpgsql as $$
declare
  request bigint;
begin
  insert into net.http_request_queue (
    method, url, headers, body, timeout_milliseconds
  )
  values (
    'DELETE', net._with_params(url, params), headers,
    convert_to(body::text, 'UTF8'), timeout_milliseconds
  )
  returning id into request;
  perform net.wake();
  return request;
end $$;

create function net.http_post(
  url text,
  body jsonb default '{}',
  params jsonb default '{}',
  headers jsonb default '{"Content-Type": "application/json"}',
  timeout_milliseconds int default 5000
) returns bigint
language plpgsql as $$
declare
  request bigint;
  media_type text := (
    select value from jsonb_each_text(coalesce(headers, '{}'))
    where lower(key) = 'content-type' limit 1
  );
begin
  if media_type is null then
    headers := headers || '{"Content-Type": "application/json"}';
  elsif media_type <> 'application/json' then
    raise exception 'Content-Type header must be "application/json"';
  end if;
  if body is null then
    raise exception 'body must not be null';
  end if;

  insert into net.http_request_queue (
    method, url, headers, body, timeout_milliseconds
  )
  values (
    'POST', net._with_params(url, params), headers,
    convert_to(body::text, 'UTF8'), timeout_milliseconds
  )
  returning id into request;
  perform net.wake();
  return request;
end $$;

create type net.request_status as enum ('PENDING', 'SUCCESS', 'ERROR');
create type net.http_response as (
  status_code integer, headers jsonb, body text
);
create type net.http_response_result as (
  status net.request_status, message text, response net.http_response
);

-- The real one can also wait, which would wait here for ever: one session.
create function net._http_collect_response(
  request_id bigint, async bool default true
) returns net.http_response_result
language plpgsql strict as $$
declare
  found net._http_response;
begin
  if not async then
    raise exception 'Cannot wait for a response: the local stack has one session';
  end if;
  select * into found from net._http_response where id = request_id;
  if found is null then
    return ('PENDING', 'request is pending processing', null);
  elsif found.error_msg is not null then
    return ('ERROR', found.error_msg, null);
  end if;
  return (
    'SUCCESS', 'ok',
    (found.status_code, found.headers, found.content)::net.http_response
  );
end $$;

grant usage on schema net to public;
grant all on all tables in schema net to public;
grant all on all sequences in schema net to public;
