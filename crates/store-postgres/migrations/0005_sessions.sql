-- The newest Salesforce session of each connection, sealed; processes share it.
CREATE TABLE sessions (
    connection_id text COLLATE "C" PRIMARY KEY REFERENCES connections (id) ON DELETE CASCADE,
    version       bigint NOT NULL,
    sealed        bytea NOT NULL
);
