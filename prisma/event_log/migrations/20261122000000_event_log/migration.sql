CREATE SCHEMA IF NOT EXISTS event_log;

CREATE TABLE event_log.held (
  stream text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  event_id uuid NOT NULL,
  type text COLLATE "C" NOT NULL,
  schema_version integer NOT NULL,
  data json NOT NULL,
  metadata json NOT NULL,
  occurred_at timestamptz(3) NOT NULL,
  held_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT held_pkey PRIMARY KEY (stream, version)
) WITH (
  -- Rows live until their predecessor comes, mostly for milliseconds.
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0
);
CREATE INDEX held_held_at_idx ON event_log.held (held_at);

CREATE TABLE event_log.quarantine (
  number bigint GENERATED ALWAYS AS IDENTITY,
  reason text NOT NULL,
  stream text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  event_id uuid NOT NULL,
  type text COLLATE "C" NOT NULL,
  schema_version integer NOT NULL,
  data json NOT NULL,
  metadata json NOT NULL,
  occurred_at timestamptz(3) NOT NULL,
  quarantined_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT quarantine_pkey PRIMARY KEY (number)
);
CREATE UNIQUE INDEX quarantine_event_id_stream_version_key ON event_log.quarantine (event_id, stream, version);
CREATE INDEX quarantine_stream_number_idx ON event_log.quarantine (stream, number);

CREATE TABLE event_log.replay (
  replay_id uuid NOT NULL,
  queue text NOT NULL,
  stream text COLLATE "C",
  types text[] NOT NULL DEFAULT '{}',
  recorded_from timestamptz(3),
  recorded_until timestamptz(3),
  up_to bigint NOT NULL,
  cursor bigint NOT NULL,
  sent bigint NOT NULL DEFAULT 0,
  state text NOT NULL DEFAULT 'running',
  reason text,
  held_by uuid,
  held_until timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  changed_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT replay_pkey PRIMARY KEY (replay_id),
  CONSTRAINT replay_state_check CHECK (state IN ('running', 'completed', 'refused', 'cancelled'))
);
CREATE INDEX replay_running_idx ON event_log.replay (created_at) WHERE state = 'running';
