-- The source of truth is seq, header and body. The columns below them and the indexes are computed from the
-- header: they may be dropped and made again. memo holds only what can be computed again.
CREATE TABLE entry (
  seq     INTEGER PRIMARY KEY,
  header  TEXT NOT NULL,
  body    BLOB,
  kind    TEXT GENERATED ALWAYS AS (json_extract(header, '$.kind')) VIRTUAL,
  control TEXT GENERATED ALWAYS AS (json_extract(header, '$.control')) VIRTUAL,
  run     TEXT GENERATED ALWAYS AS (json_extract(header, '$.run')) VIRTUAL,
  ts      TEXT GENERATED ALWAYS AS (json_extract(header, '$.ts')) VIRTUAL
) STRICT;
CREATE INDEX entry_kind ON entry (kind, control);
CREATE INDEX entry_run ON entry (run);
CREATE INDEX entry_ts ON entry (ts);
CREATE TABLE memo (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

-- INSERT OR REPLACE deletes without firing the trigger on DELETE: an entry may only be added at the end.
CREATE TRIGGER entry_only_at_the_end BEFORE INSERT ON entry
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), -1) + 1 FROM entry)
BEGIN SELECT raise(ABORT, 'an entry can only be added at the end'); END;
CREATE TRIGGER entry_header_stays BEFORE UPDATE OF seq, header ON entry
BEGIN SELECT raise(ABORT, 'a header can never be changed'); END;
CREATE TRIGGER entry_body_only_erased BEFORE UPDATE OF body ON entry WHEN NEW.body IS NOT NULL
BEGIN SELECT raise(ABORT, 'a body can only be erased'); END;
CREATE TRIGGER entry_never_deleted BEFORE DELETE ON entry
BEGIN SELECT raise(ABORT, 'an entry can never be deleted'); END;
