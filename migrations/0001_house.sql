-- The house: sites, people, articles, comments and the two queues.
--
-- Rules that hold for every table:
--   * Every row that belongs to a publisher carries site_id, and foreign keys between such rows carry it
--     too, so that a row of one site can never point into another.
--   * Times are timestamptz and come from the database's clock, never from the program's: leases, limits
--     and sessions must not depend on a machine whose clock is wrong.
--   * Ids are UUIDs made by the program: opaque outside, so that nobody can count a paper's comments.
--   * Text columns are `text` without a length: the program refuses what is too long, and a column never cuts it.

CREATE TABLE site (
    id             uuid        PRIMARY KEY,
    -- what a process finds its site by; pages never show it
    slug           text        NOT NULL UNIQUE,
    name           text        NOT NULL,
    -- BCP 47: the language of the paper's own words on its pages; an article may have another
    lang           text        NOT NULL DEFAULT 'en',
    -- may somebody comment with a name and an e-mail address, without an account?
    guests_allowed boolean     NOT NULL DEFAULT true,
    -- the Comments FAQ, in Markdown, as an admin last saved it; null = the text that ships
    faq            text,
    -- the ruleset in force: one pointer, so that a change of policy is one atomic write. Null = what ships.
    ruleset_id     uuid,
    created_at     timestamptz NOT NULL DEFAULT now()
);

CREATE TYPE role AS ENUM ('reader', 'moderator', 'admin');

CREATE TABLE account (
    id            uuid        PRIMARY KEY,
    site_id       uuid        NOT NULL REFERENCES site,
    name          text        NOT NULL,
    -- the name folded (NFKC, case, look-alikes): two people whose names a reader cannot tell apart do not exist
    name_key      text        NOT NULL,
    -- lower-cased; never shown to anybody but its owner
    email         text        NOT NULL,
    -- argon2id, PHC string: carries its own parameters and salt, so that they can be raised later
    password_hash text        NOT NULL,
    role          role        NOT NULL DEFAULT 'reader',
    created_at    timestamptz NOT NULL DEFAULT now(),
    disabled_at   timestamptz,
    UNIQUE (site_id, id),
    UNIQUE (site_id, name_key),
    UNIQUE (site_id, email)
);

-- A session is either an account's (account_id set) or a guest's: somebody who has posted without an
-- account and may see their own waiting comments.
CREATE TABLE session (
    id           uuid        PRIMARY KEY,
    site_id      uuid        NOT NULL REFERENCES site,
    account_id   uuid,
    -- SHA-256 of the 256-bit token: whoever reads this table cannot sign in with it
    token_hash   bytea       NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    -- the synchroniser token of this session's forms
    csrf         text        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    -- absolute end: 30 days for readers and guests, 12 hours for staff
    expires_at   timestamptz NOT NULL,
    -- staff are also signed out after 30 minutes without a request; null = no idle limit
    idle_limit   interval,
    FOREIGN KEY (site_id, account_id) REFERENCES account (site_id, id) ON DELETE CASCADE
);
-- "end all my other sessions", and the cascade above
CREATE INDEX session_account ON session (account_id) WHERE account_id IS NOT NULL;
-- the janitor deletes what has ended
CREATE INDEX session_expires ON session (expires_at);

-- Token buckets. In the database, because a limit must hold across processes and restarts.
CREATE TABLE rate_bucket (
    -- rule and subject, e.g. "post:ip:203.0.113.9"; kept for a day at most, then deleted
    key    text             PRIMARY KEY,
    tokens double precision NOT NULL,
    -- did the last try get a token?
    granted boolean         NOT NULL DEFAULT true,
    at     timestamptz      NOT NULL DEFAULT now()
);
CREATE INDEX rate_bucket_at ON rate_bucket (at);

CREATE TYPE article_mode AS ENUM ('filtered', 'premoderated', 'closed');

CREATE TABLE article (
    id             uuid         PRIMARY KEY,
    site_id        uuid         NOT NULL REFERENCES site,
    slug           text         NOT NULL,
    title          text         NOT NULL,
    standfirst     text,
    byline         text,
    published_at   timestamptz,
    picture_url    text,
    picture_alt    text         NOT NULL DEFAULT '',
    picture_credit text,
    section        text,
    -- BCP 47; null = the site's
    lang           text,
    -- the paper's keywords, as printed
    tags           text[]       NOT NULL DEFAULT '{}',
    -- sanitised when it was imported; the only text that pages print unescaped
    body_html      text         NOT NULL,
    -- the same words for the filters: paragraphs with blank lines between
    body_text      text         NOT NULL,
    canonical_url  text,
    mode           article_mode NOT NULL DEFAULT 'filtered',
    created_at     timestamptz  NOT NULL DEFAULT now(),
    updated_at     timestamptz  NOT NULL DEFAULT now(),
    UNIQUE (site_id, id),
    UNIQUE (site_id, slug)
);
-- the front page lists the newest
CREATE INDEX article_newest ON article (site_id, created_at DESC, id DESC);

