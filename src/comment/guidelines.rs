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

/// Why the machine held a comment whatever the filter concluded.
pub const PREMODERATED: &str = "premoderated";
pub const CLOSED: &str = "closed";
pub const FILTER_FAILED: &str = "filter_failed";

/// What the writer reads where the filter found that a comment is about something else: not with what it was compared.
pub const SEEMS_OFF_TOPIC: &str =
    "This comment seems to be about something else than the article; a moderator will look at it.";

/// What the writer reads where the filter saw through a disguise: not through which, or the next one would be another.
pub const NOT_PLAIN: &str = "Some of it is not written plainly.";

/// What the writer reads for a code; `None` for an unknown one.
pub fn sentence(code: &str) -> Option<&'static str> {
    match code {
        PREMODERATED => Some("Every comment under this article is read by a moderator first."),
        CLOSED => Some("Comments were closed before this one was checked."),
        FILTER_FAILED => {
            Some("It could not be checked automatically, so a moderator will read it.")
        }
        _ => GUIDELINES
            .iter()
            .find(|(known, ..)| *known == code)
            .map(|(.., sentence)| *sentence),
    }
}
