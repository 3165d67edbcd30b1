//! Conversations along time, and how far each is from the article: a picture and its words. Pure.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Below this a conversation is more surely about something else than about its article.
pub(crate) const LEFT: f32 = 0.5;

/// A conversation is where its last comments are on average.
const LAST: usize = 3;

/// How many of those that have left are named in its words.
const NAMED: usize = 5;

/// The picture's size, and where the lines lie in it.
pub(crate) const WIDTH: f32 = 720.0;
pub(crate) const HEIGHT: f32 = 270.0;
const INLINE: (f32, f32) = (16.0, WIDTH - 36.0);
const BLOCK: (f32, f32) = (34.0, HEIGHT - 62.0);

/// A live comment that could be measured.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    pub(crate) root_id: Uuid,
    pub(crate) at: DateTime<Utc>,
    pub(crate) fit: f32,
    /// whose the conversation is, and its first words
    pub(crate) author: String,
    pub(crate) excerpt: String,
}

/// A conversation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) root_id: Uuid,
    pub(crate) author: String,
    pub(crate) excerpt: String,
    pub(crate) comments: usize,
    /// where it is now, 0 to 1
    pub(crate) fit: f32,
    /// since when it has been away from the article, and its number among those that are
    pub(crate) left: Option<(usize, DateTime<Utc>)>,
    /// the corners of the line, as SVG has them
    pub(crate) corners: String,
    /// where it ends
    pub(crate) end: (f32, f32),
}

/// The picture of an article's thread.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Picture {
    /// those that are with the article first, so that the others are drawn over them; each by its beginning
    pub(crate) lines: Vec<Line>,
    pub(crate) from: DateTime<Utc>,
    pub(crate) to: DateTime<Utc>,
}

impl Picture {
    /// From an article's comments, oldest first; `None` without any.
    pub(crate) fn of(points: &[Point]) -> Option<Self> {
        let (from, to) = (points.first()?.at, points.last()?.at);
        let mut conversations: Vec<(Uuid, Vec<&Point>)> = Vec::new();
        let mut places: std::collections::HashMap<Uuid, usize> = std::collections::HashMap::new();
        for point in points {
            let place = *places.entry(point.root_id).or_insert_with(|| {
                conversations.push((point.root_id, Vec::new()));
                conversations.len() - 1
            });
            if let Some((_, list)) = conversations.get_mut(place) {
                list.push(point);
            }
        }
        let mut lines: Vec<Line> = conversations
            .into_iter()
            .filter_map(|(root_id, list)| line(root_id, &list, from, to))
            .collect();
        lines.sort_by_key(|line| line.left.is_some());
        let mut number = 0;
        for (count, _) in lines.iter_mut().filter_map(|line| line.left.as_mut()) {
            number += 1;
            *count = number;
        }
        Some(Self { lines, from, to })
    }

    /// Those that have left the article, in the order of their numbers.
    pub(crate) fn left(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.left.is_some())
    }

    /// What the picture shows, in words.
    pub(crate) fn words(&self) -> String {
        let all = match self.lines.len() {
            1 => "One conversation".to_owned(),
            many => format!("{many} conversations"),
        };
        let left: Vec<String> = self
            .left()
            .filter_map(|line| Some(format!("{} ({})", line.left?.0, line.author)))
            .collect();
        match left.as_slice() {
            [] => format!("{all}, none of which has left the article."),
            [one] => format!("{all}, of which one has left the article: {one}."),
            many => {
                let named = many.get(..NAMED).unwrap_or(many).join(", ");
                let more = if many.len() > NAMED {
                    " and others"
                } else {
                    ""
                };
                let count = many.len();
                format!("{all}, of which {count} have left the article: {named}{more}.")
            }
        }
    }

    /// The height below which a conversation has left.
    pub(crate) fn border() -> f32 {
        height(LEFT)
    }
}

