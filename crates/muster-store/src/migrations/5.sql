-- What is known of the computer itself: the address of its network card, its system's family, what it is used for.
ALTER TABLE host ADD COLUMN hardware BLOB;
ALTER TABLE host ADD COLUMN system TEXT;
ALTER TABLE host ADD COLUMN role TEXT;

CREATE TABLE system_sign (
    host INTEGER NOT NULL REFERENCES host,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    address BLOB,
    protocol TEXT,
    port INTEGER,
    seen TEXT NOT NULL,
    PRIMARY KEY (host, position)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER system_sign_stays BEFORE UPDATE ON system_sign
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER system_sign_is_kept BEFORE DELETE ON system_sign
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
