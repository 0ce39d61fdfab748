-- Files of other programs that became runs, by what they tell: so that none is taken twice unawares.
CREATE TABLE run_file (
    run INTEGER NOT NULL REFERENCES run,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX run_file_digest ON run_file (digest);

CREATE TRIGGER run_file_stays BEFORE UPDATE ON run_file
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER run_file_is_kept BEFORE DELETE ON run_file
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
