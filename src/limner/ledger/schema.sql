-- The ledger: every quote, approval, job, attempt, picture and charge of one person, in one file.
--
-- Money is in millionths of `unit`; times are Unix milliseconds; `document` and `*_facts` are JSON.
-- Two writes guard money and are synced to the disk before anything goes on: the intent (an attempt row,
-- before the first byte leaves) and the answer (before anything else is done with it).

-- One row about the ledger itself. Its clock never goes back: see clock.py.
CREATE TABLE book (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    oldest_writer INTEGER NOT NULL,       -- the version a limner has to know before it may write here
    latest INTEGER NOT NULL,              -- the latest time that was written down
    ahead INTEGER NOT NULL,               -- by how much that was ahead of the machine's clock ...
    noticed INTEGER NOT NULL              -- ... when the machine's clock showed this
) STRICT;
INSERT INTO book VALUES (1, 1, 0, 0, 0);

CREATE TABLE quote (
    id TEXT PRIMARY KEY,                  -- q_ and 12 characters of the digest
    digest TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL,               -- the whole quote, canonical
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL           -- earlier than the document says: the moment of a no
) STRICT, WITHOUT ROWID;
CREATE INDEX quote_expiry ON quote (expires_at);

CREATE TABLE approval (
    quote_id TEXT PRIMARY KEY REFERENCES quote (id),   -- one yes per quote
    digest TEXT NOT NULL,
    gateway TEXT NOT NULL,
    ceiling INTEGER NOT NULL,
    unit TEXT NOT NULL,
    by_whom TEXT NOT NULL,
    at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used INTEGER NOT NULL                 -- 1 once a job has been opened under it
) STRICT, WITHOUT ROWID;
CREATE INDEX approval_open ON approval (unit, expires_at) WHERE used = 0;

CREATE TABLE job (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    quote_id TEXT NOT NULL UNIQUE REFERENCES approval (quote_id),   -- a yes is good for one job
    gateway TEXT NOT NULL,
    account TEXT NOT NULL,                -- fingerprint of the key
    model TEXT NOT NULL,
    size TEXT,
    operation TEXT NOT NULL,
    n INTEGER NOT NULL,
    prompt TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('approved', 'submitting', 'submitted', 'running', 'collecting',
                                         'done', 'failed', 'canceled', 'unknown')),
    owner TEXT,                           -- the process at work on it; NULL when none is
    task_id TEXT,
    sent INTEGER NOT NULL DEFAULT 0,
    unit TEXT NOT NULL,
    ceiling INTEGER NOT NULL,
    reserved INTEGER NOT NULL,            -- what may still be charged: falls to `uncertain` when it ends
    cost INTEGER,
    cost_basis TEXT NOT NULL DEFAULT '',
    uncertain INTEGER NOT NULL DEFAULT 0,
    charged TEXT NOT NULL DEFAULT 'no' CHECK (charged IN ('no', 'yes', 'unknown')),
    tokens INTEGER,
    error TEXT,
    error_facts TEXT NOT NULL DEFAULT '{}',
    folder TEXT NOT NULL,
    output TEXT NOT NULL,
    seconds REAL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    slot_until INTEGER NOT NULL DEFAULT 0,   -- until then the gateway counts as at work for it
    cancel_at INTEGER                     -- somebody asked for it to be called back: nothing more is sent
) STRICT;
CREATE INDEX job_unfinished ON job (seq)
    WHERE state IN ('approved', 'submitting', 'submitted', 'running', 'collecting', 'unknown');
CREATE INDEX job_reserved ON job (unit, reserved) WHERE reserved > 0;
CREATE INDEX job_duration ON job (gateway, model, size, seq) WHERE state = 'done';
CREATE INDEX job_busy ON job (gateway, account, slot_until)
    WHERE state IN ('submitting', 'submitted', 'running', 'unknown');
CREATE INDEX job_account ON job (gateway, account, seq);
CREATE INDEX job_state ON job (state, seq);

CREATE TABLE attempt (
    job_id TEXT NOT NULL REFERENCES job (id),
    n INTEGER NOT NULL,
    part INTEGER NOT NULL,                -- which of the quote's sends this is, from 0
    repair INTEGER,                       -- which of the quote's repairs was sent; NULL: what was chosen
    gateway TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('intent', 'accepted', 'refused', 'unknown', 'never_left')),
    spool TEXT NOT NULL,                  -- where the raw answer lies
    http_status INTEGER,
    task_id TEXT,
    detail TEXT,
    sent_at INTEGER NOT NULL,
    answered_at INTEGER,
    PRIMARY KEY (job_id, n)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX one_open_attempt ON attempt (job_id) WHERE status = 'intent';
CREATE UNIQUE INDEX one_accepted_per_part ON attempt (job_id, part) WHERE status = 'accepted';
CREATE UNIQUE INDEX task_once ON attempt (gateway, task_id) WHERE task_id IS NOT NULL;

