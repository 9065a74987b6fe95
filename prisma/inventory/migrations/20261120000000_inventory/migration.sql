CREATE SCHEMA IF NOT EXISTS inventory;

-- Every sale updates its rows twice or more: half-empty pages keep the new version on the row's page, without touching
-- the index (HOT).
CREATE TABLE inventory.stock (
  sku text COLLATE "C" NOT NULL,
  opening bigint NOT NULL DEFAULT 0,
  received bigint NOT NULL DEFAULT 0,
  available bigint NOT NULL,
  reserved bigint NOT NULL DEFAULT 0,
  sold bigint NOT NULL DEFAULT 0,
  CONSTRAINT stock_pkey PRIMARY KEY (sku),
  CONSTRAINT stock_not_negative CHECK (opening >= 0 AND received >= 0 AND available >= 0 AND reserved >= 0 AND sold >= 0),
  CONSTRAINT stock_conserved CHECK (opening + received = available + reserved + sold)
) WITH (fillfactor = 50);
ALTER TABLE inventory.stock SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

CREATE TABLE inventory.reservation (
  order_id uuid NOT NULL,
  state text NOT NULL,
  lines json NOT NULL,
  reason text,
  shortages json,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  changed_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT reservation_pkey PRIMARY KEY (order_id),
  CONSTRAINT reservation_state CHECK (state IN ('reserved', 'rejected', 'void', 'released', 'sold'))
) WITH (fillfactor = 70);

CREATE TABLE inventory.receipt (
  receipt_id uuid NOT NULL,
  lines json NOT NULL,
  received_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT receipt_pkey PRIMARY KEY (receipt_id)
);
