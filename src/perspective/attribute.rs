//! The attributes that are served, by Perspective's names. One that nothing measures is unknown here, like any other
//! word: a program must not take our silence for a low score.

/// Perspective's name, and the name of the filter's score behind it.
const ATTRIBUTES: [(&str, &str); 7] = [
    ("TOXICITY", "toxicity"),
    ("SEVERE_TOXICITY", "severe_toxicity"),
    ("IDENTITY_ATTACK", "identity_attack"),
    ("INSULT", "insult"),
    ("THREAT", "threat"),
    ("PROFANITY", "profanity"),
    ("SPAM", "spam"),
];

/// The one that Perspective never promoted, so that it never had a second name while it was on trial.
const WITHOUT_TRIAL_NAME: &str = "SPAM";

/// The filter's score behind an attribute; `None` for one that is not served.
pub(super) fn score_behind(attribute: &str) -> Option<&'static str> {
    let on_trial = attribute.strip_suffix("_EXPERIMENTAL");
    if on_trial == Some(WITHOUT_TRIAL_NAME) {
        return None;
    }
    let name = on_trial.unwrap_or(attribute);
    let found = ATTRIBUTES.iter().find(|(known, _)| *known == name);
    found.map(|(_, score)| *score)
}

/// The names of all scores that attributes are served from.
pub(super) fn scores() -> impl Iterator<Item = &'static str> {
    ATTRIBUTES.iter().map(|(_, score)| *score)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_score_is_behind_which_attribute() {
        for (attribute, score) in [
            ("TOXICITY", Some("toxicity")),
            ("TOXICITY_EXPERIMENTAL", Some("toxicity")),
            ("SEVERE_TOXICITY_EXPERIMENTAL", Some("severe_toxicity")),
            ("IDENTITY_ATTACK", Some("identity_attack")),
            ("SPAM", Some("spam")),
            ("SPAM_EXPERIMENTAL", None),
            ("SEXUALLY_EXPLICIT", None),
            ("LIKELY_TO_REJECT", None),
            ("TOXICITY_EXPERIMENTAL_EXPERIMENTAL", None),
            ("_EXPERIMENTAL", None),
            ("toxicity", None),
            ("", None),
        ] {
            assert_eq!(score_behind(attribute), score, "{attribute}");
        }
    }
}