fn line(root_id: Uuid, list: &[&Point], from: DateTime<Utc>, to: DateTime<Utc>) -> Option<Line> {
    let (first, last) = (list.first()?, list.last()?);
    let fits: Vec<f32> = list.iter().map(|point| point.fit).collect();
    let means: Vec<f32> = (1..=fits.len())
        .map(|n| mean(fits.get(n.saturating_sub(LAST)..n).unwrap_or_default()))
        .collect();
    let corners: Vec<(f32, f32)> = list
        .iter()
        .zip(&means)
        .map(|(point, mean)| (moment(point.at, from, to), height(*mean)))
        .collect();
    let fit = *means.last()?;
    let back = means.iter().rposition(|mean| *mean >= LEFT);
    let since = list
        .get(back.map_or(0, |at| at + 1))
        .map_or(last.at, |point| point.at);
    Some(Line {
        root_id,
        author: first.author.clone(),
        excerpt: first.excerpt.clone(),
        comments: list.len(),
        fit,
        left: (fit < LEFT).then_some((0, since)),
        corners: corners
            .iter()
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect::<Vec<_>>()
            .join(" "),
        end: *corners.last()?,
    })
}

#[expect(clippy::cast_precision_loss, reason = "at most three")]
fn mean(fits: &[f32]) -> f32 {
    fits.iter().sum::<f32>() / fits.len().max(1) as f32
}

#[expect(clippy::cast_precision_loss, reason = "seconds, drawn as pixels")]
fn moment(at: DateTime<Utc>, from: DateTime<Utc>, to: DateTime<Utc>) -> f32 {
    let whole = (to - from).num_seconds().max(1) as f32;
    let part = (at - from).num_seconds() as f32 / whole;
    INLINE.0 + part.clamp(0.0, 1.0) * (INLINE.1 - INLINE.0)
}

fn height(fit: f32) -> f32 {
    BLOCK.1 - fit.clamp(0.0, 1.0) * (BLOCK.1 - BLOCK.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(root: u128, minute: i64, fit: f32) -> Point {
        Point {
            root_id: Uuid::from_u128(root),
            at: DateTime::from_timestamp(minute * 60, 0).unwrap(),
            fit,
            author: format!("Reader {root}"),
            excerpt: "…".into(),
        }
    }

    #[test]
    fn who_has_left_and_since_when() {
        let (near, far) = (0.9, 0.0);
        let points = [
            point(1, 0, far),
            point(2, 1, near),
            point(3, 2, near),
            point(3, 3, near),
            point(3, 4, far),
            point(3, 5, far),
            point(3, 6, far),
            point(4, 7, far),
            point(4, 8, near * 2.0),
        ];
        let picture = Picture::of(&points).unwrap();
        let left: Vec<_> = picture
            .left()
            .map(|line| {
                let (number, since) = line.left.unwrap();
                (number, line.root_id.as_u128(), since.timestamp() / 60)
            })
            .collect();
        // the third was still with the article, on average, at its first far comment
        assert_eq!(left, [(1, 1, 0), (2, 3, 5)]);
        assert_eq!(picture.lines.len(), 4);
        assert!(picture.lines[..2].iter().all(|line| line.left.is_none()));
    }

    #[test]
    fn everything_is_inside_the_picture() {
        assert_eq!(Picture::of(&[]), None);
        for fits in [&[0.4_f32][..], &[-1.0, 2.0, 0.3], &[f32::MAX, 0.0]] {
            let points: Vec<Point> = (0..)
                .zip(fits)
                .map(|(at, fit)| point(1, at, *fit))
                .collect();
            for line in Picture::of(&points).unwrap().lines {
                assert!((0.0..=WIDTH).contains(&line.end.0), "{line:?}");
                assert!((0.0..=HEIGHT).contains(&line.end.1), "{line:?}");
                assert_eq!(line.corners.split(' ').count(), fits.len());
            }
        }
        assert!((0.0..HEIGHT).contains(&Picture::border()));
    }
}
