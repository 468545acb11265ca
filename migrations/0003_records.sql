-- Facts for figures and reports, written with the event that made them; and who may use the service.

CREATE TABLE offers (
    centre text NOT NULL,
    seq bigint NOT NULL,
    n integer NOT NULL,
    call text NOT NULL,
    leg text NOT NULL,
    role text NOT NULL CHECK (role IN ('caller', 'agent', 'colleague')),
    party text NOT NULL,
    outcome text NOT NULL,
    rang double precision NOT NULL CHECK (rang >= 0),
    rings integer NOT NULL CHECK (rings >= 0),
    estimated boolean NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (centre, seq, n)
);
CREATE INDEX offers_call ON offers (centre, call);
CREATE INDEX offers_at ON offers (centre, at);
COMMENT ON TABLE offers IS 'Each phone that rang for a caller: how long in seconds, how many rings, how it ended.';

CREATE TABLE transfers (
    centre text NOT NULL,
    seq bigint NOT NULL,
    n integer NOT NULL,
    call text NOT NULL,
    agent text NOT NULL,
    colleague text NOT NULL,
    outcome text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (centre, seq, n)
);
CREATE INDEX transfers_call ON transfers (centre, call);
CREATE INDEX transfers_at ON transfers (centre, at);
COMMENT ON TABLE transfers IS 'Each attempt to transfer; answered only when caller and colleague spoke five seconds.';

CREATE TABLE registrations (
    centre text NOT NULL,
    call text NOT NULL,
    agent text NOT NULL,
    owed_at timestamptz,
    done_at timestamptz,
    questions jsonb NOT NULL DEFAULT '[]',
    PRIMARY KEY (centre, call, agent)
);
CREATE INDEX registrations_owed ON registrations (centre, agent) WHERE done_at IS NULL;
COMMENT ON TABLE registrations IS 'The conversation an agent has registered, each question once, or still owes.';

CREATE TABLE users (
    centre text NOT NULL REFERENCES centres,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('agent', 'supervisor', 'admin', 'switch')),
    agent text NOT NULL DEFAULT '',
    token_hash text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (centre, name),
    UNIQUE (token_hash),
    CHECK (role <> 'agent' OR agent <> '')
);
COMMENT ON TABLE users IS 'Who may use the API, by the hash of a token; an agent''s token acts for that agent only.';

CREATE TABLE leases (
    name text PRIMARY KEY,
    holder text NOT NULL,
    epoch bigint NOT NULL DEFAULT 1,
    until timestamptz NOT NULL
);
COMMENT ON TABLE leases IS 'What one process at a time may do; epoch rises with each new holder.';
