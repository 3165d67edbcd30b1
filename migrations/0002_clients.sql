-- Other programs that ask for scores in the manner of the Perspective API, and what their moderators suggest.

CREATE TABLE client (
    id         uuid        PRIMARY KEY,
    site_id    uuid        NOT NULL REFERENCES site,
    -- what the operator calls it
    name       text        NOT NULL,
    -- SHA-256 of its key. The key is random and long, so that a plain hash cannot be turned back
    key_hash   bytea       NOT NULL UNIQUE CHECK (length(key_hash) = 32),
    -- requests a second, for each process
    per_second integer     NOT NULL CHECK (per_second BETWEEN 1 AND 1000),
    created_at timestamptz NOT NULL DEFAULT now(),
    -- to the minute, so that asking does not write a row each time; tells whether a key can go
    used_at    timestamptz,
    -- a revoked key stays, so that its suggestions keep their sender
    revoked_at timestamptz,
    UNIQUE (site_id, id)
);
-- one key in force for each name; the name is free again when it is revoked
CREATE UNIQUE INDEX client_name ON client (site_id, name) WHERE revoked_at IS NULL;

-- What a moderator elsewhere thought of a text, beside what the filter measured on it. Never the text itself: the
-- two numbers are what a threshold is set by, and whoever wants the words has them under the token.
CREATE TABLE suggestion (
    id           uuid        PRIMARY KEY,
    site_id      uuid        NOT NULL REFERENCES site,
    client_id    uuid        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    -- the program's own names for the community and the comment, e.g. "Coral:https://…" and "comment:…"
    community    text,
    token        text,
    languages    text[]      NOT NULL,
    -- attribute → score, as it was sent
    suggested    jsonb       NOT NULL,
    -- score → 0 to 1, without those on which the filter abstained; null where the filter could not be asked
    measured     jsonb,
    -- what measured
    ruleset      text,
    model        text,
    FOREIGN KEY (site_id, client_id) REFERENCES client (site_id, id),
    CHECK ((measured IS NULL) = (ruleset IS NULL)),
    CHECK ((measured IS NULL) = (model IS NULL))
);
-- old ones are forgotten
CREATE INDEX suggestion_created ON suggestion (created_at);
