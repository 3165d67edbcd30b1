-- Does a ruling hold for this comment: has it, or anything above it, been ruled so, and not otherwise since?
-- Mostly nothing was ever ruled so under the article; then nothing need be walked, however deep the comment lies.
CREATE OR REPLACE FUNCTION is_ruled(of_comment uuid, so text, otherwise text) RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH RECURSIVE above AS (
        SELECT c.id, c.parent_id FROM comment c WHERE c.id = of_comment AND EXISTS (
            SELECT FROM side_thread_ruling r WHERE r.article_id = c.article_id AND r.ruling = so)
        UNION ALL
        SELECT c.id, c.parent_id FROM comment c JOIN above a ON c.id = a.parent_id)
    SELECT EXISTS (
        SELECT FROM above CROSS JOIN LATERAL (
            SELECT r.ruling FROM side_thread_ruling r
            WHERE r.comment_id = above.id AND r.ruling IN (so, otherwise)
            ORDER BY r.created_at DESC, r.id DESC LIMIT 1) AS newest
        WHERE newest.ruling = so)
$$;
