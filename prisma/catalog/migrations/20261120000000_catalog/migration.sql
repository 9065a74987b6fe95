CREATE SCHEMA IF NOT EXISTS catalog;

CREATE TABLE catalog.product (
  sku text COLLATE "C" NOT NULL,
  name text NOT NULL,
  currency char(3) NOT NULL,
  prices bigint[] NOT NULL,
  revision integer NOT NULL DEFAULT 1,
  discontinued boolean NOT NULL DEFAULT false,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  changed_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT product_pkey PRIMARY KEY (sku),
  CONSTRAINT product_prices_positive CHECK (cardinality(prices) > 0 AND 0 < ALL (prices)),
  CONSTRAINT product_revision_positive CHECK (revision > 0)
);
