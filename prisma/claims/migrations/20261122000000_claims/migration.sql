CREATE SCHEMA IF NOT EXISTS claims;

CREATE TABLE claims.claim (
  claim_id uuid NOT NULL,
  order_id uuid NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  status text NOT NULL,
  verification text NOT NULL,
  assignee text,
  version integer NOT NULL,
  opened_at timestamptz(3) NOT NULL,
  changed_at timestamptz(3) NOT NULL,
  CONSTRAINT claim_pkey PRIMARY KEY (claim_id),
  CONSTRAINT claim_status CHECK (status IN ('OPENED', 'ASSIGNED', 'UNDER_TREATMENT', 'APPROVED', 'REJECTED', 'SETTLED')),
  CONSTRAINT claim_verification CHECK (verification IN ('unverified', 'verified', 'failed'))
) WITH (fillfactor = 80);
CREATE INDEX claim_order_id_claim_id_idx ON claims.claim (order_id, claim_id);
CREATE INDEX claim_status_claim_id_idx ON claims.claim (status, claim_id);
CREATE INDEX claim_customer_id_claim_id_idx ON claims.claim (customer_id, claim_id);

CREATE TABLE claims.verification (
  claim_id uuid NOT NULL,
  order_id uuid NOT NULL,
  due_at timestamptz(3) NOT NULL DEFAULT now(),
  attempts integer NOT NULL DEFAULT 0,
  CONSTRAINT verification_pkey PRIMARY KEY (claim_id)
);
CREATE INDEX verification_due_at_idx ON claims.verification (due_at);

CREATE TABLE claims.open_refund (
  refund_id uuid NOT NULL,
  claim_id uuid NOT NULL,
  order_id uuid NOT NULL,
  cause_id uuid NOT NULL,
  requested_at timestamptz(3) NOT NULL DEFAULT now(),
  asked integer NOT NULL DEFAULT 0,
  ask_again_at timestamptz(3),
  CONSTRAINT open_refund_pkey PRIMARY KEY (refund_id)
);
CREATE INDEX open_refund_requested_at_idx ON claims.open_refund (requested_at);
