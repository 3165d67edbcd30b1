-- What comments are about: the article prepared once, where its thread stands, how far each comment is from it, and
-- what moderators say about side threads.

-- An article as comments are compared with it. In a table of its own, so that pages never read it and a change of it
-- never rewrites the article's long row.
CREATE TABLE article_topic (
    article_id uuid        PRIMARY KEY REFERENCES article ON DELETE CASCADE,
    -- article.updated_at of the text that was read. Where the article has another one, this is of no use any more: also
    -- after a change by a version of the program that knows nothing of this table
    read_at    timestamptz NOT NULL,
    -- names the tables that made it, so that another version of the program makes it anew
    prepared   bytea       NOT NULL
);

-- What the filter learnt of a comment's topic, once for each comment.
CREATE TABLE comment_topic (
    comment_id uuid PRIMARY KEY REFERENCES comment,
    -- how well it fits its article, 0 to 1, whatever else it fits
    fit        real NOT NULL
);

-- What the live comments of a thread, or of one conversation in it, are about, so that no comment is ever compared
-- with all of them. A cache of what the comments say: where a row is missing or out of date, it is made again of them.
CREATE TABLE thread_topic (
    article_id uuid   NOT NULL REFERENCES article ON DELETE CASCADE,
    -- the article for the whole thread, or the first comment of a conversation
    about      uuid   NOT NULL,
    -- the event that it includes. Where the whole thread's is not thread.last_event, none of the article's rows is of
    -- use: also after a version of the program that knows nothing of this table has published or removed something
    last_event bigint NOT NULL,
    summary    bytea  NOT NULL,
    PRIMARY KEY (article_id, about)
);

-- The passage that a comment was compared with, the shared and the foreign words, the other stories it is closer to.
ALTER TABLE reason ADD COLUMN evidence jsonb;

-- What a moderator says about a comment and everything under it. Append-only: the newest of a pair holds.
CREATE TABLE side_thread_ruling (
    id           uuid        PRIMARY KEY,
    site_id      uuid        NOT NULL REFERENCES site,
    article_id   uuid        NOT NULL,
    -- where the side thread begins
    comment_id   uuid        NOT NULL,
    -- belongs: nothing in it is held for being off topic alone; judged: as everywhere.
    -- closed: no further answers; open: as everywhere
    ruling       text        NOT NULL CHECK (ruling IN ('belongs', 'judged', 'closed', 'open')),
    moderator_id uuid        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (article_id, comment_id) REFERENCES comment (article_id, id),
    FOREIGN KEY (site_id, moderator_id)  REFERENCES account (site_id, id)
);
-- the rulings on one comment, newest first
CREATE INDEX side_thread_ruling_on ON side_thread_ruling (comment_id, created_at DESC);
-- has anything been ruled under this article? mostly not
CREATE INDEX side_thread_ruling_under ON side_thread_ruling (article_id);
CREATE TRIGGER side_thread_ruling_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON side_thread_ruling
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Does a ruling hold for this comment: has it, or anything above it, been ruled so, and not otherwise since?
CREATE FUNCTION is_ruled(of_comment uuid, so text, otherwise text) RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH RECURSIVE above AS (
        SELECT c.id, c.parent_id FROM comment c WHERE c.id = of_comment
        UNION ALL
        SELECT c.id, c.parent_id FROM comment c JOIN above a ON c.id = a.parent_id)
    SELECT EXISTS (
        SELECT FROM above CROSS JOIN LATERAL (
            SELECT r.ruling FROM side_thread_ruling r
            WHERE r.comment_id = above.id AND r.ruling IN (so, otherwise)
            ORDER BY r.created_at DESC, r.id DESC LIMIT 1) AS newest
        WHERE newest.ruling = so)
$$;
