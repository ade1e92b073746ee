-- The seat desk reads what people hold from the index alone: each group of asks looks hundreds of people up.
DROP INDEX enrollment_person;
CREATE INDEX enrollment_person ON enrollment (person_id, live, term_id, class_id, status);
-- Only draws write a signup.
DROP INDEX enrollment_signup;
CREATE INDEX enrollment_signup ON enrollment (signup_id) WHERE signup_id IS NOT NULL
