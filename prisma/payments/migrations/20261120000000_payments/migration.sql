CREATE SCHEMA IF NOT EXISTS payments;

-- Hardly ever updated after its insert, and never by its key: one index is all the hot path pays for.
CREATE TABLE payments.payment (
  order_id uuid NOT NULL,
  payment_id uuid NOT NULL,
  state text NOT NULL,
  captured bigint NOT NULL DEFAULT 0,
  refunded bigint NOT NULL DEFAULT 0,
  currency text,
  reason text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  changed_at timestamptz(3) NOT NULL DEFAULT now(),
  -- At most one capture per order.
  CONSTRAINT payment_pkey PRIMARY KEY (order_id),
  CONSTRAINT payment_state CHECK (state IN ('captured', 'declined', 'void', 'refunded', 'stray', 'stray-refunded')),
  CONSTRAINT payment_refund CHECK (refunded >= 0 AND captured >= refunded),
  CONSTRAINT payment_settled CHECK (
    CASE WHEN state IN ('captured', 'stray') THEN refunded = 0 AND currency IS NOT NULL ELSE captured = refunded END
  )
) WITH (fillfactor = 95);