-- What changes with every comment that goes live, apart from the article, so that a settle never locks
-- or rewrites the article's long row. Written only when a status changes, never while somebody posts.
CREATE TABLE thread (
    article_id uuid   PRIMARY KEY REFERENCES article ON DELETE CASCADE,
    -- = count of its live comments; kept in the transaction of the settle
    live_count bigint NOT NULL DEFAULT 0 CHECK (live_count >= 0),
    -- the number of the newest row in live_event. Handed out under this row's lock, so that the order of
    -- numbers is the order of commits and a reader who has seen n has seen everything up to n.
    last_event bigint NOT NULL DEFAULT 0
);

-- pending: not yet screened; held: waits for a person; live: visible; rejected: refused;
-- removed: taken down after having been live
CREATE TYPE comment_status AS ENUM ('pending', 'held', 'live', 'rejected', 'removed');

CREATE TABLE comment (
    id          uuid           PRIMARY KEY,
    site_id     uuid           NOT NULL REFERENCES site,
    article_id  uuid           NOT NULL,
    parent_id   uuid,
    -- the comment at the top of this conversation (itself, if it answers nobody): a page reads the
    -- replies of its thirty conversations by this, without walking the tree
    root_id     uuid           NOT NULL,
    -- 0 = answers nobody. Bounded: a chain of thousands must not break a page
    depth       smallint       NOT NULL CHECK (depth BETWEEN 0 AND 500),
    -- the writer: an account, or a guest's name and address
    account_id  uuid,
    session_id  uuid           REFERENCES session ON DELETE SET NULL,
    author_name text           NOT NULL,
    guest_email text,
    -- exactly what was accepted; never rewritten
    body        text           NOT NULL,
    -- pending by default: what nobody has decided is not visible
    status      comment_status NOT NULL DEFAULT 'pending',
    -- grows with every change of status; whoever settles names the one that they saw
    version     integer        NOT NULL DEFAULT 1,
    -- the settlement that brought it to where it is: nothing leaves `pending` without one
    settlement_id uuid,
    created_at  timestamptz    NOT NULL DEFAULT now(),
    -- when it first went live
    live_at     timestamptz,
    -- One POST, one comment: the same key from the same writer is the same comment, and the fingerprint
    -- of the request tells a repetition from a mistake.
    idempotency_scope text     NOT NULL,
    idempotency_key   text     NOT NULL,
    request_hash      bytea    NOT NULL,
    -- The machine's queue is a state, not a table. fence grows with each claim: a worker that was
    -- paused past its lease comes back with an old number, and its verdict is refused.
    attempts    smallint       NOT NULL DEFAULT 0,
    due_at      timestamptz    NOT NULL DEFAULT now(),
    fence       bigint         NOT NULL DEFAULT 0,
    -- why the last try failed, for moderators
    failure     text,
    -- the filter failed five times: held for a person without a verdict
    dead_letter boolean        NOT NULL DEFAULT false,
    UNIQUE (site_id, id),
    UNIQUE (article_id, id),
    UNIQUE (site_id, idempotency_scope, idempotency_key),
    FOREIGN KEY (site_id, article_id) REFERENCES article (site_id, id),
    FOREIGN KEY (site_id, account_id) REFERENCES account (site_id, id),
    -- an answer is under the same article as what it answers
    FOREIGN KEY (article_id, parent_id) REFERENCES comment (article_id, id),
    FOREIGN KEY (article_id, root_id)   REFERENCES comment (article_id, id),
    CHECK ((parent_id IS NULL) = (depth = 0)),
    CHECK ((parent_id IS NULL) = (root_id = id)),
    CHECK (account_id IS NOT NULL OR guest_email IS NOT NULL),
    CHECK ((status = 'pending') = (settlement_id IS NULL)),
    CHECK (status <> 'live' OR live_at IS NOT NULL)
);
-- the page: the conversations of an article, newest or oldest first, a keyset page at a time. What was live
-- once and is no longer keeps its place, as a placeholder, while somebody answers it.
CREATE INDEX comment_roots ON comment (article_id, created_at, id) WHERE parent_id IS NULL AND live_at IS NOT NULL;
-- the page: the replies of a conversation in the order in which they were written
CREATE INDEX comment_replies ON comment (root_id, created_at, id) WHERE parent_id IS NOT NULL AND live_at IS NOT NULL;
-- the machine's queue: only pending rows are in it, so that it stays small under millions of comments
CREATE INDEX comment_due ON comment (due_at, id) WHERE status = 'pending';
-- the people's queue
CREATE INDEX comment_held ON comment (site_id, created_at, id) WHERE status = 'held';
-- those that could not be screened: few among a million held ones, so they are not looked for among those
CREATE INDEX comment_dead_letters ON comment (site_id, created_at, id) WHERE status = 'held' AND dead_letter;
-- a writer's own waiting comments on a page; their latest texts for the repeats filter
CREATE INDEX comment_session ON comment (session_id, created_at DESC) WHERE session_id IS NOT NULL;
CREATE INDEX comment_account ON comment (account_id, created_at DESC) WHERE account_id IS NOT NULL;

