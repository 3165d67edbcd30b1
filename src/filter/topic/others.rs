//! How near a comment is to what else there is: the site's other stories, and everyday talk where they are few.

use libm::log1pf;

use super::measure::{Around, sum};
use super::reading::Reading;
use super::table::Table;
use super::vector::Vector;

/// With fewer stories of its own, a site's background is everyday talk for the rest.
const ENOUGH_STORIES: usize = 8;

/// What else there is to be near to.
pub(super) struct Others {
    /// How near the site's own stories are, and how near everyday talk is.
    stories: Vec<f32>,
    everyday: Vec<f32>,
    /// How much the stories count; everyday talk counts the rest of 1.
    pub share: f32,
    mean: f32,
    deviation: f32,
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
            // the article itself may be among the site's recent ones; one that the encoder has not read is nowhere
            .filter(|(_, story)| *story != article && **story != Vector::NONE)
            .map(|(at, story)| (at, comment.cosine(story)))
            .collect();
        let stories: Vec<f32> = own.iter().map(|(_, cosine)| *cosine).collect();
        let share = (stories.len() as f32 / ENOUGH_STORIES as f32).min(1.0);
        let everyday: Vec<f32> = if share < 1.0 {
            everyday.iter().map(|other| comment.cosine(other)).collect()
        } else {
            Vec::new()
        };
        own.retain(|(_, cosine)| *cosine > best);
        own.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut others = Self {
            stories,
            everyday,
            share,
            mean: 0.0,
            deviation: 0.0,
            closer: own.into_iter().map(|(at, _)| at).collect(),
        };
        others.mean = others.mean_of(|cosine| cosine);
        let mean = others.mean;
        let square = others.mean_of(|cosine| (cosine - mean).powi(2));
        others.deviation = square.sqrt().max(0.02);
        others
    }

    /// The mean of something over all other stories: over the site's own and over everyday talk, by their shares.
    #[expect(clippy::cast_precision_loss, reason = "some hundred stories")]
    fn mean_of(&self, of: impl Fn(f32) -> f32) -> f32 {
        let mean = |cosines: &[f32]| {
            sum(cosines.iter().map(|cosine| of(*cosine))) / cosines.len().max(1) as f32
        };
        self.share * mean(&self.stories) + (1.0 - self.share) * mean(&self.everyday)
    }

    /// How far a nearness stands out from those to other stories, in their deviations.
    pub(super) fn against(&self, cosine: f32) -> f32 {
        ((cosine - self.mean) / self.deviation).clamp(-4.0, 8.0)
    }

    /// How near the nearest other story is: of the site's own and of everyday talk, by their shares.
    pub(super) fn nearest(&self) -> f32 {
        let most = |cosines: &[f32]| cosines.iter().copied().reduce(f32::max).unwrap_or(0.0);
        self.share * most(&self.stories) + (1.0 - self.share) * most(&self.everyday)
    }

    /// The share of other stories that are nearer, on a scale that tells one of 200 from two.
    pub(super) fn rank(&self, cosine: f32) -> f32 {
        let share = self.mean_of(|other| if other > cosine { 1.0 } else { 0.0 });
        log1pf(100.0 * share)
    }
}
