-- The newest Salesforce session of each connection, sealed; processes share it.
CREATE TABLE sessions (
    connection_id TEXT PRIMARY KEY NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    version       INTEGER NOT NULL,
    sealed        BLOB NOT NULL
) STRICT;