-- What the machine concluded, once for each comment, ruleset and model.
CREATE TABLE verdict (
    id         uuid        PRIMARY KEY,
    comment_id uuid        NOT NULL REFERENCES comment,
    outcome    text        NOT NULL CHECK (outcome IN ('publish', 'hold', 'reject')),
    -- kind → probability, or null where the filter abstained
    scores     jsonb       NOT NULL,
    -- versions of what concluded it: any old verdict can be run again and comes out the same
    ruleset    text        NOT NULL,
    model      text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (comment_id, ruleset, model)
);

-- Why: every reason of every phase, not only the one that decided.
CREATE TABLE reason (
    verdict_id uuid     NOT NULL REFERENCES verdict,
    position   smallint NOT NULL,
    kind       text     NOT NULL,
    severity   text     NOT NULL CHECK (severity IN ('mild', 'strong', 'severe')),
    phase      text     NOT NULL,
    score      real,
    -- [[from, to], …] in bytes of comment.body, half-open
    spans      jsonb    NOT NULL,
    -- one sentence for people
    note       text     NOT NULL,
    PRIMARY KEY (verdict_id, position)
);

-- Every change of status, by machine or person, in the transaction that made it. Append-only.
CREATE TABLE settlement (
    id            uuid           PRIMARY KEY,
    site_id       uuid           NOT NULL REFERENCES site,
    comment_id    uuid           NOT NULL,
    -- the version that the settler saw; the comment now has this plus one
    seen_version  integer        NOT NULL,
    from_status   comment_status NOT NULL,
    to_status     comment_status NOT NULL,
    -- what was done: screened, dead_letter, approve, reject, remove, undo
    action        text           NOT NULL CHECK (action IN ('screened', 'dead_letter', 'approve', 'reject', 'remove', 'undo')),
    -- a person's, or null for the machine
    moderator_id  uuid,
    -- the machine's evidence, or null
    verdict_id    uuid           REFERENCES verdict,
    -- the guideline that a person named, e.g. abusive, off_topic, spam
    reason        text,
    note          text,
    created_at    timestamptz    NOT NULL DEFAULT now(),
    -- one winner: two settlements can never both have acted on the same version
    UNIQUE (comment_id, seen_version),
    FOREIGN KEY (site_id, comment_id)   REFERENCES comment (site_id, id),
    FOREIGN KEY (site_id, moderator_id) REFERENCES account (site_id, id),
    CHECK ((moderator_id IS NULL) = (action IN ('screened', 'dead_letter'))),
    CHECK (action <> 'screened' OR verdict_id IS NOT NULL)
);
-- the desk's history
CREATE INDEX settlement_decisions ON settlement (site_id, created_at DESC, id DESC) WHERE moderator_id IS NOT NULL;
ALTER TABLE comment ADD FOREIGN KEY (settlement_id) REFERENCES settlement (id) DEFERRABLE INITIALLY DEFERRED;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER settlement_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What an open page is told: a comment appeared, or went away.
CREATE TABLE live_event (
    article_id uuid        NOT NULL REFERENCES article ON DELETE CASCADE,
    number     bigint      NOT NULL,
    kind       text        NOT NULL CHECK (kind IN ('shown', 'gone')),
    comment_id uuid        NOT NULL REFERENCES comment,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (article_id, number)
);
CREATE INDEX live_event_created ON live_event (created_at);

-- A ruleset is never changed: a change of policy is a new row, and site.ruleset_id moves to it.
CREATE TABLE ruleset (
    id         uuid        PRIMARY KEY,
    site_id    uuid        NOT NULL REFERENCES site,
    -- the hash of its content, as verdicts name it
    version    text        NOT NULL,
    source     jsonb       NOT NULL,
    -- what changed, in the words of whoever changed it
    note       text        NOT NULL DEFAULT '',
    created_by uuid        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (site_id, id),
    FOREIGN KEY (site_id, created_by) REFERENCES account (site_id, id)
);
CREATE INDEX ruleset_newest ON ruleset (site_id, created_at DESC);
ALTER TABLE site ADD FOREIGN KEY (id, ruleset_id) REFERENCES ruleset (site_id, id);