CREATE TABLE picture (
    job_id TEXT NOT NULL REFERENCES job (id),
    place INTEGER NOT NULL,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    media_type TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    sidecar TEXT NOT NULL,
    url TEXT,
    PRIMARY KEY (job_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX picture_sha256 ON picture (sha256);
CREATE INDEX picture_path ON picture (path);

-- What has been seen of a job whose outcome is not known: looks at tasks, balances, answers on disk, dead
-- links. Seen again, a row is counted up, so that it tells since when and how often.
CREATE TABLE evidence (
    job_id TEXT NOT NULL REFERENCES job (id),
    kind TEXT NOT NULL,                   -- names the sentence that tells it: evidence.KIND
    facts TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    at INTEGER NOT NULL,
    times INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (job_id, kind, facts)
) STRICT, WITHOUT ROWID;

-- What an account had left, where its gateway tells: asked for before something is sent.
CREATE TABLE balance (
    gateway TEXT NOT NULL,
    account TEXT NOT NULL,
    at INTEGER NOT NULL,
    told TEXT NOT NULL,                   -- in the gateway's own words
    PRIMARY KEY (gateway, account, at)
) STRICT, WITHOUT ROWID;

-- Every movement of money, never changed and never deleted.
CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    job_id TEXT NOT NULL REFERENCES job (id),
    kind TEXT NOT NULL CHECK (kind IN ('reserve', 'release', 'charge')),
    amount INTEGER NOT NULL CHECK (amount >= 0),
    unit TEXT NOT NULL
) STRICT;
CREATE INDEX entry_charges ON entry (unit, at) WHERE kind = 'charge';
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT RAISE (ABORT, 'entries stay'); END;
CREATE TRIGGER entry_kept BEFORE DELETE ON entry BEGIN SELECT RAISE (ABORT, 'entries stay'); END;

-- Charges added up by day, so that a report costs the same after ten jobs and after a million.
CREATE TABLE spend (
    day TEXT NOT NULL,                    -- the person's own calendar, YYYY-MM-DD
    gateway TEXT NOT NULL,
    model TEXT NOT NULL,
    unit TEXT NOT NULL,
    charged INTEGER NOT NULL DEFAULT 0,
    pictures INTEGER NOT NULL DEFAULT 0,
    jobs INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, gateway, model, unit)
) STRICT, WITHOUT ROWID;

-- Gateways that are not to be bought from until a person lets them go on.
CREATE TABLE stop (
    gateway TEXT NOT NULL,
    account TEXT NOT NULL,
    reason TEXT NOT NULL,
    job_id TEXT REFERENCES job (id),      -- what it was about, where it was about one
    at INTEGER NOT NULL,
    lifted_at INTEGER,                    -- when a person let it go on: haste is counted from then
    PRIMARY KEY (gateway, account)
) STRICT, WITHOUT ROWID;

-- When the next paid request may go to a gateway.
CREATE TABLE turn (
    gateway TEXT NOT NULL,
    account TEXT NOT NULL,
    held_until INTEGER NOT NULL,          -- the gateway asked for a pause
    next_at INTEGER NOT NULL,             -- where requests per minute are limited
    PRIMARY KEY (gateway, account)
) STRICT, WITHOUT ROWID;

-- In what a delivery is other than what was agreed to.
CREATE TABLE difference (
    job_id TEXT NOT NULL REFERENCES job (id),
    place INTEGER NOT NULL,               -- of the picture; -1, -2, …: a whole answer
    kind TEXT NOT NULL,
    facts TEXT NOT NULL,                  -- JSON, for the sentence `difference.<kind>`
    PRIMARY KEY (job_id, place, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_of_model ON job (gateway, model, seq) WHERE state = 'done';

-- The terms a gateway was seen to sell under: one row per version of them, by its digest.
CREATE TABLE seen (
    gateway TEXT NOT NULL,
    subject TEXT NOT NULL,                -- text_to_image:MODEL, image_to_image:MODEL, list:live or list:facts
    sha256 TEXT NOT NULL,
    facts TEXT NOT NULL,                  -- JSON: what the digest is of
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    approved_at INTEGER,                  -- the latest yes given under these terms
    PRIMARY KEY (gateway, subject, sha256)
) STRICT, WITHOUT ROWID;

-- What a picture came from: one row per reference that was sent.
CREATE TABLE lineage (
    job_id TEXT NOT NULL REFERENCES job (id),
    sha256 TEXT NOT NULL,                 -- of the reference as the person gave it
    source TEXT NOT NULL,                 -- its path or address
    parent_job_id TEXT REFERENCES job (id),   -- NULL: it was not made here
    parent_place INTEGER,
    PRIMARY KEY (job_id, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX lineage_parent ON lineage (parent_job_id) WHERE parent_job_id IS NOT NULL;

-- Whom or what a picture shows, so that later ones can follow it.
CREATE TABLE subject (
    key TEXT PRIMARY KEY,                 -- the name as it is compared
    name TEXT NOT NULL,                   -- as it was given
    job_id TEXT NOT NULL REFERENCES job (id),
    place INTEGER,                        -- NULL: the job's first picture
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Each picture goes to each chat once.
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
