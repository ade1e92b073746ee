-- What everybody reads of the figure of an erratum, as JSON: decided once, beside what was published when it was told.
ALTER TABLE stat_erratum ADD COLUMN said TEXT NOT NULL DEFAULT '"guard"';
