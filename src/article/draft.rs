use chrono::{DateTime, Utc};

/// An article that has been read but not stored: what every import ends in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The headline, one line, 1 to 300 characters, plain text.
    pub title: String,
    /// The sentence or two under the headline, plain text.
    pub standfirst: Option<String>,
    /// Who wrote it, as the paper prints it, without "By".
    pub byline: Option<String>,
    /// When it was first published. Midnight UTC where the source gives only a day.
    pub published_at: Option<DateTime<Utc>>,
    /// The picture at the head of the article.
    pub picture: Option<Picture>,
    /// The text as HTML that is safe to put into a page: only the elements and attributes
    /// that `import::sanitise` lists. Never empty.
    pub body_html: String,
    /// The same text without markup, paragraphs separated by one blank line. The filters read this.
    pub body_text: String,
    /// The language as a BCP 47 tag (`en`, `ur`, `ur-Latn`), where the source or its words tell.
    pub lang: Option<String>,
    /// The part of the paper it stood in, as printed ("World", "کھیل").
    pub section: Option<String>,
    /// At most twelve keywords, as printed.
    pub tags: Vec<String>,
    /// The address under which the paper itself publishes the article, http or https.
    pub canonical_url: Option<String>,
}

/// The picture at the head of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// An https address, or a path on this site that begins with one `/`.
    pub url: String,
    /// What it shows, for those who cannot see it. Empty where the source does not say.
    pub alt: String,
    /// Who made it ("Jane Roe/Reuters"), without the word "Photograph".
    pub credit: Option<String>,
}
