//! How near a comment is to what else there is: the site's other stories, and everyday talk where they are few.

use libm::log1pf;

use super::measure::{Around, sum};
use super::reading::Reading;
use super::table::Table;
use super::vector::Vector;

/// With fewer stories of its own, a site's background is filled up with everyday talk.
const ENOUGH_STORIES: usize = 24;

/// What else there is to be near to.
pub(super) struct Others {
    mean: f32,
    deviation: f32,
    cosines: Vec<f32>,
    /// Of the site's own stories.
    pub closer: Vec<usize>,
}

impl Others {
    pub(super) fn by_words(
        table: &Table,
        comment: &Reading,
        around: &Around<'_>,
        best: f32,
    ) -> Self {
        let stories = around.background.map_or(&[][..], |known| &known.stories);
        let vectors = stories.iter().map(|story| &story.vector);
        let own = &around.article.vector;
        Self::of(&comment.vector, own, vectors, &table.everyday, best)
    }

    pub(super) fn by_sense(
        table: &Table,
        comment: &Vector,
        around: &Around<'_>,
        best: f32,
    ) -> Self {
        let stories = around.background.map_or(&[][..], |known| &known.stories);
        let senses = stories.iter().map(|story| &story.sense);
        let [_, own] = &around.article.senses;
        Self::of(comment, own, senses, &table.everyday_senses, best)
    }

    #[expect(clippy::cast_precision_loss, reason = "some hundred stories")]
    fn of<'s>(
        comment: &Vector,
        article: &Vector,
        stories: impl Iterator<Item = &'s Vector>,
        everyday: &[Vector],
        best: f32,
    ) -> Self {
        let mut own: Vec<(usize, f32)> = stories
            .enumerate()
            // the article itself may be among the site's recent ones
            .filter(|(_, story)| *story != article)
            .map(|(at, story)| (at, comment.cosine(story)))
            .collect();
        let mut cosines: Vec<f32> = own.iter().map(|(_, cosine)| *cosine).collect();
        if own.len() < ENOUGH_STORIES {
            cosines.extend(everyday.iter().map(|other| comment.cosine(other)));
        }
        let count = cosines.len().max(1) as f32;
        let mean = sum(cosines.iter().copied()) / count;
        let square = sum(cosines.iter().map(|cosine| (cosine - mean).powi(2))) / count;
        own.retain(|(_, cosine)| *cosine > best);
        own.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        Self {
            mean,
            deviation: square.sqrt().max(0.02),
            cosines,
            closer: own.into_iter().map(|(at, _)| at).collect(),
        }
    }

    /// How far a nearness stands out from those to other stories, in their deviations.
    pub(super) fn against(&self, cosine: f32) -> f32 {
        ((cosine - self.mean) / self.deviation).clamp(-4.0, 8.0)
    }

    /// The share of other stories that are nearer, on a scale that tells one of 200 from two.
    #[expect(clippy::cast_precision_loss, reason = "some hundred stories")]
    pub(super) fn rank(&self, cosine: f32) -> f32 {
        let nearer = self.cosines.iter().filter(|other| **other > cosine).count();
        let share = nearer as f32 / self.cosines.len().max(1) as f32;
        log1pf(100.0 * share)
    }
}
