-- What limner kept before it called jobs back, kept evidence, compared deliveries and had a clock of its own.

CREATE TABLE book (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    oldest_writer INTEGER NOT NULL,       -- the version a limner has to know before it may write here
    latest INTEGER NOT NULL,              -- the latest time that was written down
    ahead INTEGER NOT NULL,               -- by how much that was ahead of the machine's clock ...
    noticed INTEGER NOT NULL              -- ... when the machine's clock showed this
) STRICT;
INSERT INTO book VALUES (1, 1, 0, 0, 0);

CREATE INDEX quote_expiry ON quote (expires_at);

ALTER TABLE job ADD COLUMN slot_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN cancel_at INTEGER;
DROP INDEX job_busy;
CREATE INDEX job_busy ON job (gateway, account, slot_until)
    WHERE state IN ('submitting', 'submitted', 'running', 'unknown');

CREATE TABLE evidence (
    job_id TEXT NOT NULL REFERENCES job (id),
    kind TEXT NOT NULL,                   -- names the sentence that tells it: evidence.KIND
    facts TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    at INTEGER NOT NULL,
    times INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (job_id, kind, facts)
) STRICT, WITHOUT ROWID;

CREATE TABLE balance (
    gateway TEXT NOT NULL,
    account TEXT NOT NULL,
    at INTEGER NOT NULL,
    told TEXT NOT NULL,                   -- in the gateway's own words
    PRIMARY KEY (gateway, account, at)
) STRICT, WITHOUT ROWID;

-- A column that may now be empty: SQLite cannot say so of one that is there.
ALTER TABLE stop RENAME TO old_stop;
CREATE TABLE stop (
    gateway TEXT NOT NULL,
    account TEXT NOT NULL,
    reason TEXT NOT NULL,
    job_id TEXT REFERENCES job (id),      -- what it was about, where it was about one
    at INTEGER NOT NULL,
    lifted_at INTEGER,                    -- when a person let it go on: haste is counted from then
    PRIMARY KEY (gateway, account)
) STRICT, WITHOUT ROWID;
INSERT INTO stop SELECT gateway, account, reason, job_id, at, NULL FROM old_stop;
DROP TABLE old_stop;

CREATE TABLE difference (
    job_id TEXT NOT NULL REFERENCES job (id),
    place INTEGER NOT NULL,               -- of the picture; -1, -2, …: a whole answer
    kind TEXT NOT NULL,
    facts TEXT NOT NULL,                  -- JSON, for the sentence `difference.<kind>`
    PRIMARY KEY (job_id, place, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_of_model ON job (gateway, model, seq) WHERE state = 'done';

CREATE TABLE seen (
    gateway TEXT NOT NULL,
    subject TEXT NOT NULL,                -- text_to_image:MODEL or image_to_image:MODEL
    sha256 TEXT NOT NULL,
    facts TEXT NOT NULL,                  -- JSON: what the digest is of
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    approved_at INTEGER,                  -- the latest yes given under these terms
    PRIMARY KEY (gateway, subject, sha256)
) STRICT, WITHOUT ROWID;

CREATE TABLE lineage (
    job_id TEXT NOT NULL REFERENCES job (id),
    sha256 TEXT NOT NULL,                 -- of the reference as the person gave it
    source TEXT NOT NULL,                 -- its path or address
    parent_job_id TEXT REFERENCES job (id),   -- NULL: it was not made here
    parent_place INTEGER,
    PRIMARY KEY (job_id, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX lineage_parent ON lineage (parent_job_id) WHERE parent_job_id IS NOT NULL;

CREATE TABLE subject (
    key TEXT PRIMARY KEY,                 -- the name as it is compared
    name TEXT NOT NULL,                   -- as it was given
    job_id TEXT NOT NULL REFERENCES job (id),
    place INTEGER,                        -- NULL: the job's first picture
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery (
    target TEXT NOT NULL,                 -- the configuration's name for the chat
    sha256 TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('sending', 'sent', 'partial', 'unknown', 'failed')),
    message_id TEXT NOT NULL,
    text_sent INTEGER NOT NULL,
    image_sent INTEGER NOT NULL,
    at INTEGER NOT NULL,
    detail TEXT NOT NULL,                 -- key of the sentence that says what went wrong
    PRIMARY KEY (target, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_sha256 ON delivery (sha256);
