-- Who wrote a file of which a run was made: NULL where that was not noted.
ALTER TABLE run_file ADD COLUMN scanner TEXT;
ALTER TABLE run_file ADD COLUMN version TEXT;
