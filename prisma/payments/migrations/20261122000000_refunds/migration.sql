-- A captured payment is given back in parts: what is promised to refunds under way is held, so that no other has it.
ALTER TABLE payments.payment
  ADD COLUMN held bigint NOT NULL DEFAULT 0,
  DROP CONSTRAINT payment_settled,
  ADD CONSTRAINT payment_settled CHECK (
    CASE state
      WHEN 'captured' THEN currency IS NOT NULL
      WHEN 'stray' THEN refunded = 0 AND currency IS NOT NULL
      ELSE captured = refunded
    END
  ),
  -- Given back whole while a refund was under way, a payment owes nothing more; the hold goes when that refund has ended.
  ADD CONSTRAINT payment_held CHECK (held >= 0 AND (state <> 'captured' OR held <= greatest(captured - refunded, 0)));

CREATE TABLE payments.refund (
  refund_id uuid NOT NULL,
  claim_id uuid NOT NULL,
  order_id uuid NOT NULL,
  customer_id text,
  state text NOT NULL,
  amount bigint NOT NULL DEFAULT 0,
  currency text,
  lines json NOT NULL DEFAULT '[]',
  reason text,
  detail text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  changed_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT refund_pkey PRIMARY KEY (refund_id),
  CONSTRAINT refund_state CHECK (state IN ('held', 'paying', 'issued', 'failed', 'released', 'refused', 'void')),
  CONSTRAINT refund_known CHECK (state = 'void' OR (customer_id IS NOT NULL AND currency IS NOT NULL AND amount >= 0))
) WITH (fillfactor = 70);
CREATE INDEX refund_order ON payments.refund (order_id);
-- Those that have not ended: few at any time.
CREATE INDEX refund_open ON payments.refund (refund_id) WHERE state IN ('held', 'paying', 'failed');
