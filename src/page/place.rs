//! Where on the site a reader is: the addresses around a thread, and how its conversations are cut.

use uuid::Uuid;

use super::words::counted;
use crate::comment::{Conversation, Inline, Order, Shown};
use crate::cursor::Cursor;

/// How much of a comment stands above the form that answers it, in characters.
const EXCERPT: usize = 280;

/// Which kind of page shows the comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    /// the article's, at this place of its thread; `None`: its start
    Article { after: Option<Cursor> },
    /// one conversation's, for the sake of this comment
    Alone { target: Uuid },
    /// none yet: the script puts them into a page of the first kind
    Fragment,
}

#[derive(Clone, Debug)]
pub(super) struct Place {
    /// the article's
    pub(super) path: String,
    pub(super) order: Order,
    pub(super) on: On,
    /// is the article open for comments, and may this viewer write?
    pub(super) can_reply: bool,
    /// is the viewer a moderator, to whom each comment shows the way to the desk?
    pub(super) moderates: bool,
}

/// A conversation as the page lays it out.
pub(super) struct Split<'a> {
    /// the comment at the top; not there when one's own answer stands apart from its conversation
    pub(super) root: Option<&'a Shown>,
    pub(super) replies: &'a [Shown],
    pub(super) root_id: Uuid,
    /// "3 replies"
    pub(super) summary: String,
}

impl Place {
    pub(super) fn is_first(&self) -> bool {
        self.on == On::Article { after: None }
    }

    pub(super) fn is_alone(&self) -> bool {
        matches!(self.on, On::Alone { .. })
    }

    pub(super) fn is_target(&self, id: &Uuid) -> bool {
        self.on == On::Alone { target: *id }
    }

    pub(super) fn is_newest(&self) -> bool {
        self.order == Order::Newest
    }

    /// The word in addresses.
    pub(super) fn order_name(&self) -> &'static str {
        match self.order {
            Order::Newest => "newest",
            Order::Oldest => "oldest",
        }
    }

    pub(super) fn newest(&self) -> String {
        self.address(Order::Newest, None, None)
    }

    pub(super) fn oldest(&self) -> String {
        self.address(Order::Oldest, None, None)
    }

    /// The first page in this order.
    pub(super) fn first(&self) -> String {
        self.address(self.order, None, None)
    }

    /// This very page.
    pub(super) fn here(&self) -> String {
        self.address(self.order, self.cursor(), None)
    }

    pub(super) fn after(&self, cursor: &Cursor) -> String {
        self.address(self.order, Some(*cursor), None)
    }

    /// The page with the form that answers a comment.
    pub(super) fn reply(&self, id: &Uuid) -> String {
        format!(
            "{}#form",
            self.address(self.order, self.cursor(), Some(*id))
        )
    }

    /// A comment's own page.
    pub(super) fn comment(&self, id: &Uuid) -> String {
        format!("{}/comments/{id}", self.path)
    }

    /// To what a comment answers: up on this page if it is here, else to its own page.
    pub(super) fn to_parent(&self, conversation: &Conversation, parent: &Uuid) -> String {
        let is_here = conversation
            .comments
            .iter()
            .any(|comment| comment.id == *parent);
        if is_here || self.on == On::Fragment {
            format!("#comment-{parent}")
        } else {
            self.comment(parent)
        }
    }

    pub(super) fn next_page(&self) -> &'static str {
        match self.order {
            Order::Newest => "Older comments",
            Order::Oldest => "Newer comments",
        }
    }

    pub(super) fn first_page(&self) -> &'static str {
        match self.order {
            Order::Newest => "Newest comments",
            Order::Oldest => "Oldest comments",
        }
    }

    #[expect(
        clippy::unused_self,
        clippy::trivially_copy_pass_by_ref,
        reason = "templates call methods, with references"
    )]
    pub(super) fn read_more(&self, n: &i64) -> String {
        format!(
            "Read {} in this conversation",
            counted(*n, "more reply", "more replies")
        )
    }

    /// A conversation's own page has an end too.
    #[expect(
        clippy::unused_self,
        clippy::trivially_copy_pass_by_ref,
        reason = "templates call methods, with references"
    )]
    pub(super) fn left_out(&self, n: &i64) -> String {
        format!(
            "{} not shown.",
            counted(*n, "more reply is", "more replies are")
        )
    }

    #[expect(clippy::unused_self, reason = "templates call methods")]
    pub(super) fn split<'c>(&self, conversation: &'c Conversation) -> Split<'c> {
        let (root, replies) = match conversation.comments.split_first() {
            Some((first, rest)) if first.parent_id.is_none() => (Some(first), rest),
            _ => (None, conversation.comments.as_slice()),
        };
        let shown = replies
            .iter()
            .filter(|reply| !reply.is_placeholder())
            .count();
        let all = i64::try_from(shown)
            .unwrap_or(i64::MAX)
            .saturating_add(conversation.more_replies.max(0));
        Split {
            root,
            replies,
            root_id: conversation
                .comments
                .first()
                .map_or_else(Uuid::nil, |first| first.root_id),
            summary: counted(all, "reply", "replies"),
        }
    }

    fn cursor(&self) -> Option<Cursor> {
        match self.on {
            On::Article { after } => after,
            On::Alone { .. } | On::Fragment => None,
        }
    }

    fn address(&self, order: Order, after: Option<Cursor>, reply: Option<Uuid>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if order == Order::Oldest {
            query.append_pair("sort", "oldest");
        }
        if let Some(cursor) = after {
            query.append_pair("after", &cursor.to_string());
        }
        if let Some(id) = reply {
            query.append_pair("reply", &id.to_string());
        }
        let query = query.finish();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{mark}{query}", self.path)
    }
}

