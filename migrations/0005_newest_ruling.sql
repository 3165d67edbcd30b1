-- Does a ruling hold for this comment? Of those on it and on anything above it, the newest says so: whoever opens a part
-- of a closed side thread opens that part, and whoever closes the whole again closes that part too.
-- Mostly nothing was ever ruled so under the article; then nothing need be walked, however deep the comment lies.
CREATE OR REPLACE FUNCTION is_ruled(of_comment uuid, so text, otherwise text) RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH RECURSIVE above AS (
        SELECT c.id, c.parent_id FROM comment c WHERE c.id = of_comment AND EXISTS (
            SELECT FROM side_thread_ruling r WHERE r.article_id = c.article_id AND r.ruling = so)
        UNION ALL
        SELECT c.id, c.parent_id FROM comment c JOIN above a ON c.id = a.parent_id)
    SELECT coalesce((
        SELECT r.ruling = so FROM above JOIN side_thread_ruling r ON r.comment_id = above.id
        WHERE r.ruling IN (so, otherwise)
        ORDER BY r.created_at DESC, r.id DESC LIMIT 1), false)
$$;
