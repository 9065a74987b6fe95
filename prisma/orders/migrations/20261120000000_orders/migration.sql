CREATE SCHEMA IF NOT EXISTS orders;

CREATE TABLE orders.customer_order (
  order_id uuid NOT NULL,
  cart_id uuid NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  status text NOT NULL DEFAULT 'PENDING',
  lines json,
  total bigint,
  currency text,
  reason text,
  placed_at timestamptz(3) NOT NULL DEFAULT now(),
  ended_at timestamptz(3),
  CONSTRAINT customer_order_pkey PRIMARY KEY (order_id),
  CONSTRAINT customer_order_status CHECK (
    CASE status
      WHEN 'PENDING' THEN ended_at IS NULL
      WHEN 'COMPLETED' THEN ended_at IS NOT NULL AND lines IS NOT NULL AND total >= 0 AND currency IS NOT NULL
      WHEN 'CANCELLED' THEN ended_at IS NOT NULL AND reason IS NOT NULL
      ELSE false
    END
  )
);

CREATE INDEX customer_order_customer_id_order_id_idx ON orders.customer_order (customer_id, order_id);

-- Counts the open orders, and lists them, without the ended ones.
CREATE INDEX customer_order_open ON orders.customer_order (order_id) WHERE status = 'PENDING';
