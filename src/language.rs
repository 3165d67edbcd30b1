//! How languages are named.

/// The first part of a language tag (`en-GB`, `ur_PK`) in lower case, if it has the shape of one.
pub fn primary(tag: &str) -> Option<String> {
    let first = tag.trim().split(['-', '_']).next()?.to_ascii_lowercase();
    let shaped = (2..=3).contains(&first.len()) && first.chars().all(|c| c.is_ascii_lowercase());
    shaped.then_some(first)
}

#[cfg(test)]
mod tests {
    use super::primary;

    #[test]
    fn tags() {
        for (tag, expected) in [
            ("en-GB", Some("en")),
            ("ur_PK", Some("ur")),
            (" UR ", Some("ur")),
            ("english", None),
            ("", None),
        ] {
            assert_eq!(primary(tag).as_deref(), expected, "{tag:?}");
        }
    }
}
