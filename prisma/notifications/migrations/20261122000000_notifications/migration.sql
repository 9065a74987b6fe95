CREATE SCHEMA IF NOT EXISTS notifications;

CREATE TABLE notifications.notification (
  notification_id uuid NOT NULL,
  template text COLLATE "C" NOT NULL,
  cause_id uuid NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  channel text NOT NULL,
  address text,
  subject text NOT NULL,
  text text NOT NULL,
  state text NOT NULL DEFAULT 'pending',
  attempts integer NOT NULL DEFAULT 1,
  last_error text,
  lease_until timestamptz(3) NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  settled_at timestamptz(3),
  CONSTRAINT notification_pkey PRIMARY KEY (notification_id),
  CONSTRAINT notification_state CHECK (state IN ('pending', 'sent', 'failed')),
  CONSTRAINT notification_channel CHECK (channel IN ('log', 'file', 'smtp')),
  CONSTRAINT notification_settled CHECK ((state = 'pending') = (settled_at IS NULL))
);

-- One notification per cause, however often the event comes.
CREATE UNIQUE INDEX notification_cause_id_template_key ON notifications.notification (cause_id, template);
CREATE INDEX notification_customer_id_notification_id_idx ON notifications.notification (customer_id, notification_id);
