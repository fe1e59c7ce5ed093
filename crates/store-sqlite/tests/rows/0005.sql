-- What this schema has beside those before it.
INSERT INTO sessions (connection_id, version, sealed) VALUES ('conn_00000000000000000000000000000001', 2, X'0073');
