CREATE SCHEMA IF NOT EXISTS messaging;

CREATE TABLE messaging.inbox (
  message_id uuid NOT NULL,
  consumer text NOT NULL,
  CONSTRAINT inbox_pkey PRIMARY KEY (message_id, consumer)
) PARTITION BY RANGE (message_id);

-- Ids that are not UUIDv7 of the days kept. Never dropped, so they are never handled twice either.
CREATE TABLE messaging.inbox_other PARTITION OF messaging.inbox DEFAULT;

CREATE TABLE messaging.outbox (
  id uuid NOT NULL,
  exchange text NOT NULL,
  routing_key text NOT NULL,
  type text NOT NULL,
  body json NOT NULL,
  correlation_id text NOT NULL,
  headers json NOT NULL,
  sent_at bigint NOT NULL,
  mandatory boolean NOT NULL,
  stream text,
  stream_version integer,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT outbox_pkey PRIMARY KEY (id)
);
-- Rows live for milliseconds: keep the table small by vacuuming it early instead of by share of its size.
ALTER TABLE messaging.outbox SET (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000,
  autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0
);

CREATE TABLE messaging.stream (
  stream text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  CONSTRAINT stream_pkey PRIMARY KEY (stream)
) WITH (fillfactor = 80);

CREATE TABLE messaging.attempt (
  message_id uuid NOT NULL,
  consumer text NOT NULL,
  attempts integer NOT NULL,
  last_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT attempt_pkey PRIMARY KEY (message_id, consumer)
);

CREATE TABLE messaging.request (
  scope text NOT NULL,
  key text NOT NULL,
  fingerprint text NOT NULL,
  reply json,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT request_pkey PRIMARY KEY (scope, key)
);
CREATE INDEX request_created_at_idx ON messaging.request (created_at);

-- The smallest UUIDv7 of a moment: 48 bits of milliseconds since the epoch (RFC 9562, 5.7).
CREATE FUNCTION messaging.uuid_floor(moment timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- Creates the partitions from yesterday to a week ahead and drops those older than the retention. Runs with its owner's
-- rights, so that a service needs none on the schema.
CREATE FUNCTION messaging.maintain_inbox(retention_days integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = messaging, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  day date;
  old record;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('messaging.maintain_inbox', 0)) THEN RETURN; END IF;
  FOR day IN SELECT generate_series(current_date - 1, current_date + 7, interval '1 day')::date LOOP
    IF to_regclass(format('messaging.inbox_%s', to_char(day, 'YYYYMMDD'))) IS NULL THEN
      BEGIN
        EXECUTE format('CREATE TABLE messaging.inbox_%s PARTITION OF messaging.inbox FOR VALUES FROM (%L) TO (%L)',
          to_char(day, 'YYYYMMDD'), messaging.uuid_floor(day::timestamptz), messaging.uuid_floor((day + 1)::timestamptz));
      EXCEPTION WHEN check_violation THEN
        -- The default partition already holds ids of that day (clocks far ahead): they stay there.
        RAISE NOTICE 'inbox partition of % not created: its ids are in the default partition', day;
      END;
    END IF;
  END LOOP;
  FOR old IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'messaging.inbox'::regclass AND c.relname ~ '^inbox_[0-9]{8}$'
      AND to_date(right(c.relname, 8), 'YYYYMMDD') < current_date - retention_days
  LOOP
    EXECUTE format('DROP TABLE messaging.%I', old.relname);
  END LOOP;
END $$;

SELECT messaging.maintain_inbox(14);

-- Forgets idempotency keys past their retention, a few at a time so that no transaction is long. Returns how many.
CREATE FUNCTION messaging.forget_requests(retention_days integer, at_most integer) RETURNS integer
LANGUAGE sql AS $$
  WITH forgotten AS (
    DELETE FROM messaging.request WHERE (scope, key) IN (
      SELECT r.scope, r.key FROM messaging.request r
      WHERE r.created_at < now() - make_interval(days => retention_days)
      ORDER BY r.created_at LIMIT at_most FOR UPDATE SKIP LOCKED
    ) RETURNING 1
  )
  SELECT count(*)::integer FROM forgotten
$$;
