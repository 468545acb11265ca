-- What a supervisor is warned of, written with the event that made it.

CREATE TABLE warnings (
    centre text NOT NULL,
    seq bigint NOT NULL,
    n integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('last_ready', 'callback_missed', 'callback_late')),
    call text NOT NULL,
    subject text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (centre, seq, n)
);
CREATE INDEX warnings_at ON warnings USING brin (at);
COMMENT ON TABLE warnings IS 'What the supervisor is warned of: an office whose last ready agent missed a call, a callback that was missed or is late. Never names an agent.';
