-- A call that ends with a promise which nobody can dial is a warning of its own.

ALTER TABLE warnings DROP CONSTRAINT warnings_kind_check;
ALTER TABLE warnings ADD CONSTRAINT warnings_kind_check
    CHECK (kind IN ('last_ready', 'callback_missed', 'callback_late', 'callback_no_number'));
COMMENT ON TABLE warnings IS 'What the supervisor is warned of: an office whose last ready agent missed a call, a callback that was missed, is late, or has no number to ring. Never names an agent.';
