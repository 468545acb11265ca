-- Which agents and diaries changed since: a process that remembers a centre as of an earlier number reads only these.
-- seq is the number of the centre's event that changed the row last. A program of before, or somebody who writes by
-- hand, does not tell it: then the row counts as changed until an event changes it.

ALTER TABLE agents ADD COLUMN seq bigint NOT NULL DEFAULT 0;
ALTER TABLE diaries ADD COLUMN seq bigint NOT NULL DEFAULT 0;
ALTER TABLE agents ALTER COLUMN seq SET DEFAULT 9223372036854775807;
ALTER TABLE diaries ALTER COLUMN seq SET DEFAULT 9223372036854775807;

CREATE FUNCTION changed_without_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.seq := 9223372036854775807;
    RETURN NEW;
END $$;
CREATE TRIGGER changed_without_number BEFORE UPDATE ON agents
    FOR EACH ROW WHEN (NEW.seq = OLD.seq) EXECUTE FUNCTION changed_without_number();
CREATE TRIGGER changed_without_number BEFORE UPDATE ON diaries
    FOR EACH ROW WHEN (NEW.seq = OLD.seq) EXECUTE FUNCTION changed_without_number();
