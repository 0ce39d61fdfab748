-- How the TCP of whoever answered showed itself: window, largest segment, options.
ALTER TABLE observation ADD COLUMN stack TEXT;

-- By what was asked and why: connections or frames, with the interfaces.
ALTER TABLE run ADD COLUMN network TEXT;
