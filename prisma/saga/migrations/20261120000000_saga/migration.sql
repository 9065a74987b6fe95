CREATE SCHEMA IF NOT EXISTS saga;

CREATE TABLE saga.live (
  type text COLLATE "C" NOT NULL,
  conversation text COLLATE "C" NOT NULL,
  definition_version integer NOT NULL,
  status text NOT NULL,
  step text NOT NULL,
  label text NOT NULL,
  -- Never null once stored; null on the way in keeps what is there.
  data json,
  progress json NOT NULL,
  version integer NOT NULL,
  written_from integer NOT NULL,
  deadline timestamptz(3),
  deadline_slot integer,
  started_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT live_pkey PRIMARY KEY (conversation, type),
  CONSTRAINT live_status_check CHECK (status IN ('running', 'compensating', 'parked'))
) WITH (
  -- Every message updates a row of some 1 kB: room for the next version on the same page, and early vacuuming, for a row
  -- lives for a fraction of a second.
  fillfactor = 40,
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000,
  autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0,
  vacuum_truncate = false
);
CREATE INDEX live_deadline_slot_idx ON saga.live (deadline_slot);

CREATE TABLE saga.ended (
  type text COLLATE "C" NOT NULL,
  conversation text COLLATE "C" NOT NULL,
  definition_version integer NOT NULL,
  status text NOT NULL,
  label text NOT NULL,
  data json NOT NULL,
  progress json NOT NULL,
  version integer NOT NULL,
  started_at timestamptz(3) NOT NULL,
  ended_at timestamptz(3) NOT NULL,
  CONSTRAINT ended_pkey PRIMARY KEY (conversation, type, ended_at),
  CONSTRAINT ended_status_check CHECK (status IN ('completed', 'compensated', 'cancelled'))
) PARTITION BY RANGE (ended_at);
CREATE TABLE saga.ended_other PARTITION OF saga.ended DEFAULT;

CREATE VIEW saga.instance AS
  SELECT type, conversation, definition_version, status, step, label, data, progress, version, deadline, started_at,
         updated_at, NULL::timestamptz(3) AS ended_at
  FROM saga.live
  UNION ALL
  SELECT type, conversation, definition_version, status, NULL, label, data, progress, version, NULL, started_at,
         ended_at, ended_at
  FROM saga.ended;

CREATE TABLE saga.history (
  id uuid NOT NULL,
  type text COLLATE "C" NOT NULL,
  conversation text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  at timestamptz(3) NOT NULL,
  input text NOT NULL,
  cause_id uuid,
  events json NOT NULL,
  sent uuid[] NOT NULL,
  status text NOT NULL,
  step text,
  label text NOT NULL,
  CONSTRAINT history_pkey PRIMARY KEY (conversation, id, at)
) PARTITION BY RANGE (at);
CREATE TABLE saga.history_other PARTITION OF saga.history DEFAULT;

CREATE TABLE saga.timer (
  type text COLLATE "C" NOT NULL,
  conversation text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  generation integer NOT NULL,
  due timestamptz(3) NOT NULL,
  CONSTRAINT timer_pkey PRIMARY KEY (conversation, type, name)
);
CREATE INDEX timer_due_idx ON saga.timer (due);

CREATE TABLE saga.action (
  id uuid NOT NULL,
  type text COLLATE "C" NOT NULL,
  conversation text COLLATE "C" NOT NULL,
  action text NOT NULL,
  actor text NOT NULL,
  reason text NOT NULL,
  answer json,
  outcome text NOT NULL,
  at timestamptz(3) NOT NULL,
  CONSTRAINT action_pkey PRIMARY KEY (id)
);
CREATE INDEX action_conversation_type_id_idx ON saga.action (conversation, type, id);

-- Somebody else has written what a transaction read: it fails as a serialisation failure, and is run again.
CREATE FUNCTION saga.conflict() RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RAISE EXCEPTION 'A saga changed meanwhile' USING ERRCODE = 'serialization_failure';
END $$;

-- Statements are planned once, by what a table looks like then. A table of a page or two is best read as a whole, and that
-- plan would stay while the table grows a thousandfold within a minute. So each starts with some 64 empty pages (half a
-- megabyte), which vacuum leaves there (vacuum_truncate): from the first plan on, its index is the way in.
ALTER TABLE saga.timer SET (vacuum_truncate = false);
INSERT INTO saga.live (type, conversation, definition_version, status, step, label, data, progress, version, written_from,
                       started_at, updated_at)
SELECT 'room', n, 1, 'running', 'room', 'room', to_json(repeat('x', 400)), 'null', 1, 0, now(), now() FROM generate_series(1, 400) AS n;
DELETE FROM saga.live;
INSERT INTO saga.timer (type, conversation, name, generation, due)
SELECT 'room', n, 'room', 1, now() FROM generate_series(1, 8000) AS n;
DELETE FROM saga.timer;

-- One week of a table. Made apart and then attached, for that leaves the table readable and writable; takes rows of that
-- week along that had to go into the default partition meanwhile.
CREATE FUNCTION saga.add_week(parent text, column_name text, week date) RETURNS void
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
  child text := format('%s_%s', parent, to_char(week, 'YYYYMMDD'));
  bounds text := format('%I >= %L AND %1$I < %3$L', column_name, week::timestamptz, (week + 7)::timestamptz);
BEGIN
  IF to_regclass(format('saga.%I', child)) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE saga.%I (LIKE saga.%I INCLUDING ALL)', child, parent);
  IF parent = 'ended' THEN
    EXECUTE format('ALTER TABLE saga.%I SET (vacuum_truncate = false)', child);
    EXECUTE format('INSERT INTO saga.%I SELECT ''room'', n, 1, ''completed'', ''room'', to_json(repeat(''x'', 400)), ''null'', 1,
      now(), now() FROM generate_series(1, 1000) AS n', child);
    EXECUTE format('DELETE FROM saga.%I', child);
  END IF;
  EXECUTE format('ALTER TABLE saga.%I ADD CONSTRAINT %I CHECK (%s)', child, child || '_week', bounds);
  EXECUTE format('WITH moved AS (DELETE FROM saga.%I WHERE %s RETURNING *) INSERT INTO saga.%I SELECT * FROM moved',
    parent || '_other', bounds, child);
  EXECUTE format('ALTER TABLE saga.%I ATTACH PARTITION saga.%I FOR VALUES FROM (%L) TO (%L)', parent, child,
    week::timestamptz, (week + 7)::timestamptz);
  EXECUTE format('ALTER TABLE saga.%I DROP CONSTRAINT %I', child, child || '_week');
END $$;

-- Creates the partitions from this week to four weeks ahead and drops those whose last day is older than the retention.
-- Runs with its owner's rights, so that a service needs none on the schema.
CREATE FUNCTION saga.maintain(retention_days integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = saga, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  old record;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('saga.maintain', 0)) THEN RETURN; END IF;
  PERFORM saga.add_week(parent.name, parent.time, week::date)
  FROM (VALUES ('ended', 'ended_at'), ('history', 'at')) AS parent (name, time),
       generate_series(date_trunc('week', current_date::timestamp), current_date + 28, interval '7 days') AS week;
  FOR old IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent IN ('saga.ended'::regclass, 'saga.history'::regclass) AND c.relname ~ '_[0-9]{8}$'
      AND to_date(right(c.relname, 8), 'YYYYMMDD') + 7 < current_date - retention_days
  LOOP
    EXECUTE format('DROP TABLE saga.%I', old.relname);
  END LOOP;
END $$;

SELECT saga.maintain(60);
