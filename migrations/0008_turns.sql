-- An agent who is reserved or talking is so for one call, or for one caller who is rung back in turn; never for both.

ALTER TABLE agents DROP CONSTRAINT agents_state_check1;
ALTER TABLE agents ADD CONSTRAINT agents_call_or_turn CHECK (
    (state->>'state') NOT IN ('reserved', 'talking')
    OR ((state->>'call') <> '') <> (coalesce(state->>'callback', '') <> ''));
COMMENT ON TABLE agents IS 'An agent''s presence. One row per agent, holding the one call, or the one caller rung back in turn, that the agent is in.';
