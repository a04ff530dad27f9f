-- Searches, as whoever asks.
--
-- Needs    the chunks (…0910), portico.dirty_rows (…0900), portico.take() (…0200)
-- Makes    portico_index.filter_sql(), key_sql(), weights_of(), staleness_of(),
--          with_words(), results_of(), take_query() and what they stand on;
--          portico_api.search_index(), admit_query(), list_sources()
-- Access   anybody. All of it runs as the caller, so that row-level security of
--          the chunks, which asks that of their table, decides what is found; but
--          for four functions: they say how common words are, where they are, and
--          how far behind an index is, and count queries.
-- Cost     an index of 10,000 chunks: see bench/README.md.
-- Undo     drop the functions.

-- SQL for a filter on the metadata of a generation's chunks:
--   { "org": { "eq": 3 } }, { "org": { "in": [1, 2] } }, { "and": [..., ...] },
--   { "or": [...] }, { "not": ... }; several members all have to hold
-- Raises invalid_parameter_value with what is wrong. It is run as whoever asks, so
-- that a mistake here would find no more than they may see.
create function portico_index.filter_sql(
  generation int, filter jsonb, depth int default 0
) returns text
language plpgsql stable set search_path = '' as $$
declare
  parts text[] := '{}';
  name text;
  value jsonb;
begin
  if jsonb_typeof(filter) <> 'object' or depth > 8 then
    raise exception 'A filter is an object, in at most 8 others'
      using errcode = 'invalid_parameter_value';
  end if;
  for name, value in select * from jsonb_each(filter) loop
    parts := parts || case name
      when 'and' then portico_index.filters_sql(generation, value, 'and', depth)
      when 'or' then portico_index.filters_sql(generation, value, 'or', depth)
      when 'not' then format('(%s) is not true',
        portico_index.filter_sql(generation, value, depth + 1))
      else portico_index.condition_sql(generation, name, value)
    end;
  end loop;
  return coalesce(nullif(array_to_string(parts, ' and '), ''), 'true');
end $$;

create function portico_index.filters_sql(
  generation int, filters jsonb, conjunction text, depth int
) returns text
language plpgsql stable set search_path = '' as $$
begin
  if jsonb_typeof(filters) <> 'array'
    or jsonb_array_length(filters) not between 1 and 100
  then
    raise exception '% has a list of 1 to 100 filters', conjunction
      using errcode = 'invalid_parameter_value';
  end if;
  return (
    select '(' || string_agg(
      '(' || portico_index.filter_sql(generation, it, depth + 1) || ')',
      ' ' || conjunction || ' '
    ) || ')'
    from jsonb_array_elements(filters) as it
  );
end $$;

-- SQL for the conditions of one column: { "gte": 1, "lt": 5 }. It is tried on
-- nothing, so that values of another type are found here.
create function portico_index.condition_sql(
  generation int, name text, conditions jsonb
) returns text
language plpgsql stable set search_path = '' as $$
declare
  column_name text := 'm_' || name;
  type text;
  compared text;
begin
  if jsonb_typeof(conditions) <> 'object' or conditions = '{}' then
    raise exception '% has conditions such as { "eq": 1 }', name
      using errcode = 'invalid_parameter_value';
  end if;
  select format_type(atttypid, -1), string_agg(
    portico_index.comparison_sql(attribute, operator, value), ' and ')
  into type, compared
  from pg_attribute as attribute, jsonb_each(conditions) as it (operator, value)
  where attrelid = format('portico_index.chunks_%s', generation)::regclass
    and attname = column_name and not attisdropped
  group by atttypid;
  if not found then
    raise exception '% is not among the metadata of this source', name
      using errcode = 'invalid_parameter_value';
  end if;
  begin
    execute format('select from (select null::%s as %I) as chunk where %s',
      type, column_name, compared);
  exception
    when data_exception or integrity_constraint_violation
      or syntax_error_or_access_rule_violation
  then
    raise exception '%, which is of type %, cannot be compared with %',
      name, type, left(conditions::text, 80)
      using errcode = 'invalid_parameter_value';
  end;
  return compared;
end $$;

-- SQL that compares a column with what one operator of a condition has. Values
-- have the column's type, but not its length, to which Postgres would cut them.
create function portico_index.comparison_sql(
  attribute pg_attribute, operator text, value jsonb
) returns text
language plpgsql stable set search_path = '' as $$
declare
  symbols constant jsonb := '{"eq": "=", "gt": ">", "gte": ">=", "lt": "<",
    "lte": "<=", "neq": "<>", "in": "="}';
  type text := format_type(attribute.atttypid, -1);
  column_is text := format('%I %s', attribute.attname,
    portico_index.operator_of(attribute.atttypid, symbols ->> operator));
