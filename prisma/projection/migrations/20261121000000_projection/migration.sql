CREATE SCHEMA IF NOT EXISTS projection;

CREATE TABLE projection.generation (
  name text COLLATE "C" NOT NULL,
  generation integer NOT NULL,
  version integer NOT NULL,
  position bigint NOT NULL,
  live boolean NOT NULL,
  CONSTRAINT generation_pkey PRIMARY KEY (name, generation)
) WITH (
  -- A few rows, updated with every batch.
  fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0
);
CREATE UNIQUE INDEX generation_live_key ON projection.generation (name) WHERE live;

CREATE TABLE projection.parked (
  name text COLLATE "C" NOT NULL,
  generation integer NOT NULL,
  position bigint NOT NULL,
  event_id uuid NOT NULL,
  stream text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  error text NOT NULL,
  parked_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT parked_pkey PRIMARY KEY (name, generation, position),
  CONSTRAINT parked_name_generation_fkey FOREIGN KEY (name, generation)
    REFERENCES projection.generation (name, generation) ON DELETE CASCADE
);
