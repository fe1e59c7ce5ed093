-- What this schema has beside those before it.
INSERT INTO leases (name, token, holder, until) VALUES ('sync', 7, 'process 1', 1767600060123456), ('free', 3, NULL, 1767600000123456);
UPDATE journal SET lease = 7;
