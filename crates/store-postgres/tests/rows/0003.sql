-- What this schema has beside those before it.
UPDATE clients SET archived_at = 1767600001123456 WHERE key = 'C-2';
INSERT INTO erased_clients (digest, erased_at) VALUES ('d1', 1767600002123456);
