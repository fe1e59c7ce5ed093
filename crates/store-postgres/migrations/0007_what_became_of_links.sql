-- What took the place of a converted record; mapped fields that are left out.

ALTER TABLE links ADD COLUMN successors text COLLATE "C" NOT NULL DEFAULT '[]';
ALTER TABLE syncs ADD COLUMN left_out text COLLATE "C" NOT NULL DEFAULT '[]';
