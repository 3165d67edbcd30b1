-- The desk lists rulings among the decisions, newest first. The index spares it from reading all that were ever made.
CREATE INDEX side_thread_ruling_history ON side_thread_ruling (site_id, created_at DESC, id DESC);