begin
  if operator = 'in' and jsonb_typeof(value) = 'array'
    and jsonb_array_length(value) between 1 and 1000
  then
    -- An array of arrays would be one array.
    return (
      select case
        when type like '%[]' then '('
          || string_agg(format('%s %L::%s', column_is, text, type), ' or ') || ')'
        else format('%s any (array[%s])', column_is,
          string_agg(format('%L::%s', text, type), ', '))
      end
      from jsonb_array_elements_text(value) as it (text)
    );
  elsif value = 'null' and operator in ('eq', 'neq') then
    return format('%I %s', attribute.attname,
      case operator when 'eq' then 'is null' else 'is not null' end);
  elsif symbols ? operator and operator <> 'in'
    and jsonb_typeof(value) in ('string', 'number', 'boolean')
  then
    return format(
      case operator when 'neq' then '(%s %L::%s) is not false'
        else '%s %L::%s' end,
      column_is, value #>> '{}', type);
  end if;
  raise exception '% cannot be %: %',
    substr(attribute.attname, 3), operator, left(value::text, 40)
    using errcode = 'invalid_parameter_value',
      hint = 'eq, neq, gt, gte, lt and lte have a text, a number or a boolean; '
        'in has a list of 1 to 1,000; eq and neq may have null.';
end $$;

-- An operator with its schema, which is that of the type: citext has its own.
create function portico_index.operator_of(type oid, symbol text) returns text
language sql stable set search_path = '' as $$
  select format('operator(%I.%s)', coalesce((
    select nspname
    from pg_operator
    join pg_type on pg_type.oid = operator_of.type
    join pg_namespace on pg_namespace.oid = typnamespace
    where oprname = symbol and oprleft = operator_of.type
      and oprright = operator_of.type and oprnamespace = typnamespace
  ), 'pg_catalog'), symbol)
$$;

-- A value as JavaScript can read it: a number that it would round is a text.
create function portico_index.plain(value jsonb) returns jsonb
language sql immutable set search_path = '' as $$
  select case
    when jsonb_typeof(value) = 'number'
      and abs((value #>> '{}')::numeric) > 9007199254740991
      then to_jsonb(value #>> '{}')
    else value
  end
$$;

-- SQL for a key as whoever asks knows it: { "id": 7 }.
create function portico_index.key_sql(relation regclass) returns text
language sql stable set search_path = '' as $$
  select format('jsonb_build_object(%s)', string_agg(
    format('%L, portico_index.plain(to_jsonb(%I))', attname, 'key_' || part.n), ', '
    order by part.n))
  from pg_index as index,
    unnest(index.indkey::int2[]) with ordinality as part (attnum, n)
  join pg_attribute as attribute on attribute.attnum = part.attnum
  where index.indrelid = relation and index.indisprimary
    and attribute.attrelid = relation
$$;

-- How much each of `lexemes` says in a source, as inverse document frequency, by
-- what Postgres has counted for its planner: what it has not seen often is rare.
-- It counts rows that the caller may not see as well.
create function portico_index.weights_of(generation int, lexemes text[])
returns real[]
language sql stable security definer set search_path = '' as $$
  with common as (
    select most_common_elems::text::text[] as lexemes,
      most_common_elem_freqs as shares
    from pg_stats
    where schemaname = 'portico_index'
      and tablename = 'chunks_' || weights_of.generation
      and attname = 'words'
  ),
  share as (
    select lexeme, share from common, unnest(common.lexemes, common.shares)
      as it (lexeme, share)
  )
  select array_agg(ln(1 + 1 / greatest(coalesce(share.share, 0), 0.0005))::real
    order by it.n)
  from unnest(weights_of.lexemes) with ordinality as it (lexeme, n)
  left join share on share.lexeme = it.lexeme
$$;

-- How far an index is behind its table: { queued, oldestChange? }, where as many
-- as 1,000 are counted.
create function portico_index.staleness_of(generation int) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'queued', count(*),
    'oldestChange', min(first_at) filter (where priority = 0)
  ))
  from (
    select first_at, priority from portico.dirty_rows as dirty
    where dirty.generation = staleness_of.generation
    order by priority, due_at limit 1000
  ) as it
$$;

-- Chunks that have at least half of what a query says, by the weight of its words:
-- where they are, how much of it they have, and how they rank. Of those at least
-- one is of `needed`, without which there is no half. Best first.
--
-- It looks at all chunks, since Postgres would otherwise ask row-level security of
-- each of them before it may use the index of words; who calls it joins what it
-- says with what the caller may see.
create function portico_index.with_words(
  generation int, needed tsquery, words tsquery[], weights real[], size int
) returns table (place tid, coverage float8, quality real)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query execute format(
    'select it.place, it.coverage, ts_rank(it.words, $1)
     from (
       select chunk.ctid as place, chunk.words, (
         select sum(said.weight::float8) from unnest($2, $3) as said (word, weight)
         where chunk.words @@ said.word
       ) / (select sum(weight::float8) from unnest($3) as weight) as coverage
       from portico_index.chunks_%s as chunk
       where chunk.words @@ $1
     ) as it
     where it.coverage >= 0.5
     order by 2 desc, 3 desc, 1
     limit $4', generation)
  using needed, words, weights, size;
end $$;

-- What of a query is looked for: those `needed` of its lexemes, of which one has to be
-- there, and all of them with their weights. Nothing if it says nothing.
create function portico_index.words_of(
  generation int, language regconfig, query text,
  out needed tsquery, out everything tsquery, out words tsquery[],
  out weights real[]
)
language plpgsql stable set search_path = '' as $$
declare
  lexemes text[] := (
    select array_agg(it) from (
      select unnest(tsvector_to_array(to_tsvector(language, query))) as it
      limit 32
    ) as it
  );
begin
  if lexemes is null then
    return;
  end if;
  weights := portico_index.weights_of(generation, lexemes);
  select array_agg(quote_literal(it)::tsquery order by n),
    string_agg(quote_literal(it), ' | ')::tsquery
  into words, everything
  from unnest(lexemes) with ordinality as it (it, n);
  -- The weightiest, up to where the rest is less than half.
  select string_agg(quote_literal(lexeme), ' | ')::tsquery into needed
  from (
    select lexeme, weight, total,
      sum(weight::float8) over (order by weight desc, lexeme) - weight as before
    from unnest(lexemes, weights) as it (lexeme, weight),
      (select sum(weight::float8) from unnest(weights) as weight)
        as all_of_it (total)
  ) as it
  where before <= total / 2;
end $$;

-- What a search is made of, from what was asked for and what is there.
create type portico_index.search as (
  generation int,
  relation   regclass,
  language   regconfig,
  vector     text,
  type       text,
  dot        text,
  condition  text,
  is_exact   boolean,
  words      tsquery[],
  weights    real[],
  needed     tsquery,
  everything tsquery,
  mode       text,
  k          int,
  per_row    boolean,
  min_score  real,
  headline   boolean
);

-- Runs a search over as many candidates of each kind as `size`, of as many chunks
-- with its words as `reach`. The answer is
--   { results, near, heard, said, bound }
-- where `near` and `said` are how many candidates there were by meaning and by
-- words, `heard` is how many chunks have the words, and `bound` the best score that
-- one could have that is not among them.
create function portico_index.run_search(
  it portico_index.search, size int, reach int
) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  chunks text := format('chunks_%s', it.generation);
  near text := format(
    'select place, similarity,
       row_number() over (order by similarity desc, place) as rank
     from (
       select ctid as place,
         -(embedding %1$s %2$L::%3$s)::float8 as similarity
       from portico_index.%4$s
       where embedding is not null and (%5$s)
       order by (embedding %1$s %2$L::%3$s) %6$s
       limit $1
     ) as it',
    it.dot, it.vector, it.type, chunks, it.condition,
    case when it.is_exact then '+ 0' else '' end);
  heard text := format(
    'select * from portico_index.with_words(%s, $2, $3, $4, $12)',
    it.generation);
  said text := format(
    'select it.place, it.coverage, row_number() over (
       order by it.coverage desc, it.quality desc, it.place
     ) as rank
     from heard as it
     join portico_index.%1$s on %1$s.ctid = it.place
     -- A word of two says nothing about the meaning.
     where (%2$s) and ($5 = ''keyword'' or it.coverage > 0.5)
     order by rank
     limit $1',
    chunks, it.condition);
  nothing text := 'select null::tid as place, null::float8 as similarity,
    null::float8 as coverage, null::bigint as rank limit 0';
  answer jsonb;
begin
  if it.mode = 'keyword' then near := nothing; end if;
  if it.needed is null or it.mode = 'semantic' then
    heard := nothing;
    said := nothing;
  end if;
  execute format(
    'with near as materialized (%1$s), heard as materialized (%6$s),
     said as materialized (%2$s),
     -- As it is written, so that its place is one that chunks can be read at.
     fused as materialized (
       select place, near.similarity, said.coverage,
         case $5 when ''semantic'' then near.similarity
           when ''keyword'' then said.coverage
           -- Reciprocal rank fusion, of which the first of both gets 1. Source of
           -- 60: Cormack, Clarke, Buettcher, SIGIR 2009.
           else (coalesce(1.0 / (60 + near.rank), 0)
             + coalesce(1.0 / (60 + said.rank), 0)) * 61 / 2
         end as score
       from near full join said using (place)
     ),
     best as (
       select chunk.*, fused.similarity, fused.coverage, fused.score,
         row_number() over (
           partition by %3$s order by fused.score desc, chunk.n
         ) as nth
       from fused
       -- One by one: a join would look at all chunks.
       cross join lateral (
         select * from portico_index.%4$s where ctid = fused.place offset 0
       ) as chunk
       where fused.score >= $6 or $6 is null
     ),
     first as (
       select * from best where nth = 1 or not $7
       order by score desc, %3$s, n limit $8
     )
     select jsonb_build_object(
       ''near'', (select count(*) from near),
       ''heard'', (select count(*) from heard),
       ''said'', (select count(*) from said),
       ''bound'', case $5
         when ''semantic'' then (select min(similarity) from near)
         when ''keyword'' then (select min(coverage) from said)
         else (1.0 / (61 + (select count(*) from near))
           + 1.0 / (61 + (select count(*) from said))) * 61 / 2
       end,
       ''results'', coalesce((
         select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
           ''key'', %7$s,
           ''chunk'', n, ''content'', content, ''score'', score,
           ''similarity'', similarity, ''coverage'', coverage,
           ''staleSince'', stale_since,
           ''highlight'', case when $9 then ts_headline($10, content, $11,
             format(''StartSel=%%s,StopSel=%%s'', chr(2), chr(3))) end
         )) || jsonb_build_object(''metadata'', jsonb_build_object(%5$s))
         order by score desc, %3$s, n)
         from first
       ), ''[]''))',
    near, said,
    portico_index.columns_of(it.generation, 'key\_%', '%1$I'), chunks,
    portico_index.columns_of(it.generation, 'm\_%',
      '%2$L, portico_index.plain(to_jsonb(%1$I))'),
    heard, portico_index.key_sql(it.relation))
  into answer
  using size, it.needed, it.words, it.weights, it.mode, it.min_score, it.per_row,
    it.k, it.headline and it.everything is not null, it.language,
    it.everything, reach;
  return answer;
