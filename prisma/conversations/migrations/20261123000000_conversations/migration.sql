CREATE SCHEMA IF NOT EXISTS conversations;

CREATE TABLE conversations.message (
  generation integer NOT NULL,
  conversation text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  event_id uuid NOT NULL,
  type text NOT NULL,
  flow text NOT NULL,
  said_by text NOT NULL,
  caused_by text,
  stream text NOT NULL,
  version integer NOT NULL,
  said_at timestamptz(3) NOT NULL,
  summary text NOT NULL,
  CONSTRAINT message_pkey PRIMARY KEY (generation, conversation, position)
);

CREATE TABLE conversations.said (
  generation integer NOT NULL,
  conversation text COLLATE "C" NOT NULL,
  flow text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  times integer NOT NULL,
  first_id uuid NOT NULL,
  first_at timestamptz(3) NOT NULL,
  last_id uuid NOT NULL,
  last_at timestamptz(3) NOT NULL,
  CONSTRAINT said_pkey PRIMARY KEY (generation, conversation, flow, type)
);

CREATE TABLE conversations.run (
  generation integer NOT NULL,
  conversation text COLLATE "C" NOT NULL,
  flow text COLLATE "C" NOT NULL,
  messages integer NOT NULL,
  started_at timestamptz(3) NOT NULL,
  last_at timestamptz(3) NOT NULL,
  ended boolean NOT NULL,
  late_from timestamptz(3),
  CONSTRAINT run_pkey PRIMARY KEY (generation, conversation, flow),
  CONSTRAINT run_late CHECK (NOT ended OR late_from IS NULL)
);

CREATE INDEX run_generation_started_at_conversation_flow_idx ON conversations.run (generation, started_at, conversation, flow);
CREATE INDEX run_generation_flow_started_at_conversation_idx ON conversations.run (generation, flow, started_at, conversation);
-- Of all that ever ran, the few that are under way.
CREATE INDEX run_late_idx ON conversations.run (generation, late_from, conversation, flow) WHERE late_from IS NOT NULL;
CREATE INDEX run_flow_late_idx ON conversations.run (generation, flow, late_from, conversation) WHERE late_from IS NOT NULL;
