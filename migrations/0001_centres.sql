-- A contact centre and what it knows: policies, calls, agents, callbacks, diaries, each as the state the rules see.
-- centre comes first in every key: centres share no row. state is the whole truth of a row; the columns beside it are
-- what must be found, counted or guarded by the database. States are json, not jsonb: they are read and written whole,
-- and PostgreSQL spends twice the time on the binary kind.

CREATE TABLE centres (
    id text PRIMARY KEY CHECK (id ~ '^[a-z][a-z0-9-]{0,31}$'),
    seq bigint NOT NULL DEFAULT 0 CHECK (seq >= 0),
    state json NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE centres IS 'A contact centre. Its row is the lock under which its events are decided one after another; seq is the number of its last event.';

CREATE TABLE policies (
    centre text NOT NULL REFERENCES centres,
    version text NOT NULL,
    text text NOT NULL,
    by text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    activated_at timestamptz,
    PRIMARY KEY (centre, version)
);
COMMENT ON TABLE policies IS 'Every version of routing.yaml a centre has had, as its text. Kept as long as a call refers to it.';

CREATE TABLE calls (
    centre text NOT NULL,
    id text NOT NULL,
    provider text NOT NULL,
    phase text NOT NULL,
    live boolean NOT NULL,
    waiting json,
    person text NOT NULL,
    callback text NOT NULL,
    state json NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (centre, id),
    CHECK (phase <> 'Ended' OR ended_at IS NOT NULL),
    CHECK (waiting IS NULL OR phase = 'Waiting'),
    CHECK (live OR phase IN ('Ended', 'Degraded'))
) WITH (fillfactor = 70);
CREATE INDEX calls_waiting ON calls (centre) WHERE waiting IS NOT NULL;
CREATE INDEX calls_live ON calls (centre) WHERE live;
CREATE INDEX calls_ended ON calls (ended_at) WHERE ended_at IS NOT NULL;
COMMENT ON TABLE calls IS 'One caller''s story. live: a leg of it may still be up at the switch; waiting: what is needed to choose who is next.';

CREATE TABLE agents (
    centre text NOT NULL,
    id text NOT NULL,
    state json NOT NULL,
    PRIMARY KEY (centre, id),
    CHECK ((state->>'state') IN ('logged_off', 'not_ready', 'ready', 'reserved', 'talking', 'wrap_up')),
    CHECK ((state->>'state') NOT IN ('reserved', 'talking') OR (state->>'call') <> '')
) WITH (fillfactor = 50);
COMMENT ON TABLE agents IS 'An agent''s presence. One row per agent, holding the one call the agent is in.';

CREATE TABLE callbacks (
    centre text NOT NULL,
    id text NOT NULL,
    call text NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'promised', 'withdrawn', 'kept')),
    person text NOT NULL DEFAULT '',
    on_behalf text NOT NULL DEFAULT '',
    subject text NOT NULL,
    colleague text NOT NULL DEFAULT '',
    due_at timestamptz NOT NULL,
    state json NOT NULL,
    PRIMARY KEY (centre, id)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX callbacks_one_per_person ON callbacks (centre, person, on_behalf, subject)
    WHERE status IN ('pending', 'promised') AND person <> '';
CREATE UNIQUE INDEX callbacks_one_per_call ON callbacks (centre, call, on_behalf, subject)
    WHERE status IN ('pending', 'promised');
CREATE INDEX callbacks_due ON callbacks (centre, due_at) WHERE status IN ('pending', 'promised') AND due_at > '-infinity';
-- due_at > '-infinity' keeps this index away from queries for one call, which belong to callbacks_one_per_call
COMMENT ON TABLE callbacks IS 'A promise to ring a caller back. At most one open one per person, person concerned and subject; for an unknown person, per call.';

CREATE TABLE diaries (
    centre text NOT NULL,
    owner text NOT NULL,
    state json NOT NULL,
    PRIMARY KEY (centre, owner)
) WITH (fillfactor = 50);
COMMENT ON TABLE diaries IS 'How many callbacks a colleague or an office owes in each slot to come.';

CREATE TABLE names (
    centre text NOT NULL,
    ref text NOT NULL,
    value text NOT NULL,
    delete_after timestamptz NOT NULL,
    PRIMARY KEY (centre, ref)
);
CREATE INDEX names_delete_after ON names (delete_after);
COMMENT ON TABLE names IS 'The only place where a name or a number of a person stands. Everything else holds its ref. Deleted after its term.';
