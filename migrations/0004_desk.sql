-- What the moderators' desk asks beyond the house's own indexes.

-- the comments that could not be screened: few among a million held ones, so they are not looked for among those
CREATE INDEX comment_dead_letters ON comment (site_id, created_at, id) WHERE status = 'held' AND dead_letter;
