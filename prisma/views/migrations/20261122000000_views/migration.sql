CREATE SCHEMA IF NOT EXISTS views;

-- Every table belongs to a projection and holds several generations of it side by side while one is rebuilt.

CREATE TABLE views.customer_order (
  generation integer NOT NULL,
  order_id uuid NOT NULL,
  customer_id text COLLATE "C",
  status text NOT NULL,
  store text,
  country text,
  lines jsonb,
  total bigint,
  currency text,
  reason text,
  refunds jsonb NOT NULL,
  refunded bigint NOT NULL,
  placed_at timestamptz(3),
  confirmed_at timestamptz(3),
  cancelled_at timestamptz(3),
  CONSTRAINT customer_order_pkey PRIMARY KEY (generation, order_id)
);
CREATE INDEX customer_order_customer_idx ON views.customer_order (generation, customer_id, order_id);

CREATE TABLE views.claim (
  generation integer NOT NULL,
  claim_id uuid NOT NULL,
  order_id uuid,
  customer_id text COLLATE "C",
  reason text COLLATE "C",
  description text,
  lines jsonb,
  status text COLLATE "C" NOT NULL,
  assignee text COLLATE "C",
  verification text COLLATE "C" NOT NULL,
  verification_detail text,
  resolution text,
  refund_id uuid,
  refund_amount bigint,
  refund_currency text,
  refund_state text,
  opened_at timestamptz(3),
  resolved_at timestamptz(3),
  settled_at timestamptz(3),
  updated_at timestamptz(3) NOT NULL,
  versions jsonb NOT NULL,
  -- By their stems, all in one dictionary: with two, a word that must not be there could hide in the other.
  words tsvector GENERATED ALWAYS AS (
    to_tsvector('english'::regconfig, coalesce(description, '') || ' ' || coalesce(reason, '') || ' ' || coalesce(customer_id, ''))
  ) STORED,
  CONSTRAINT claim_pkey PRIMARY KEY (generation, claim_id)
);
CREATE INDEX claim_opened_idx ON views.claim (generation, opened_at, claim_id);
CREATE INDEX claim_updated_idx ON views.claim (generation, updated_at, claim_id);
CREATE INDEX claim_status_opened_idx ON views.claim (generation, status, opened_at, claim_id);
CREATE INDEX claim_status_updated_idx ON views.claim (generation, status, updated_at, claim_id);
CREATE INDEX claim_assignee_idx ON views.claim (generation, assignee, status, updated_at, claim_id);
CREATE INDEX claim_reason_idx ON views.claim (generation, reason, opened_at, claim_id);
CREATE INDEX claim_order_idx ON views.claim (generation, order_id);
CREATE INDEX claim_customer_idx ON views.claim (generation, customer_id, opened_at, claim_id);
-- Without a list of pending entries, which every search would read through.
CREATE INDEX claim_words_idx ON views.claim USING gin (words) WITH (fastupdate = off);

CREATE TABLE views.claim_day (
  generation integer NOT NULL,
  day date NOT NULL,
  dimension text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  currency text COLLATE "C" NOT NULL,
  claims bigint NOT NULL,
  seconds bigint NOT NULL,
  amount bigint NOT NULL,
  CONSTRAINT claim_day_pkey PRIMARY KEY (generation, day, dimension, key, currency)
);

CREATE TABLE views.refund (
  generation integer NOT NULL,
  refund_id uuid NOT NULL,
  claim_id uuid,
  order_id uuid,
  customer_id text COLLATE "C",
  status text COLLATE "C" NOT NULL,
  requested bigint,
  amount bigint,
  currency text,
  reason text,
  reasons jsonb NOT NULL,
  requested_at timestamptz(3),
  held_at timestamptz(3),
  returned_at timestamptz(3),
  issued_at timestamptz(3),
  refused_at timestamptz(3),
  settled_at timestamptz(3),
  failed_at timestamptz(3),
  first_at timestamptz(3) NOT NULL,
  CONSTRAINT refund_pkey PRIMARY KEY (generation, refund_id)
);
CREATE INDEX refund_first_idx ON views.refund (generation, first_at, refund_id);
CREATE INDEX refund_status_idx ON views.refund (generation, status, first_at, refund_id);
CREATE INDEX refund_order_idx ON views.refund (generation, order_id);
CREATE INDEX refund_claim_idx ON views.refund (generation, claim_id);
CREATE INDEX refund_customer_idx ON views.refund (generation, customer_id, first_at, refund_id);

CREATE TABLE views.sale (
  generation integer NOT NULL,
  order_id uuid NOT NULL,
  store text,
  country text,
  lines jsonb,
  total bigint,
  currency text,
  sold_at timestamptz(3),
  refunds jsonb NOT NULL,
  CONSTRAINT sale_pkey PRIMARY KEY (generation, order_id)
);

CREATE TABLE views.sale_day (
  generation integer NOT NULL,
  day date NOT NULL,
  dimension text COLLATE "C" NOT NULL,
  -- Of the dimension; empty where nobody said so.
  key text COLLATE "C" NOT NULL,
  currency text COLLATE "C" NOT NULL,
  orders bigint NOT NULL,
  quantity bigint NOT NULL,
  gross bigint NOT NULL,
  refunds bigint NOT NULL,
  refunded_quantity bigint NOT NULL,
  refunded bigint NOT NULL,
  CONSTRAINT sale_day_pkey PRIMARY KEY (generation, dimension, day, key, currency)
);

CREATE TABLE views.outcome (
  generation integer NOT NULL,
  run text COLLATE "C" NOT NULL,
  flow text NOT NULL,
  conversation text NOT NULL,
  outcome text NOT NULL,
  reason text,
  ended_at timestamptz(3) NOT NULL,
  event_id uuid NOT NULL,
  CONSTRAINT outcome_pkey PRIMARY KEY (generation, run)
);

CREATE TABLE views.outcome_day (
  generation integer NOT NULL,
  day date NOT NULL,
  flow text COLLATE "C" NOT NULL,
  outcome text COLLATE "C" NOT NULL,
  reason text COLLATE "C" NOT NULL,
  runs bigint NOT NULL,
  CONSTRAINT outcome_day_pkey PRIMARY KEY (generation, day, flow, outcome, reason)
);
