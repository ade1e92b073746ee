-- Who began a payment on line, and by which way: the learner, or somebody of their family. Nothing on payments before this step.
ALTER TABLE fee_order ADD COLUMN actor_person BIGINT;
ALTER TABLE fee_order ADD COLUMN channel TEXT;