end $$;

-- Something of each column of a generation's chunks that is called like `pattern`:
-- `%1$I` is its name, `%2$L` without what comes before the first underscore.
create function portico_index.columns_of(
  generation int, pattern text, template text
) returns text
language sql stable set search_path = '' as $$
  select coalesce(string_agg(
    format(template, attname, substr(attname, strpos(attname, '_') + 1)), ', '
    order by attnum), '')
  from pg_attribute
  where attrelid = format('portico_index.chunks_%s', generation)::regclass
    and attname like pattern and attnum > 0 and not attisdropped
$$;

-- What a search finds. It looks at more candidates as long as some of those that
-- it has are not the caller's, not of another row or not good enough, and there
-- are more.
create function portico_index.results_of(it portico_index.search)
returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  size int := greatest(40, it.k * case when it.per_row then 8 else 2 end);
  reach int := size * 8;
  answer jsonb;
begin
  it.is_exact := portico_index.should_compare_all(it);
  -- Of 50,000 chunks the index finds 0.975 of the ten nearest with 200, and 0.987
  -- with 600, which takes 4 ms more (measured 2026-11-22, PGlite 0.4.5).
  perform set_config('hnsw.iterative_scan', 'relaxed_order', true),
    set_config('hnsw.ef_search', '600', true);
  loop
    answer := portico_index.run_search(it, size, reach);
    if (answer -> 'heard')::int = reach and (answer -> 'said')::int < it.k then
      reach := reach * 8;
      continue;
    end if;
    exit when jsonb_array_length(answer -> 'results') >= it.k
      or (answer ->> 'bound')::float8 < it.min_score or size > 20000;
    if (answer -> 'near')::int < size and (answer -> 'said')::int < size then
      exit when it.is_exact or it.mode = 'keyword';
      -- The index gives up after so many; comparing all of them does not.
      it.is_exact := true;
    else
      size := size * 8;
      reach := greatest(reach, size * 8);
    end if;
  end loop;
  return answer -> 'results';
