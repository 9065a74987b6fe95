CREATE SCHEMA IF NOT EXISTS event_store;

CREATE TABLE event_store.head (
  one boolean NOT NULL DEFAULT true,
  position bigint NOT NULL,
  recorded_at timestamptz(3) NOT NULL,
  CONSTRAINT head_pkey PRIMARY KEY (one),
  CONSTRAINT head_one_check CHECK (one)
) WITH (
  -- Updated by every append: room for its next versions on the page, so that it is found at once.
  fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0
);
INSERT INTO event_store.head (position, recorded_at) VALUES (0, '1970-01-01T00:00:00Z');

CREATE TABLE event_store.event (
  position bigint NOT NULL,
  stream text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  event_id uuid NOT NULL,
  type text COLLATE "C" NOT NULL,
  schema_version integer NOT NULL,
  data json NOT NULL,
  metadata json NOT NULL,
  occurred_at timestamptz(3) NOT NULL,
  recorded_at timestamptz(3) NOT NULL,
  CONSTRAINT event_pkey PRIMARY KEY (position),
  CONSTRAINT event_version_check CHECK (version > 0)
) WITH (
  -- Nothing is ever updated: planner and index-only reads need no more than the pages that were added.
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000
);
CREATE UNIQUE INDEX event_stream_version_key ON event_store.event (stream, version);
CREATE UNIQUE INDEX event_event_id_key ON event_store.event (event_id);
CREATE INDEX event_type_position_idx ON event_store.event (type, position);
CREATE INDEX event_recorded_at_position_idx ON event_store.event (recorded_at, position);

CREATE TABLE event_store.snapshot (
  stream text COLLATE "C" NOT NULL,
  fold text COLLATE "C" NOT NULL,
  fold_version integer NOT NULL,
  version integer NOT NULL,
  state json NOT NULL,
  recorded_at timestamptz(3) NOT NULL,
  CONSTRAINT snapshot_pkey PRIMARY KEY (stream, fold)
);
