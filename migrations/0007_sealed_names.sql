-- Names and numbers are kept sealed. What stands in clear from before stays readable, and is sealed by the service
-- while it runs; a process of an older version writes in clear until it is replaced, and what it writes counts.

ALTER TABLE names
    ALTER COLUMN value SET DEFAULT '',
    ADD COLUMN sealed text NOT NULL DEFAULT '',
    ADD COLUMN alike text NOT NULL DEFAULT '';
COMMENT ON COLUMN names.value IS 'In clear, as before; empty as soon as it is sealed. While it is not empty it is what counts.';
COMMENT ON COLUMN names.sealed IS 'Which key, a dot, then nonce and AES-GCM of the text in base64, good for this centre and this ref only.';
COMMENT ON COLUMN names.alike IS 'Of a number its keyed hash: equal numbers are found by it, and none can be read from it. Empty for names.';

CREATE INDEX names_clear ON names (centre, ref) WHERE value <> '';
