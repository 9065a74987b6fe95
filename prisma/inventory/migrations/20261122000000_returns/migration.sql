-- Of the units that were ever sold, how many are back in stock. They count as available again (or as whatever became of
-- them since), and no longer as sold.
ALTER TABLE inventory.stock
  ADD COLUMN returned bigint NOT NULL DEFAULT 0,
  ADD CONSTRAINT stock_returned CHECK (returned >= 0);

CREATE TABLE inventory.goods_return (
  refund_id uuid NOT NULL,
  claim_id uuid NOT NULL,
  order_id uuid NOT NULL,
  state text NOT NULL,
  lines json NOT NULL,
  reversed json,
  reason text,
  detail text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  changed_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT goods_return_pkey PRIMARY KEY (refund_id),
  CONSTRAINT goods_return_state CHECK (state IN ('returned', 'refused', 'reversed', 'void'))
) WITH (fillfactor = 70);
CREATE INDEX goods_return_order ON inventory.goods_return (order_id);

CREATE TABLE inventory.returned_goods (
  order_id uuid NOT NULL,
  sku text COLLATE "C" NOT NULL,
  returned bigint NOT NULL,
  kept bigint NOT NULL,
  CONSTRAINT returned_goods_pkey PRIMARY KEY (order_id, sku),
  CONSTRAINT returned_goods_not_negative CHECK (returned >= 0 AND kept >= 0)
) WITH (fillfactor = 70);
