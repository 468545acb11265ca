-- What happened, what is to happen, and what must be told to the switch.

CREATE TABLE events (
    centre text NOT NULL,
    subject text NOT NULL,
    key text NOT NULL,
    seq bigint NOT NULL,
    type text NOT NULL,
    data json NOT NULL,
    phase_after text NOT NULL,
    because json NOT NULL,
    policy_version text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (centre, subject, key)
);
CREATE INDEX events_at ON events USING brin (at);
COMMENT ON TABLE events IS 'The evidence, append only: each event once (its key), numbered within its centre, with what was decided and why. Holds no names or numbers.';

CREATE TABLE timers (
    centre text NOT NULL,
    subject text NOT NULL,
    name text NOT NULL,
    leg text NOT NULL DEFAULT '',
    due_at timestamptz NOT NULL,
    PRIMARY KEY (centre, subject, name)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
CREATE INDEX timers_due ON timers (due_at);
COMMENT ON TABLE timers IS 'When to look: an index of the timers that stand in the state of calls, agents and callbacks.';

CREATE TABLE outbox (
    centre text NOT NULL,
    id bigint NOT NULL,
    call text NOT NULL,
    leg text NOT NULL,
    step integer NOT NULL,
    name text NOT NULL,
    data json NOT NULL,
    provider text NOT NULL,
    claimed_by text NOT NULL,
    claimed_until timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (centre, id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
CREATE INDEX outbox_call ON outbox (centre, call, id);
CREATE INDEX outbox_claim ON outbox (claimed_by, claimed_until);
COMMENT ON TABLE outbox IS 'Commands not yet known to be done. One process sends all of a call, in order; a Dial is never sent by another than the first.';

CREATE TABLE lines (
    centre text NOT NULL,
    leg text NOT NULL,
    call text NOT NULL,
    provider text NOT NULL,
    ref text NOT NULL,
    PRIMARY KEY (centre, leg)
);
CREATE INDEX lines_call ON lines (centre, call);
COMMENT ON TABLE lines IS 'Which of the switch''s own lines is which of our legs.';

CREATE TABLE quarantine (
    centre text NOT NULL,
    subject text NOT NULL,
    key text NOT NULL,
    event text NOT NULL,
    error text NOT NULL,
    times integer NOT NULL DEFAULT 1,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (centre, subject, key)
);
COMMENT ON TABLE quarantine IS 'Events that could not be decided or saved, each with its error, set apart so that their neighbours are not harmed.';
