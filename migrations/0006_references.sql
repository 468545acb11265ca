-- The number by which people name a call on the telephone or in an e-mail.

ALTER TABLE calls ADD COLUMN reference text NOT NULL DEFAULT '';
COMMENT ON COLUMN calls.reference IS 'Eight digits with a check, as the caller was told; empty for calls of before there was one.';
CREATE INDEX calls_reference ON calls (centre, reference) WHERE reference <> '';
-- not unique: a call must never be refused for its number, and after nine million calls of a centre numbers come round
