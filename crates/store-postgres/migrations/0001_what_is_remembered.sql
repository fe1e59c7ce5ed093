-- Everything the hub remembers. Instants are microseconds since 1970-01-01T00:00:00Z; lists and structures are JSON text.
-- Texts compare by their bytes (COLLATE "C"), whatever the database was made with.

CREATE TABLE installation (
    only_row   bigint PRIMARY KEY CHECK (only_row = 1),
    id         text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL
);

CREATE TABLE connections (
    id         text COLLATE "C" PRIMARY KEY,
    name       text COLLATE "C" NOT NULL UNIQUE,
    caption    text COLLATE "C" NOT NULL,
    provider   text COLLATE "C" NOT NULL,
    method     text COLLATE "C" NOT NULL,
    settings   text COLLATE "C" NOT NULL,
    enabled    boolean NOT NULL,
    held       text COLLATE "C",
    org        text COLLATE "C",
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);

CREATE TABLE data_keys (
    connection_id text COLLATE "C" PRIMARY KEY REFERENCES connections (id) ON DELETE CASCADE,
    wrapped       bytea NOT NULL
);

CREATE TABLE secrets (
    connection_id text COLLATE "C" NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    field         text COLLATE "C" NOT NULL,
    sealed        bytea NOT NULL,
    PRIMARY KEY (connection_id, field)
);

-- One document per client: a client is always read whole, and 10,000 of them are one scan. `search` holds the lower-case texts
-- that a search looks at.
CREATE TABLE clients (
    key        text COLLATE "C" PRIMARY KEY,
    search     text COLLATE "C" NOT NULL,
    document   text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);

-- Sequence of the newest change ever, also when its entry was trimmed. A row and not a sequence of PostgreSQL: that one would go on after a
-- transaction that is dropped, and be seen by readers before the change is.
CREATE TABLE outbox_newest (
    only_row bigint PRIMARY KEY CHECK (only_row = 1),
    newest   bigint NOT NULL
);
INSERT INTO outbox_newest (only_row, newest) VALUES (1, 0);

CREATE TABLE outbox (
    sequence   bigint PRIMARY KEY,
    stream     text COLLATE "C" NOT NULL,
    source_key text COLLATE "C" NOT NULL,
    changed_at bigint NOT NULL
);

CREATE TABLE syncs (
    id            text COLLATE "C" PRIMARY KEY,
    name          text COLLATE "C" NOT NULL UNIQUE,
    connection_id text COLLATE "C" NOT NULL REFERENCES connections (id),
    stream        text COLLATE "C" NOT NULL,
    object        text COLLATE "C" NOT NULL,
    preset        text COLLATE "C",
    mapping       text COLLATE "C" NOT NULL,
    options       text COLLATE "C" NOT NULL,
    enabled       boolean NOT NULL,
    held          text COLLATE "C",
    position      bigint NOT NULL,
    created_at    bigint NOT NULL,
    updated_at    bigint NOT NULL
);
CREATE INDEX syncs_of_connection ON syncs (connection_id, name);

CREATE TABLE due (
    sync_id    text COLLATE "C" NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    source_key text COLLATE "C" NOT NULL,
    revision   bigint NOT NULL,
    state      text COLLATE "C" NOT NULL,
    attempts   bigint NOT NULL,
    not_before bigint,
    code       text COLLATE "C",
    message    text COLLATE "C",
    fields     text COLLATE "C" NOT NULL,
    remedy     text COLLATE "C",
    updated_at bigint NOT NULL,
    PRIMARY KEY (sync_id, source_key)
);
CREATE INDEX due_in_order ON due (sync_id, state, revision, source_key);
CREATE INDEX due_later ON due (sync_id, not_before) WHERE state = 'due' AND not_before IS NOT NULL;

CREATE TABLE links (
    sync_id    text COLLATE "C" NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    source_key text COLLATE "C" NOT NULL,
    record_id  text COLLATE "C" NOT NULL,
    confirmed  text COLLATE "C" NOT NULL,
    state      text COLLATE "C" NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (sync_id, source_key),
    UNIQUE (record_id, sync_id)
);

CREATE TABLE runs (
    id          text COLLATE "C" PRIMARY KEY,
    sync_id     text COLLATE "C" NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    cause       text COLLATE "C" NOT NULL,
    state       text COLLATE "C" NOT NULL,
    cursor      text COLLATE "C",
    counts      text COLLATE "C" NOT NULL,
    api_calls   bigint NOT NULL,
    problem     text COLLATE "C",
    warnings    text COLLATE "C" NOT NULL,
    created_at  bigint NOT NULL,
    finished_at bigint
);
CREATE INDEX runs_of_sync ON runs (sync_id, id);
CREATE INDEX runs_open ON runs (sync_id, id) WHERE state IN ('queued', 'running');

CREATE TABLE outcomes (
    run_id     text COLLATE "C" NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    source_key text COLLATE "C" NOT NULL,
    kind       text COLLATE "C" NOT NULL,
    record_id  text COLLATE "C",
    code       text COLLATE "C",
    message    text COLLATE "C",
    fields     text COLLATE "C" NOT NULL,
    remedy     text COLLATE "C",
    at         bigint NOT NULL,
    PRIMARY KEY (run_id, source_key)
);
CREATE INDEX outcomes_of_kind ON outcomes (run_id, kind, source_key);

CREATE TABLE journal (
    id            text COLLATE "C" PRIMARY KEY,
    sync_id       text COLLATE "C" NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    run_id        text COLLATE "C" NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    connection_id text COLLATE "C" NOT NULL REFERENCES connections (id),
    payload       bytea NOT NULL,
    rows          text COLLATE "C" NOT NULL,
    created_at    bigint NOT NULL
);
CREATE INDEX journal_of_sync ON journal (sync_id, id);
CREATE INDEX journal_of_run ON journal (run_id);
CREATE INDEX journal_of_connection ON journal (connection_id);
