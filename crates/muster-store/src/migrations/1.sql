-- Version 1. Times are RFC 3339 text; durations and instants nanoseconds; addresses a byte 4 or 6 and then the address,
-- so that they sort as addresses do.

-- A run without `ended` is under way, or was killed. Its hosts are those from `first_host`, `hosts` in number.
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    arguments TEXT NOT NULL,
    operator TEXT NOT NULL,
    version TEXT NOT NULL,
    policy TEXT,
    targets TEXT NOT NULL,
    addresses INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    ended TEXT,
    stopped_by TEXT,
    first_host INTEGER,
    hosts INTEGER
) STRICT;

CREATE TABLE run_verdict (
    run INTEGER NOT NULL REFERENCES run,
    verdict TEXT NOT NULL,
    hosts INTEGER NOT NULL,
    PRIMARY KEY (run, verdict)
) STRICT, WITHOUT ROWID;

CREATE TABLE sweep (
    run INTEGER NOT NULL REFERENCES run,
    position INTEGER NOT NULL,
    stage TEXT NOT NULL,
    ports TEXT NOT NULL,
    endpoints INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    open INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    withheld INTEGER NOT NULL,
    not_tried INTEGER NOT NULL,
    silent INTEGER NOT NULL,
    probes INTEGER NOT NULL,
    rounds INTEGER NOT NULL,
    controls INTEGER NOT NULL,
    controls_silent INTEGER NOT NULL,
    conflicts INTEGER NOT NULL,
    blocked_since INTEGER,
    missed_if_losses_alike INTEGER,
    missed_if_no_host_loses_half INTEGER,
    elapsed INTEGER NOT NULL,
    is_complete INTEGER NOT NULL,
    PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE sweep_zone (
    run INTEGER NOT NULL,
    sweep INTEGER NOT NULL,
    position INTEGER NOT NULL,
    zone TEXT NOT NULL,
    PRIMARY KEY (run, sweep, position),
    FOREIGN KEY (run, sweep) REFERENCES sweep
) STRICT, WITHOUT ROWID;

-- Kinds: silent, phantom.
CREATE TABLE address_range (
    run INTEGER NOT NULL REFERENCES run,
    kind TEXT NOT NULL,
    position INTEGER NOT NULL,
    first_address BLOB NOT NULL,
    last_address BLOB NOT NULL,
    PRIMARY KEY (run, kind, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE not_tried (
    run INTEGER NOT NULL REFERENCES run,
    position INTEGER NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE statement (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    what TEXT NOT NULL,
    UNIQUE (code, what)
) STRICT;

-- Lists that hosts of a run share. No row has list 0, which is the empty one.
CREATE TABLE statement_list (
    list INTEGER NOT NULL,
    position INTEGER NOT NULL,
    statement INTEGER NOT NULL REFERENCES statement,
    PRIMARY KEY (list, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding_list (
    list INTEGER NOT NULL,
    position INTEGER NOT NULL,
    code TEXT NOT NULL,
    severity TEXT NOT NULL,
    what INTEGER NOT NULL REFERENCES statement,
    remedy INTEGER NOT NULL REFERENCES statement,
    PRIMARY KEY (list, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE fact (
    id INTEGER PRIMARY KEY,
    holds INTEGER NOT NULL,
    source TEXT NOT NULL,
    as_of TEXT NOT NULL
) STRICT;

CREATE TABLE protection_list (
    list INTEGER NOT NULL,
    position INTEGER NOT NULL,
    product TEXT NOT NULL,
    present INTEGER REFERENCES fact,
    running INTEGER REFERENCES fact,
    enforcing INTEGER REFERENCES fact,
    fresh INTEGER REFERENCES fact,
    reporting INTEGER REFERENCES fact,
    PRIMARY KEY (list, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE host (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES run,
    address BLOB NOT NULL,
    zone TEXT,
    device TEXT,
    is_phantom INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    reasons INTEGER NOT NULL,
    next_steps INTEGER NOT NULL,
    findings INTEGER NOT NULL,
    protection INTEGER NOT NULL
) STRICT;

CREATE INDEX host_by_address ON host (address);

-- The label is the name up to its first dot, in lower case.
CREATE TABLE host_name (
    host INTEGER NOT NULL REFERENCES host,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (host, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX host_name_by_label ON host_name (label);

CREATE TABLE device_sign (
    host INTEGER NOT NULL REFERENCES host,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    address BLOB,
    protocol TEXT,
    port INTEGER,
    seen TEXT NOT NULL,
    PRIMARY KEY (host, position)
) STRICT, WITHOUT ROWID;

-- An address is given only where it is not the host's own. No reference to the host is checked: there are hundreds of
-- thousands of these rows a run, and checking each took a quarter of the time of recording.
CREATE TABLE observation (
    host INTEGER NOT NULL,
    position INTEGER NOT NULL,
    address BLOB,
    protocol TEXT NOT NULL,
    port INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    icmp_type INTEGER,
    icmp_code INTEGER,
    icmp_from BLOB,
    ttl INTEGER,
    rtt INTEGER,
    round INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    PRIMARY KEY (host, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE service (
    host INTEGER NOT NULL REFERENCES host,
    position INTEGER NOT NULL,
    address BLOB,
    protocol TEXT NOT NULL,
    port INTEGER NOT NULL,
    identity TEXT,
    fingerprint TEXT,
    manner TEXT,
    manner_speech TEXT,
    speech TEXT,
    conversation TEXT NOT NULL,
    PRIMARY KEY (host, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE service_product (
    host INTEGER NOT NULL,
    service INTEGER NOT NULL,
    position INTEGER NOT NULL,
    product TEXT NOT NULL,
    PRIMARY KEY (host, service, position),
    FOREIGN KEY (host, service) REFERENCES service
) STRICT, WITHOUT ROWID;

CREATE TABLE service_request (
    host INTEGER NOT NULL,
    service INTEGER NOT NULL,
    position INTEGER NOT NULL,
    request TEXT NOT NULL,
    PRIMARY KEY (host, service, position),
    FOREIGN KEY (host, service) REFERENCES service
) STRICT, WITHOUT ROWID;

CREATE TABLE service_told (
    host INTEGER NOT NULL,
    service INTEGER NOT NULL,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (host, service, position),
    FOREIGN KEY (host, service) REFERENCES service
) STRICT, WITHOUT ROWID;

-- What is recorded stays. A run may be changed once, when it ends; from then on its first host and their number say
-- which hosts it has, so that one which is added later belongs to no run.
CREATE TRIGGER run_stays BEFORE UPDATE ON run WHEN OLD.ended IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER run_is_kept BEFORE DELETE ON run
BEGIN SELECT RAISE(ABORT, 'a run is never deleted'); END;
CREATE TRIGGER run_verdict_stays BEFORE UPDATE ON run_verdict
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER run_verdict_is_kept BEFORE DELETE ON run_verdict
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER sweep_stays BEFORE UPDATE ON sweep
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER sweep_is_kept BEFORE DELETE ON sweep
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER sweep_zone_stays BEFORE UPDATE ON sweep_zone
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER sweep_zone_is_kept BEFORE DELETE ON sweep_zone
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER address_range_stays BEFORE UPDATE ON address_range
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER address_range_is_kept BEFORE DELETE ON address_range
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER not_tried_stays BEFORE UPDATE ON not_tried
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER not_tried_is_kept BEFORE DELETE ON not_tried
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER statement_stays BEFORE UPDATE ON statement
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER statement_is_kept BEFORE DELETE ON statement
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER statement_list_stays BEFORE UPDATE ON statement_list
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER statement_list_is_kept BEFORE DELETE ON statement_list
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER finding_list_stays BEFORE UPDATE ON finding_list
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER finding_list_is_kept BEFORE DELETE ON finding_list
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER fact_stays BEFORE UPDATE ON fact
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER fact_is_kept BEFORE DELETE ON fact
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER protection_list_stays BEFORE UPDATE ON protection_list
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER protection_list_is_kept BEFORE DELETE ON protection_list
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER host_stays BEFORE UPDATE ON host
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER host_is_kept BEFORE DELETE ON host
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER host_name_stays BEFORE UPDATE ON host_name
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER host_name_is_kept BEFORE DELETE ON host_name
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER device_sign_stays BEFORE UPDATE ON device_sign
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER device_sign_is_kept BEFORE DELETE ON device_sign
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER observation_stays BEFORE UPDATE ON observation
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER observation_is_kept BEFORE DELETE ON observation
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER service_stays BEFORE UPDATE ON service
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER service_is_kept BEFORE DELETE ON service
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER service_product_stays BEFORE UPDATE ON service_product
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER service_product_is_kept BEFORE DELETE ON service_product
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER service_request_stays BEFORE UPDATE ON service_request
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER service_request_is_kept BEFORE DELETE ON service_request
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER service_told_stays BEFORE UPDATE ON service_told
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
CREATE TRIGGER service_told_is_kept BEFORE DELETE ON service_told
BEGIN SELECT RAISE(ABORT, 'a recorded run never changes'); END;