end $$;

-- What row-level security asks of the chunks of a generation, for whom it asks
-- nothing: that the row is there and wanted holds for the service as well.
create function portico_index.policy_of(generation int) returns text
language sql stable set search_path = '' as $$
  select case
    when row_security_active(polrelid) then 'true'
    else pg_get_expr(polqual, polrelid)
  end
  from pg_policy
  where polrelid = format('portico_index.chunks_%s', generation)::regclass
$$;

-- Searches a source. `wish` is
--   { mode, k, perRow, query?, vector?, generation?, like?, filter?, minScore?,
--     highlight? }
-- where `vector`, '[1,2]', is of unit length and by the model of `generation`, if
-- that is given, and `like` a key: [7] or { "id": 7 }. The answer is
--   { outcome: 'found', generation, model, staleness, results }
--   { outcome: 'embed', generation, model, dimensions }: the vector is missing, or
--     of a generation that does not serve any more
--   { outcome: 'dimensions', dimensions }: the vector has another number
--   { outcome: 'unknown' }: no such source, or not for the caller
--   { outcome: 'no row' }: none to be like, or not for the caller
--   { outcome: 'filter', detail }: the filter cannot be used
create function portico_api.search_index(source text, wish jsonb)
returns jsonb
language plpgsql stable security invoker set search_path = ''
set statement_timeout = '8s' set lock_timeout = '2s'
as $$
#variable_conflict use_column
declare
  made record;
  it portico_index.search;
  vectors text;
  there text;
