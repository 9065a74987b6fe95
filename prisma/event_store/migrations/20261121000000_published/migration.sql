-- What services other than the owner may read of a log, by views only: whoever is granted these two reaches nothing else.
CREATE VIEW event_store.published AS
  SELECT position, stream, version, event_id, type, schema_version, data, metadata, occurred_at, recorded_at
  FROM event_store.event;

CREATE VIEW event_store.published_head AS
  SELECT one, position, recorded_at FROM event_store.head;
