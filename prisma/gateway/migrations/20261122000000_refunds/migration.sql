-- Part of a charge may be given back, and more than once; never more than was captured.
ALTER TABLE gateway.charge
  ADD COLUMN refunded bigint NOT NULL DEFAULT 0,
  ADD COLUMN on_refund text;
UPDATE gateway.charge SET refunded = amount WHERE status = 'refunded';
ALTER TABLE gateway.charge ADD CONSTRAINT charge_refunded CHECK (
  CASE status WHEN 'captured' THEN refunded BETWEEN 0 AND amount WHEN 'refunded' THEN refunded = amount ELSE refunded = 0 END
);

CREATE TABLE gateway.refund (
  key text COLLATE "C" NOT NULL,
  charge_key text COLLATE "C" NOT NULL,
  status text NOT NULL,
  amount bigint NOT NULL,
  currency text NOT NULL,
  reason text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT refund_pkey PRIMARY KEY (key),
  CONSTRAINT refund_status CHECK (status IN ('paid', 'refused')),
  CONSTRAINT refund_amount CHECK (amount >= 0)
);
