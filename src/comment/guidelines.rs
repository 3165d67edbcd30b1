//! Why a comment waits or was refused, beside what the filter found, in words for its writer.

/// The guidelines that a moderator names: code, what a moderator reads on the button, what the writer reads.
pub const GUIDELINES: &[(&str, &str, &str)] = &[
    (
        "abusive",
        "Abusive",
        "It attacks people rather than arguments.",
    ),
    ("hateful", "Hateful", "It degrades people for who they are."),
    ("threatening", "Threatening", "It threatens somebody."),
    (
        "off_topic",
        "Off topic",
        "It is not about the article or the conversation.",
    ),
    ("spam", "Spam", "It advertises or repeats."),
    (
        "personal",
        "Personal data",
        "It gives away somebody's private details.",
    ),
    (
        "other",
        "Other",
        "It breaks the guidelines in the Comments FAQ.",
    ),
];

/// What the writer reads for a code; `None` for an unknown one.
pub fn sentence(code: &str) -> Option<&'static str> {
    GUIDELINES
        .iter()
        .find(|(known, ..)| *known == code)
        .map(|(.., sentence)| *sentence)
}
