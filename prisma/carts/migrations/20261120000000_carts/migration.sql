CREATE SCHEMA IF NOT EXISTS carts;

-- An ordered cart is updated once: free space on each page keeps the new version on the row's page (HOT).
CREATE TABLE carts.cart (
  cart_id uuid NOT NULL,
  lines json NOT NULL,
  order_id uuid,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  changed_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT cart_pkey PRIMARY KEY (cart_id)
) WITH (fillfactor = 60);

CREATE TABLE carts.validation (
  order_id uuid NOT NULL,
  cart_id uuid NOT NULL,
  state text NOT NULL,
  outcome json,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  changed_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT validation_pkey PRIMARY KEY (order_id),
  CONSTRAINT validation_state CHECK (state IN ('validated', 'rejected', 'void', 'released')),
  CONSTRAINT validation_outcome CHECK ((outcome IS NULL) = (state = 'void'))
) WITH (fillfactor = 90);

CREATE TABLE carts.offer (
  sku text COLLATE "C" NOT NULL,
  currency char(3) NOT NULL,
  prices bigint[] NOT NULL,
  revision integer NOT NULL,
  discontinued boolean NOT NULL,
  CONSTRAINT offer_pkey PRIMARY KEY (sku)
);
