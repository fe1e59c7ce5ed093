-- What took the place of a converted record; mapped fields that are left out.

ALTER TABLE links ADD COLUMN successors TEXT NOT NULL DEFAULT '[]';
ALTER TABLE syncs ADD COLUMN left_out TEXT NOT NULL DEFAULT '[]';
