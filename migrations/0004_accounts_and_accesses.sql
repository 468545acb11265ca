-- Accounts that end, why a policy was put to use, and who looked at what.

ALTER TABLE users ADD COLUMN revoked_at timestamptz, ADD COLUMN rotated_at timestamptz;
COMMENT ON COLUMN users.revoked_at IS 'From then on the token opens nothing; the row stays, so that old accesses keep their meaning.';

ALTER TABLE policies ADD COLUMN reason text NOT NULL DEFAULT '';
COMMENT ON COLUMN policies.reason IS 'Why it was last put to use, as the admin said.';

CREATE INDEX calls_started ON calls (centre, started_at, id) WHERE started_at > '-infinity';
-- started_at > '-infinity' keeps this index away from queries for one call, which belong to the primary key

CREATE TABLE accesses (
    centre text NOT NULL REFERENCES centres,
    actor text NOT NULL,
    role text NOT NULL,
    action text NOT NULL,
    object text NOT NULL,
    origin text NOT NULL,
    result text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX accesses_object ON accesses (centre, object, actor, action);
CREATE INDEX accesses_at ON accesses USING brin (at);
COMMENT ON TABLE accesses IS 'Who looked at what is known of a person, from where, for which call or callback. Holds ids only.';
