-- The list of a district or a city is read in its order, and not sorted whole for its first twenty.
CREATE INDEX person_sorted ON person (sort_key, id)