begin
  select generation.*, source.relation, source.language into made
  from portico_index.sources as source
  join portico_index.generations as generation on generation.id = source.serving
  where source.name = search_index.source;
  if not found then
    return '{"outcome": "unknown"}';
  end if;

  there := portico_index.policy_of(made.id);
  it.generation := made.id;
  it.relation := made.relation;
  it.language := made.language;
  it.mode := wish ->> 'mode';
  it.k := least((wish ->> 'k')::int, 100);
  it.per_row := (wish ->> 'perRow')::boolean;
  it.min_score := (wish ->> 'minScore')::real;
  it.headline := coalesce((wish ->> 'highlight')::boolean, false);
  select format_type(atttypid, atttypmod), format('operator(%I.<#>)', nspname),
    quote_ident(nspname)
  into it.type, it.dot, vectors
  from pg_attribute
  join pg_type on pg_type.oid = atttypid
  join pg_namespace on pg_namespace.oid = typnamespace
  where attrelid = format('portico_index.chunks_%s', made.id)::regclass
    and attname = 'embedding';
  begin
    it.condition := there || ' and ' || portico_index.filter_sql(made.id,
      coalesce(wish -> 'filter', '{}'));
  exception when invalid_parameter_value then
    return jsonb_build_object('outcome', 'filter', 'detail', sqlerrm);
  end;

  if wish ? 'like' then
    begin
      execute format(
        'select %1$s.l2_normalize(%1$s.avg(embedding))::text
         from portico_index.chunks_%2$s where %3$s and %4$s',
        vectors, made.id, there,
        portico_index.is_key(made.relation, wish -> 'like'))
      into it.vector;
    exception when data_exception then
      it.vector := null; -- no key is written like that
    end;
    if it.vector is null then
      return '{"outcome": "no row"}';
    end if;
    it.condition := format('%s and not (%s)', it.condition,
      portico_index.is_key(made.relation, wish -> 'like'));
  elsif it.mode <> 'keyword' then
    it.vector := wish ->> 'vector';
    if it.vector is null or (wish ->> 'generation')::int <> made.id then
      return jsonb_build_object('outcome', 'embed', 'generation', made.id,
        'model', made.model, 'dimensions', made.dimensions);
    elsif regexp_count(it.vector, ',') <> made.dimensions - 1 then
      return jsonb_build_object('outcome', 'dimensions',
        'dimensions', made.dimensions);
    end if;
  end if;
  if it.mode <> 'semantic' or it.headline then
    select * into it.needed, it.everything, it.words, it.weights
    from portico_index.words_of(made.id, made.language, wish ->> 'query');
  end if;

  return jsonb_build_object(
    'outcome', 'found', 'generation', made.number, 'model', made.model,
    'staleness', portico_index.staleness_of(made.id),
    'results', portico_index.results_of(it)
  );
