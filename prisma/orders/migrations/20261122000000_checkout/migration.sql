-- Where it was sold, and who leads it to its end. A choreographed order has a deadline as long as it is open; once that has
-- passed, `refusal` says why it will not be confirmed any more.
ALTER TABLE orders.customer_order
  ADD COLUMN store text,
  ADD COLUMN country text,
  ADD COLUMN coordination text NOT NULL DEFAULT 'orchestration',
  ADD COLUMN deadline timestamptz(3),
  ADD COLUMN refusal text,
  ADD CONSTRAINT customer_order_coordination CHECK (
    CASE coordination
      WHEN 'orchestration' THEN deadline IS NULL AND refusal IS NULL
      WHEN 'choreography' THEN deadline IS NOT NULL AND (refusal IS NULL OR status <> 'COMPLETED')
      ELSE false
    END
  );

-- Finds the open orders whose deadline has passed; orchestrated and ended ones are not in it.
CREATE INDEX customer_order_deadline ON orders.customer_order (deadline) WHERE status = 'PENDING' AND deadline IS NOT NULL;
