-- What a person has looked at stays listed, and is counted no more.
ALTER TABLE event_log.quarantine
  ADD COLUMN dismissed_at timestamptz(3),
  ADD COLUMN dismissed_by text,
  ADD COLUMN dismissed_because text,
  ADD CONSTRAINT quarantine_dismissed_check CHECK (num_nulls(dismissed_at, dismissed_by, dismissed_because) IN (0, 3));
CREATE INDEX quarantine_open_idx ON event_log.quarantine (number) WHERE dismissed_at IS NULL;
