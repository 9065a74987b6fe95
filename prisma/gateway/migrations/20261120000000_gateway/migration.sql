CREATE SCHEMA IF NOT EXISTS gateway;

CREATE TABLE gateway.charge (
  key text COLLATE "C" NOT NULL,
  charge_id uuid NOT NULL,
  status text NOT NULL,
  amount bigint NOT NULL,
  currency text NOT NULL,
  reason text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT charge_pkey PRIMARY KEY (key),
  CONSTRAINT charge_status CHECK (status IN ('captured', 'declined', 'refunded')),
  CONSTRAINT charge_amount CHECK (amount >= 0)
);
