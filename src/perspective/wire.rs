//! The shapes of requests as they come in, read as Google reads them: either spelling of a name (`doNotStore`,
//! `do_not_store`), `null` for what is left out, and no name that the format does not have. `requestedAtributes` is
//! refused and not passed over: nobody would notice the scores that were never asked for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AnalyzeIn {
    pub(super) comment: Option<TextIn>,
    pub(super) context: Option<ContextIn>,
    #[serde(alias = "requested_attributes")]
    pub(super) requested_attributes: Option<BTreeMap<String, Option<AttributeIn>>>,
    #[serde(alias = "span_annotations")]
    pub(super) span_annotations: Option<bool>,
    pub(super) languages: Option<Vec<String>>,
    /// read so that it is a boolean; whatever it says, nothing is stored
    #[serde(rename = "doNotStore", alias = "do_not_store")]
    pub(super) _do_not_store: Option<bool>,
    #[serde(alias = "client_token")]
    pub(super) client_token: Option<String>,
    #[serde(rename = "sessionId", alias = "session_id")]
    pub(super) _session_id: Option<String>,
    #[serde(rename = "communityId", alias = "community_id")]
    pub(super) _community_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SuggestIn {
    pub(super) comment: Option<TextIn>,
    /// programs put their own notes here (Coral: the story's address), so nothing is made of it
    #[serde(rename = "context")]
    pub(super) _context: Option<ContextIn>,
    #[serde(alias = "attribute_scores")]
    pub(super) attribute_scores: Option<BTreeMap<String, SuggestedScores>>,
    pub(super) languages: Option<Vec<String>>,
    #[serde(alias = "community_id")]
    pub(super) community_id: Option<String>,
    #[serde(alias = "client_token")]
    pub(super) client_token: Option<String>,
    #[serde(rename = "sessionId", alias = "session_id")]
    pub(super) _session_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TextIn {
    pub(super) text: Option<String>,
    pub(super) r#type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ContextIn {
    pub(super) entries: Option<Vec<TextIn>>,
    #[serde(alias = "article_and_parent_comment")]
    pub(super) article_and_parent_comment: Option<ArticleAndParentIn>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ArticleAndParentIn {
    pub(super) article: Option<TextIn>,
    #[serde(alias = "parent_comment")]
    pub(super) parent_comment: Option<TextIn>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AttributeIn {
    #[serde(alias = "score_type")]
    pub(super) score_type: Option<String>,
    #[serde(alias = "score_threshold")]
    pub(super) score_threshold: Option<f64>,
}

/// Suggested scores of one attribute, in the shape in which scores are answered.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SuggestedScores {
    #[serde(alias = "summary_score", skip_serializing_if = "Option::is_none")]
    pub(super) summary_score: Option<SuggestedScore>,
    #[serde(
        default,
        alias = "span_scores",
        skip_serializing_if = "Option::is_none"
    )]
    pub(super) span_scores: Option<Vec<SuggestedSpan>>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SuggestedSpan {
    pub(super) begin: Option<u32>,
    pub(super) end: Option<u32>,
    pub(super) score: Option<SuggestedScore>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SuggestedScore {
    pub(super) value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) r#type: Option<String>,
}

impl SuggestedScores {
    /// Says something, and nothing that is no probability.
    pub(super) fn is_sound(&self) -> bool {
        let mut values = self
            .scores()
            .map(|score| score.value.unwrap_or(0.0))
            .peekable();
        values.peek().is_some() && values.all(|value| (0.0..=1.0).contains(&value))
    }

    /// What the scores are said to be.
    pub(super) fn types(&self) -> impl Iterator<Item = &str> {
        self.scores().filter_map(|score| score.r#type.as_deref())
    }

    fn scores(&self) -> impl Iterator<Item = &SuggestedScore> {
        let spans = self.span_scores.iter().flatten();
        spans
            .filter_map(|span| span.score.as_ref())
            .chain(&self.summary_score)
    }
}
