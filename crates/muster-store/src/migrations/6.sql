-- What was sent to a service and what came, a connection each: the beginning of both and how many bytes they were. No bytes
-- and a number: there is a secret in them, or nothing was said where the number is 0.
CREATE TABLE service_exchange (
    host INTEGER NOT NULL,
    service INTEGER NOT NULL,
    position INTEGER NOT NULL,
    sent BLOB NOT NULL,
    sent_bytes INTEGER NOT NULL,
    heard BLOB NOT NULL,
    heard_bytes INTEGER NOT NULL,
    in_tls INTEGER NOT NULL,
    PRIMARY KEY (host, service, position),
    FOREIGN KEY (host, service) REFERENCES service
) STRICT, WITHOUT ROWID;

CREATE TRIGGER service_exchange_stays BEFORE UPDATE ON service_exchange
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER service_exchange_is_kept BEFORE DELETE ON service_exchange
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
