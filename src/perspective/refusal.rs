//! Errors as Google's programs expect them: one envelope with a number, a sentence, a word, and details.
//!
//! Sentences and words are Perspective's documented ones, because programs out there look for them.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::Error;

/// The type of the details that are Perspective's own.
const OWN: &str = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error";

/// What is read of a request, or why it is refused.
pub(super) type Checked<T> = Result<T, Refusal>;

/// Why a request is not answered with scores.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct Refusal {
    status: StatusCode,
    /// the word for programs
    word: &'static str,
    message: String,
    details: Vec<Value>,
    retry_after_s: Option<u64>,
}

impl Refusal {
    fn new(status: StatusCode, word: &'static str, message: String, details: Vec<Value>) -> Self {
        Self {
            status,
            word,
            message,
            details,
            retry_after_s: None,
        }
    }

    fn bad(message: String, details: Vec<Value>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "INVALID_ARGUMENT",
            message,
            details,
        )
    }

    /// One of Perspective's own errors.
    fn own(error_type: &str, message: String) -> Self {
        let detail = json!({ "@type": OWN, "errorType": error_type });
        Self::bad(message, vec![detail])
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::own("INVALID_REQUEST", message.into())
    }

    pub(super) fn comment_empty() -> Self {
        Self::own("COMMENT_EMPTY", "Comment must be non-empty.".into())
    }

    pub(super) fn comment_too_long() -> Self {
        Self::own("COMMENT_TOO_LONG", "Comment text too long.".into())
    }

    pub(super) fn no_attributes() -> Self {
        let message = "Missing requested_attributes".into();
        Self::own("NO_REQUESTED_ATTRIBUTES", message)
    }

    pub(super) fn language_unknown() -> Self {
        let message = "Unable to detect language".into();
        Self::own("LANGUAGE_DETECTION_FAILED", message)
    }

    /// `requested`: the languages that the request names; if it names none, `detected` ones are to blame.
    pub(super) fn language_unsupported(
        attribute: &str,
        requested: &[String],
        detected: &[String],
    ) -> Self {
        let languages = if requested.is_empty() {
            detected
        } else {
            requested
        };
        let message = format!(
            "Attribute {attribute} does not support request languages: {}",
            languages.join(", ")
        );
        let whose = if requested.is_empty() {
            "detectedLanguages"
        } else {
            "requestedLanguages"
        };
        let detail = json!({
            "@type": OWN,
            "errorType": "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
            "languageNotSupportedByAttributeError": { "attribute": attribute, whose: languages },
        });
        Self::bad(message, vec![detail])
    }

    /// The body is no JSON, or not of the right shape.
    pub(super) fn unreadable(error: &serde_json::Error) -> Self {
        let message = format!("Invalid JSON payload received. {error}");
        let detail = json!({
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{ "description": message }],
        });
        Self::bad(message, vec![detail])
    }

    pub(super) fn no_key() -> Self {
        let message = "Method doesn't allow unregistered callers (callers without established identity). \
                       Please use API Key or other form of API consumer identity to call this API.";
        Self::new(
            StatusCode::FORBIDDEN,
            "PERMISSION_DENIED",
            message.into(),
            Vec::new(),
        )
    }

    pub(super) fn wrong_key() -> Self {
        let message = "API key not valid. Please pass a valid API key.".into();
        Self::bad(message, vec![reason("API_KEY_INVALID", &json!({}))])
    }

    pub(super) fn over_quota(per_second: i32) -> Self {
        let message = format!(
            "Quota exceeded: this key allows {per_second} requests per second. Its operator can make one that allows more."
        );
        let detail = reason(
            "RATE_LIMIT_EXCEEDED",
            &json!({ "quota_limit_value": per_second.to_string() }),
        );
        Self {
            // a key allows one a second at least
            retry_after_s: Some(1),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "RESOURCE_EXHAUSTED",
                message,
                vec![detail],
            )
        }
    }

    /// There is no score, and none is made up.
    pub(super) fn unavailable(message: impl Into<String>) -> Self {
        Self {
            retry_after_s: Some(1),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "UNAVAILABLE",
                message.into(),
                Vec::new(),
            )
        }
    }
}

fn reason(reason: &str, metadata: &Value) -> Value {
    json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": metadata,
    })
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::TooLarge => Self::bad(
                format!(
                    "Request payload size exceeds the limit: {} bytes.",
                    crate::web::MAX_BODY
                ),
                Vec::new(),
            ),
            Error::BadRequest(message) | Error::Invalid(message) => Self::invalid(message),
            other => {
                tracing::error!(
                    code = other.code(),
                    cause = other.cause(),
                    "a request failed"
                );
                Self::unavailable(
                    "The service cannot answer just now. Please try again in a moment.",
                )
            }
        }
    }
}

/// Inside the envelope.
#[derive(Serialize)]
struct Shown<'a> {
    code: u16,
    message: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "<[Value]>::is_empty")]
    details: &'a [Value],
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status);
        if let Some(seconds) = self.retry_after_s {
            answer.insert_header(("Retry-After", seconds.to_string()));
        }
        let error = Shown {
            code: self.status.as_u16(),
            message: &self.message,
            status: self.word,
            details: &self.details,
        };
        answer.json(json!({ "error": error }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_blamed_on_whoever_named_it() {
        let (fr, om) = (["fr".to_owned()], ["om".to_owned()]);
        for (requested, detected, expected) in [
            (
                &fr[..],
                &[][..],
                json!({ "attribute": "INSULT", "requestedLanguages": ["fr"] }),
            ),
            (
                &[],
                &om,
                json!({ "attribute": "INSULT", "detectedLanguages": ["om"] }),
            ),
        ] {
            let refusal = Refusal::language_unsupported("INSULT", requested, detected);
            let language = requested.first().or(detected.first()).unwrap();
            let message =
                format!("Attribute INSULT does not support request languages: {language}");
            assert_eq!(refusal.to_string(), message);
            let detail = &refusal.details[0];
            assert_eq!(detail["errorType"], "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE");
            assert_eq!(detail["languageNotSupportedByAttributeError"], expected);
        }
    }
}