/// An article's path. Slugs may have letters of any script; a `Location` may not.
pub(super) fn path(slug: &str) -> String {
    let slug: String = url::form_urlencoded::byte_serialize(slug.as_bytes()).collect();
    format!("/articles/{slug}")
}

/// Of a conversation, a comment with what it answers, up to the top, and everything that answers it.
pub(super) fn around(conversation: Conversation, target: Uuid) -> Conversation {
    let mut kept = std::collections::HashSet::from([target]);
    // reading order: backwards each parent comes after its answers, forwards before them
    let mut wanted = Some(target);
    for comment in conversation.comments.iter().rev() {
        if Some(comment.id) == wanted {
            kept.insert(comment.id);
            wanted = comment.parent_id;
        }
    }
    let mut below = std::collections::HashSet::from([target]);
    for comment in &conversation.comments {
        if comment
            .parent_id
            .is_some_and(|parent| below.contains(&parent))
        {
            below.insert(comment.id);
        }
    }
    let comments = conversation.comments.into_iter();
    Conversation {
        comments: comments
            .filter(|comment| kept.contains(&comment.id) || below.contains(&comment.id))
            .collect(),
        more_replies: 0,
    }
}

/// The first words of a comment, without what it quotes itself.
pub(super) fn first_words(comment: &Shown) -> String {
    let blocks = comment.body.iter().flatten().filter(|block| !block.quote);
    let words: Vec<&str> = blocks
        .flat_map(|block| block.inlines.iter().chain(Some(&Inline::Break)))
        .map(|inline| match inline {
            Inline::Text(text) | Inline::Link { text, .. } => text.as_str(),
            Inline::Break => "\n",
        })
        .collect();
    crate::comment::excerpt(&words.concat(), EXCERPT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::samples;

    #[test]
    fn addresses() {
        let cursor: Cursor = "5_00000000000000000000000000000007".parse().unwrap();
        let id = Uuid::from_u128(1);
        let place = |order, after| Place {
            path: path("a"),
            order,
            on: On::Article { after },
            can_reply: true,
            moderates: false,
        };
        let start = place(Order::Newest, None);
        let later = place(Order::Oldest, Some(cursor));
        for (address, expected) in [
            (start.here(), "/articles/a"),
            (start.oldest(), "/articles/a?sort=oldest"),
            (
                start.after(&cursor),
                "/articles/a?after=5_00000000000000000000000000000007",
            ),
            (
                start.reply(&id),
                "/articles/a?reply=00000000-0000-0000-0000-000000000001#form",
            ),
            (later.first(), "/articles/a?sort=oldest"),
            (later.newest(), "/articles/a"),
            (
                later.here(),
                "/articles/a?sort=oldest&after=5_00000000000000000000000000000007",
            ),
            (
                start.comment(&id),
                "/articles/a/comments/00000000-0000-0000-0000-000000000001",
            ),
        ] {
            assert_eq!(address, expected);
        }
    }

    #[test]
    fn paths_are_ascii() {
        assert_eq!(path("a-b-1"), "/articles/a-b-1");
        assert_eq!(path("پل"), "/articles/%D9%BE%D9%84");
    }

    #[test]
    fn around_a_comment_are_what_it_answers_and_its_answers() {
        // 1 ─ 2 ─ 3, 2 ─ 4, 1 ─ 5 ─ 6
        let tree = [(1, 0), (2, 1), (3, 2), (4, 2), (5, 1), (6, 5)];
        for (target, expected) in [
            (1, vec![1, 2, 3, 4, 5, 6]),
            (2, vec![1, 2, 3, 4]),
            (4, vec![1, 2, 4]),
            (5, vec![1, 5, 6]),
            (6, vec![1, 5, 6]),
        ] {
            let kept = around(samples::conversation(&tree), Uuid::from_u128(target));
            let kept: Vec<u128> = kept
                .comments
                .iter()
                .map(|comment| comment.id.as_u128())
                .collect();
            assert_eq!(kept, expected, "around {target}");
        }
    }

    #[test]
    fn a_conversation_is_split_at_its_top() {
        let place = Place {
            path: path("a"),
            order: Order::Newest,
            on: On::Fragment,
            can_reply: true,
            moderates: false,
        };
        let whole = samples::conversation(&[(1, 0), (2, 1)]);
        let split = place.split(&whole);
        assert_eq!(
            (
                split.root.is_some(),
                split.replies.len(),
                split.summary.as_str()
            ),
            (true, 1, "1 reply")
        );
        let apart = samples::conversation(&[(2, 1)]);
        let split = place.split(&apart);
        assert_eq!((split.root.is_some(), split.replies.len()), (false, 1));
    }

    #[test]
    fn first_words_leave_out_quotes() {
        let comment = samples::comment(1, 0, "> old\n\nnew https://a.example/\nline");
        assert_eq!(first_words(&comment), "new https://a.example/ line");
    }
}
