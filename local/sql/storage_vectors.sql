-- Vector buckets: their indexes, and the vectors in them. The platform has the
-- vectors outside of Postgres, so the names here are ours, and nobody but
-- Storage itself is let in. Runs at every start.

create schema if not exists storage_vectors;

create table if not exists storage_vectors.buckets (
  name text collate "C" primary key,
  created_at timestamptz not null default now()
);

create table if not exists storage_vectors.indexes (
  id bigint generated always as identity primary key,
  bucket text collate "C" not null references storage_vectors.buckets (name),
  name text collate "C" not null,
  data_type text not null,
  dimension integer not null,
  distance_metric text not null,
  metadata_configuration json,
  created_at timestamptz not null default now(),
  unique (bucket, name)
);
comment on column storage_vectors.indexes.metadata_configuration is
  'As it came: nonFilterableMetadataKeys, whose values no filter may ask for.';

-- A key may be longer than a row of a B-tree, and so stands by its digest. Two
-- keys with one digest can be made, and would be one key: that is no danger
-- where every caller may do anything.
create table if not exists storage_vectors.vectors (
  index_id bigint not null
    references storage_vectors.indexes (id) on delete cascade,
  place text collate "C" not null generated always as (md5(key)) stored,
  key text not null,
  data bytea not null,
  metadata json not null,
  primary key (index_id, place)
);
comment on column storage_vectors.vectors.place is
  'Where pages and segments of a listing have it: nobody may rely on an order.';
comment on column storage_vectors.vectors.data is
  'float32, four bytes a dimension, little end first. There may be no pgvector: '
  'a project has that when a migration asks for it, in a schema of its choice.';

alter table storage_vectors.buckets enable row level security;
alter table storage_vectors.indexes enable row level security;
alter table storage_vectors.vectors enable row level security;