end $$;

comment on function portico_api.search_index is
  'Searches a source as the caller. Called by vector-search.';

-- Counts a query that is to be embedded for money. Who it is comes from the token
-- alone, and the rate is written here, since whoever may write it may raise it.
-- `vector-search/policy.ts` has the same numbers, and a test compares them.
create function portico_index.take_query() returns jsonb
language sql volatile security definer set search_path = ''
set lock_timeout = '2s'
as $$
  select portico.take('search-queries', auth.uid()::text, 120, 60)
$$;

-- Whether a provider may be asked, for money, what the caller's query means:
--   { outcome: 'admitted' | 'limited', left }
--   { outcome: 'unknown' }: no such source, or not for the caller
create function portico_api.admit_query(source text) returns jsonb
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  taken jsonb;
begin
  if not exists (
    select from portico_index.sources as it where it.name = admit_query.source
  ) then
    return '{"outcome": "unknown"}';
  end if;
  taken := portico_index.take_query();
  return jsonb_build_object(
    'outcome',
    case when (taken -> 'allowed')::boolean then 'admitted' else 'limited' end,
    'left', taken
  );
end $$;

comment on function portico_api.admit_query is
  'Whether a query may be embedded for money. Called by vector-search.';

-- SQL for the chunks of one key, of which every part has to be given and no other.
create function portico_index.is_key(relation regclass, key jsonb) returns text
language sql stable set search_path = '' as $$
  select case
    when count(*) = case jsonb_typeof(key)
        when 'array' then jsonb_array_length(key)
        else (select count(*) from jsonb_object_keys(key))
      end
      then string_agg(format('%I %s %L::%s',
        'key_' || part.n, portico_index.operator_of(atttypid, '='),
        case jsonb_typeof(key)
          when 'array' then key ->> (part.n - 1)::int else key ->> attname end,
        format_type(atttypid, -1)), ' and ')
    else 'false'
  end
  from pg_index as index,
    unnest(index.indkey::int2[]) with ordinality as part (attnum, n)
  join pg_attribute as attribute on attribute.attnum = part.attnum
  where index.indrelid = relation and index.indisprimary
    and attribute.attrelid = relation
$$;

-- Whether a filter leaves so few chunks that comparing all of them is no slower
-- than the index, and misses none. Without an index they are compared anyway.
create function portico_index.should_compare_all(it portico_index.search)
returns boolean
language plpgsql stable set search_path = '' as $$
declare
  few constant int := 5000;
  left_over int;
begin
  if to_regclass(format('portico_index.chunks_%s_vectors', it.generation)) is null
  then
    return true;
  elsif it.condition = 'true and true' then
    return false;
  end if;
  execute format('select count(*) from (
    select from portico_index.chunks_%s where %s limit $1
  ) as it', it.generation, it.condition) into left_over using few;
  return left_over < few;
end $$;

-- The sources that the caller may search, and how far behind each is.
create function portico_api.list_sources() returns jsonb
language sql stable security invoker set search_path = ''
set statement_timeout = '5s'
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'source', source.name,
    'generation', generation.number,
    'model', generation.model,
    'dimensions', generation.dimensions,
    'metadata', source.metadata,
    'staleness', portico_index.staleness_of(generation.id)
  ) order by source.name), '[]')
  from portico_index.sources as source
  join portico_index.generations as generation on generation.id = source.serving
$$;

comment on function portico_api.list_sources is
  'What the caller may search. Called by vector-search.';

revoke execute on all functions in schema portico_index from public;
revoke execute on all functions in schema portico_api from public;
-- They are called by those of portico_api, as the caller.
grant execute on function
  portico_index.filter_sql, portico_index.filters_sql,
  portico_index.condition_sql, portico_index.plain, portico_index.key_sql,
  portico_index.weights_of, portico_index.staleness_of,
  portico_index.with_words, portico_index.words_of, portico_index.run_search,
  portico_index.columns_of, portico_index.is_key,
  portico_index.should_compare_all, portico_index.results_of,
  portico_index.comparison_sql, portico_index.operator_of,
  portico_index.policy_of
to public;
grant execute on function portico_api.search_index, portico_api.list_sources
to anon, authenticated, service_role;
grant execute on function portico_api.admit_query, portico_index.take_query
to authenticated;
