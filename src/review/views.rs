//! What the desk's pages show.

use askama::Template;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::compare::Comparison;
use super::decide::{MAX_NOTE, may_undo};
use super::drift::{HEIGHT, Picture, WIDTH};
use super::queue::{self, Entry, Queue};
use super::side::SideThread;
use super::store::{
    COUNTED, Counts, Current, Decided, Discussed, Drifting, Found, Item, Step, WINDOW,
};
use super::wording;
use crate::account::Account;
use crate::article::Mode;
use crate::comment::guidelines::GUIDELINES;
use crate::comment::{Ruling, Status, excerpt};
use crate::cursor::Cursor;
use crate::filter::{Piece, Segment, Severity, Spots, marked};
use crate::web::Chrome;

/// Entries in the list at the side; more are counted, not shown.
const LISTED: usize = 50;

/// The row of tabs above every page of the desk.
pub(crate) struct Tabs {
    pub(crate) held: String,
    pub(crate) dead_letters: String,
}

impl From<Counts> for Tabs {
    fn from(counts: Counts) -> Self {
        Self {
            held: wording::count(counts.held, COUNTED),
            dead_letters: wording::count(counts.dead_letters, COUNTED),
        }
    }
}

/// A line above the item: what has just been done, or why it was not.
pub(super) enum Notice {
    None,
    /// the viewer's own decision on another comment, which can be taken back
    Done(Current),
    /// the viewer has taken back what they decided on the comment that is shown; the one before can follow
    Undone(Option<Current>),
    /// the viewer has ruled on the side thread of the comment that is shown
    Ruled {
        ruling: Ruling,
        /// the comment on which that was ruled, where the side thread begins with it and the ruling can be taken back
        on: Option<Uuid>,
        /// what was decided before, where the ruling itself took one back
        before: Option<Current>,
    },
    /// somebody was faster, perhaps the viewer with the key before
    Lost {
        current: Current,
        is_own: bool,
    },
}

#[derive(Template)]
#[template(path = "review/desk.html", whitespace = "minimize")]
pub(super) struct Desk {
    pub(super) chrome: Chrome,
    pub(super) tabs: Tabs,
    pub(super) queue: Queue,
    pub(super) entries: Vec<Entry>,
    pub(super) total: String,
    pub(super) item: Option<ItemView>,
    pub(super) notice: Notice,
    pub(super) now: DateTime<Utc>,
}

impl Desk {
    /// The entries that the list at the side shows.
    fn listed(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().take(LISTED)
    }

    fn is_current(&self, entry: &Entry) -> bool {
        self.item
            .as_ref()
            .is_some_and(|item| item.item.id == entry.id)
    }

    fn age(&self, at: &DateTime<Utc>) -> String {
        wording::age(*at, self.now)
    }

    fn tab(&self) -> &'static str {
        self.queue.as_str()
    }

    /// Does the key take back what was decided on the comment that is shown? Otherwise it is for the notice.
    fn takes_back_here(&self) -> bool {
        let undoable = self.item.as_ref().is_some_and(|item| item.undoable);
        undoable && !matches!(self.notice, Notice::Ruled { on: Some(_), .. })
    }

    /// Where the script asks what has come to wait since; nowhere while more waits than the list was made of.
    fn newer(&self) -> Option<String> {
        let queue = self.queue.as_str();
        let last = self.entries.iter().map(|one| one.settlement).max();
        let since = last.map_or(String::new(), |last| format!("&since={last}"));
        let is_whole = i64::try_from(self.entries.len()).is_ok_and(|listed| listed < WINDOW);
        is_whole.then(|| format!("/api/v1/desk/held?queue={queue}{since}"))
    }

    /// This page, to be opened anew.
    fn here(&self) -> String {
        let item = self.item.as_ref();
        let item = item.map_or(String::new(), |shown| {
            format!("/comments/{}", shown.item.id)
        });
        format!("/desk{item}?queue={}", self.queue.as_str())
    }

    fn page_title(&self) -> &'static str {
        match self.queue {
            Queue::Held => "Held comments",
            Queue::DeadLetters => "Could not be screened",
        }
    }
}

/// One comment to decide.
pub(super) struct ItemView {
    pub(super) item: Item,
    segments: Vec<Segment>,
    parent: Vec<Segment>,
    comparison: Option<Comparison>,
    pub(super) position: Option<usize>,
    pub(super) next: Option<Uuid>,
    pub(super) previous: Option<Uuid>,
    is_own: bool,
    /// may the viewer take the last decision on this comment back?
    undoable: bool,
}

