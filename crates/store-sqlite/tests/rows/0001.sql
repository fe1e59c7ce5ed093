-- What an installation of this schema holds: one row of each noun.
INSERT INTO installation VALUES (1, 'inst_00000000000000000000000000000001', 1767600000000000);
INSERT INTO connections VALUES ('conn_00000000000000000000000000000001', 'acme', 'Acme', 'salesforce', 'client_credentials',
    '{"domain_url":"https://acme.my.salesforce.com","consumer_key":"key"}', 1, NULL, NULL, 1767600000000000, 1767600000000000);
INSERT INTO data_keys VALUES ('conn_00000000000000000000000000000001', x'01');
INSERT INTO secrets VALUES ('conn_00000000000000000000000000000001', 'consumer_secret', x'02');
INSERT INTO clients VALUES ('C-1', 'c-1', '{"key":"C-1","last_name":"Straße","phones":[],"addresses":[],"company_names":[]}', 1767600000000000, 1767600000000000);
INSERT INTO outbox (stream, source_key, changed_at) VALUES ('clients', 'C-1', 1767600000000000);
INSERT INTO syncs VALUES ('sync_00000000000000000000000000000001', 'acme-leads', 'conn_00000000000000000000000000000001', 'clients', 'Lead',
    '{"company":"Acme","fields":{}}', '[]', '{"allow_duplicates":true,"assignment_rules":false}', 1, NULL, 0, 1767600000000000, 1767600000000000);
INSERT INTO due VALUES ('sync_00000000000000000000000000000001', 'C-2', 7, 'refused', 1, NULL, 'A', 'b', '[]', 'c', 1767600000000000);
INSERT INTO links VALUES ('sync_00000000000000000000000000000001', 'C-3', '00Q000000000001AAA', '{"LastName":"0000000000000000000000000000002a"}', 'active', 1767600000000000);
INSERT INTO runs VALUES ('run_00000000000000000000000000000001', 'sync_00000000000000000000000000000001', 'full', 'running', 'C-1',
    '{"created":1,"updated":0,"unchanged":0,"refused":0,"deferred":0,"uncertain":0}', 3, NULL, '[]', 1767600000000000, NULL);
INSERT INTO outcomes VALUES ('run_00000000000000000000000000000001', 'C-3', 'created', '00Q000000000001AAA', NULL, NULL, '[]', NULL, 1767600000000000);
INSERT INTO journal (id, sync_id, run_id, connection_id, payload, rows, created_at) VALUES ('intent_00000000000000000000000000000001',
    'sync_00000000000000000000000000000001', 'run_00000000000000000000000000000001', 'conn_00000000000000000000000000000001', x'7b7d', '[]', 1767600000000000);
