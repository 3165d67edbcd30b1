//! Side threads: where the one begins in which a comment stands. Pure.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::drift::LEFT;
use crate::comment::Ruling;

/// A comment on the way up, the one in question first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) id: Uuid,
    pub(crate) author: String,
    /// its first words
    pub(crate) excerpt: String,
    /// how well it fits the article; `None` where it could not be measured
    pub(crate) fit: Option<f32>,
    /// the newest ruling on this very comment says so
    pub(crate) belongs: bool,
    pub(crate) closed: bool,
    /// it cannot be answered, whatever comment that was ruled on
    pub(crate) is_shut: bool,
}

/// What holds for a comment, by the newest of the rulings on it and on all that is above it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Holds {
    pub(crate) belongs: bool,
    pub(crate) closed: bool,
}

/// The side thread in which a comment stands.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct SideThread {
    /// the comment with which it begins
    pub(crate) begins_with: Uuid,
    /// whose that is
    pub(crate) author: String,
    /// its first words
    pub(crate) excerpt: String,
    /// nothing in it is held for being off topic alone
    pub(crate) belongs: bool,
    /// it cannot be answered
    pub(crate) closed: bool,
    /// it is a part that was opened again of a side thread that is closed: what can be answered begins here, and not above
    pub(crate) within_closed: Option<Above>,
}

impl SideThread {
    /// Is this what holds for it?
    pub(super) fn holds(&self, ruling: Ruling) -> bool {
        match ruling {
            Ruling::Belongs => self.belongs,
            Ruling::Judged => !self.belongs,
            Ruling::Closed => self.closed,
            Ruling::Open => !self.closed,
        }
    }
}

/// The comment that a part answers.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Above {
    pub(crate) id: Uuid,
    /// whose it is
    pub(crate) author: String,
    /// its first words
    pub(crate) excerpt: String,
}

/// It begins at the nearest comment on which it was ruled what holds for it; or else as far up as one comment after the
/// other has left the article. A comment that could not be measured ("Well said") ends nothing and begins nothing.
pub(crate) fn of(way_up: Vec<Step>, holds: Holds) -> Option<SideThread> {
    // where the comment above cannot be answered and this one can, only this part was opened again
    let opened = way_up
        .iter()
        .position(|step| step.is_shut)
        .and_then(|shut| shut.checked_sub(1));
    let ruled = way_up
        .iter()
        .position(|step| (holds.belongs && step.belongs) || (holds.closed && step.closed));
    let ruled = opened.or(ruled);
    let has_left = |step: &&Step| step.fit.is_none_or(|fit| fit < LEFT);
    let drifted = way_up.iter().take_while(has_left).count();
    let farthest = way_up
        .iter()
        .take(drifted)
        .rposition(|step| step.fit.is_some());
    let at = ruled.or(farthest).unwrap_or(0);
    let within_closed = opened.and_then(|at| way_up.get(at + 1)).map(|above| Above {
        id: above.id,
        author: above.author.clone(),
        excerpt: above.excerpt.clone(),
    });
    way_up.into_iter().nth(at).map(|step| SideThread {
        begins_with: step.id,
        author: step.author,
        excerpt: step.excerpt,
        belongs: holds.belongs,
        closed: holds.closed,
        within_closed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Holds = Holds {
        belongs: false,
        closed: false,
    };

    fn step(n: u128, fit: f32) -> Step {
        Step {
            id: Uuid::from_u128(n),
            author: String::new(),
            excerpt: String::new(),
            fit: (fit >= 0.0).then_some(fit),
            belongs: false,
            closed: false,
            is_shut: false,
        }
    }

    #[test]
    fn where_a_side_thread_begins() {
        let (near, far, unknown) = (LEFT + 0.1, LEFT - 0.05, -1.0);
        for (fits, begins) in [
            (vec![far], 0),
            (vec![near], 0),
            (vec![far, far, near], 1),
            (vec![far, unknown, far, near], 2),
            (vec![far, unknown], 0),
            (vec![unknown, unknown], 0),
            (vec![near, far, far], 0),
        ] {
            let way_up: Vec<Step> = (0..).zip(&fits).map(|(n, fit)| step(n, *fit)).collect();
            let found = of(way_up, NOTHING).unwrap();
            assert_eq!(found.begins_with, Uuid::from_u128(begins), "{fits:?}");
            assert!(!found.belongs && !found.closed);
        }
        assert_eq!(of(Vec::new(), NOTHING), None);
    }

    #[test]
    fn it_begins_where_it_was_ruled_what_holds() {
        let mut way_up = vec![step(0, 0.0), step(1, 1.0), step(2, 1.0)];
        way_up[1].closed = true;
        way_up[2].belongs = true;
        for (belongs, closed, begins) in [
            (true, true, 1),
            (false, true, 1),
            (true, false, 2),
            // a part of it was opened again later
            (false, false, 0),
        ] {
            let found = of(way_up.clone(), Holds { belongs, closed }).unwrap();
            assert_eq!(found.begins_with, Uuid::from_u128(begins));
            assert_eq!((found.belongs, found.closed), (belongs, closed));
        }
    }

    #[test]
    fn a_part_that_alone_was_opened_again_begins_there() {
        // an answer in the part, the part, two comments that stay closed, and the article's own talk
        let mut way_up: Vec<Step> = (0..5).map(|n| step(n, LEFT - 0.1)).collect();
        (way_up[2].is_shut, way_up[3].is_shut) = (true, true);
        way_up[3].closed = true;
        let found = of(way_up.clone(), NOTHING).unwrap();
        assert_eq!(found.begins_with, Uuid::from_u128(1));
        assert_eq!(found.within_closed.unwrap().id, Uuid::from_u128(2));
        assert!(!found.closed);
        // all of it was opened since, higher up
        for step in &mut way_up {
            step.is_shut = false;
        }
        let found = of(way_up, NOTHING).unwrap();
        assert_eq!(
            (found.begins_with, found.within_closed),
            (Uuid::from_u128(4), None)
        );
    }
}