impl ItemView {
    pub(super) fn new(item: Item, entries: &[Entry], viewer: &Account) -> Self {
        let place = item.place();
        // words that are off topic are marked beside what the comment was compared with
        let marked_here = |found: &&Found| found.compared.is_none();
        let found: Vec<Spots> = item
            .reasons
            .iter()
            .filter(marked_here)
            .map(to_mark)
            .collect();
        Self {
            segments: marked(&item.body, &found),
            parent: item
                .parent
                .as_ref()
                .map_or(Vec::new(), |parent| marked(&parent.body, &[])),
            comparison: Comparison::of(&item),
            position: queue::position(entries, item.id),
            next: queue::after(entries, place),
            previous: queue::before(entries, place),
            is_own: item.author.account_id == Some(viewer.id),
            undoable: item
                .steps
                .last()
                .is_some_and(|last| is_undoable(last, viewer)),
            item,
        }
    }

    /// Its first words.
    fn excerpt(&self) -> String {
        excerpt(&self.item.body, 60)
    }

    fn can_approve(&self) -> bool {
        matches!(
            self.item.status,
            Status::Held | Status::Rejected | Status::Removed
        )
    }

    /// The side thread in which the comment stands, where there is something to say about it.
    fn side_thread(&self) -> Option<&SideThread> {
        let side = self.item.side_thread.as_ref()?;
        let is_ruled = side.belongs || side.closed || side.within_closed.is_some();
        // what is live can be closed to answers, also where the filter saw nothing in it
        let can_be_ruled = self.comparison.is_some() || self.item.status == Status::Live;
        (is_ruled || can_be_ruled).then_some(side)
    }

    /// The action of the refusing buttons, if the comment can be refused.
    fn refusal(&self) -> Option<&'static str> {
        match self.item.status {
            Status::Held => Some("reject"),
            Status::Live => Some("remove"),
            _ => None,
        }
    }
}

fn to_mark(found: &Found) -> Spots {
    Spots {
        spans: found.spans.clone(),
        severity: Severity::parse(&found.severity).unwrap_or(Severity::Mild),
        label: wording::kind(&found.kind),
    }
}

fn is_undoable(last: &Step, viewer: &Account) -> bool {
    last.action != "undo" && last.by_id.is_some_and(|by| may_undo(by, viewer))
}

#[derive(Template)]
#[template(path = "review/history.html", whitespace = "minimize")]
pub(super) struct History {
    pub(super) chrome: Chrome,
    pub(super) tabs: Tabs,
    pub(super) decisions: Vec<Decided>,
    pub(super) next: Option<Cursor>,
    pub(super) is_first: bool,
    pub(super) viewer: Account,
    pub(super) now: DateTime<Utc>,
}

impl History {
    fn undoable(&self, one: &Decided) -> bool {
        // a ruling is never the last decision on a comment
        one.is_last && one.action != "undo" && may_undo(one.by_id, &self.viewer)
    }
}

#[derive(Template)]
#[template(path = "review/articles.html", whitespace = "minimize")]
pub(super) struct Articles {
    pub(super) chrome: Chrome,
    pub(super) tabs: Tabs,
    pub(super) discussed: Vec<Discussed>,
    pub(super) saved: bool,
}

/// The modes of an article: code, what the list calls it.
const MODES: &[(Mode, &str, &str)] = &[
    (
        Mode::Filtered,
        "filtered",
        "Filter decides, people look at what it holds",
    ),
    (
        Mode::Premoderated,
        "premoderated",
        "Every comment waits for a person",
    ),
    (Mode::Closed, "closed", "Closed for comments"),
];

#[derive(Template)]
#[template(path = "review/article.html", whitespace = "minimize")]
pub(super) struct ArticlePage {
    pub(super) chrome: Chrome,
    pub(super) tabs: Tabs,
    pub(super) article: Drifting,
    pub(super) picture: Option<Picture>,
    pub(super) saved: bool,
}

#[derive(Template)]
#[template(path = "review/faq.html", whitespace = "minimize")]
pub(super) struct Faq {
    pub(super) chrome: Chrome,
    pub(super) tabs: Tabs,
    pub(super) markdown: String,
    /// rendered by [`crate::site::render_markdown`], which lets no markup of its author through
    pub(super) preview: Option<String>,
    pub(super) saved: bool,
}
