-- What this schema has beside those before it.
UPDATE links SET successors = '[{"object":"Contact","id":"003000000000001AAA"}]';
UPDATE syncs SET left_out = '[{"target":"Level__c","reason":"Lead has no \"Level__c\""}]' WHERE name = 'acme-leads';
