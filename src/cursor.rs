//! Places in a long list, for pages that follow one another.

use chrono::{DateTime, TimeZone as _, Utc};
use uuid::Uuid;

/// "After this row" in a list ordered by time and id. Written into addresses as `microseconds_id`: readable,
/// and worthless to forge, since every query that takes one still filters what the viewer may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub at: DateTime<Utc>,
    pub id: Uuid,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}_{}", self.at.timestamp_micros(), self.id.simple())
    }
}

impl std::str::FromStr for Cursor {
    type Err = crate::error::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (micros, id) = text.split_once('_')?;
            let at = Utc.timestamp_micros(micros.parse().ok()?).single()?;
            Some(Self {
                at,
                id: Uuid::try_parse(id).ok()?,
            })
        };
        parse().ok_or_else(|| {
            crate::error::Error::BadRequest(
                "This page address is not complete: go back to the first page.".into(),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_address() {
        let cursor = Cursor {
            at: Utc.timestamp_micros(1_700_000_000_123_456).unwrap(),
            id: Uuid::now_v7(),
        };
        assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
    }

    #[test]
    fn nonsense_is_a_bad_request() {
        for text in [
            "",
            "_",
            "1",
            "x_y",
            "99999999999999999999_00000000000000000000000000000000",
            "1_zz",
        ] {
            assert!(text.parse::<Cursor>().is_err(), "{text}");
        }
    }
}
