-- How the TCP of whoever answered showed itself: window, largest segment, options.
ALTER TABLE observation ADD COLUMN stack TEXT;
