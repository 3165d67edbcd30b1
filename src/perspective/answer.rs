//! From measurements to an answer. What was not measured is an error and never a number.

use std::collections::BTreeMap;

use serde::Serialize;

use super::analyses::Measured;
use super::attribute;
use super::language::is_supported;
use super::refusal::Refusal;
use super::request::{Analyze, Requested};
use super::sentences::utf16_offset;
use crate::filter::{Scores, language};

/// The scores of a comment.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Analysis {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attribute_scores: BTreeMap<String, AttributeScores>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    languages: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    detected_languages: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AttributeScores {
    span_scores: Vec<SpanScore>,
    summary_score: Score,
}

/// Of a part of the text; offsets in UTF-16 code units, the end exclusive.
#[derive(Debug, Serialize)]
struct SpanScore {
    begin: usize,
    end: usize,
    score: Score,
}

#[derive(Debug, Serialize)]
struct Score {
    /// 0 to 1
    value: f32,
    r#type: &'static str,
}

impl Score {
    fn of(value: f32) -> Self {
        Self {
            value,
            r#type: "PROBABILITY",
        }
    }
}

/// The language of a text as it is told, if its words tell: what the filter goes by too.
pub(super) fn detected(text: &str) -> Vec<String> {
    language(text).map(str::to_owned).into_iter().collect()
}

/// The answer to a request.
///
/// # Errors
/// Refused when the filter abstained, or when nothing measures an attribute.
pub(super) fn analysis(asked: Analyze, measured: &Measured) -> Result<Analysis, Refusal> {
    let detected_languages = detected(&asked.text);
    let mut attribute_scores = BTreeMap::new();
    for requested in &asked.attributes {
        let Some(value) = score(&measured.whole, requested.score)? else {
            return Err(abstained(requested, &detected_languages));
        };
        let is_told = |value: f32| {
            requested
                .threshold
                .is_none_or(|least| f64::from(value) >= least)
        };
        if !is_told(value) {
            continue;
        }
        let scores = AttributeScores {
            span_scores: spans(&asked, measured, requested, value, is_told)?,
            summary_score: Score::of(value),
        };
        attribute_scores.insert(requested.name.clone(), scores);
    }
    let languages = if asked.languages.is_empty() {
        detected_languages.clone()
    } else {
        asked.languages
    };
    Ok(Analysis {
        attribute_scores,
        languages,
        detected_languages,
        client_token: asked.client_token,
    })
}

/// Where nobody asked for parts, the whole text is one: Perspective does so, and programs read the first span.
/// Parts on which the filter abstained, such as those in another language, have no score.
fn spans(
    asked: &Analyze,
    measured: &Measured,
    requested: &Requested,
    whole: f32,
    is_told: impl Fn(f32) -> bool,
) -> Result<Vec<SpanScore>, Refusal> {
    let offset = |byte| utf16_offset(&asked.text, byte);
    if !asked.span_annotations {
        return Ok(vec![SpanScore {
            begin: 0,
            end: offset(asked.text.len()),
            score: Score::of(whole),
        }]);
    }
    let mut spans = Vec::new();
    for (at, scores) in &measured.parts {
        if let Some(value) = score(scores, requested.score)?.filter(|value| is_told(*value)) {
            spans.push(SpanScore {
                begin: offset(at.start),
                end: offset(at.end),
                score: Score::of(value),
            });
        }
    }
    Ok(spans)
}

/// The score of this name, or nothing where the filter abstained.
fn score(scores: &Scores, name: &str) -> Result<Option<f32>, Refusal> {
    match scores.get(name) {
        Some(None) => Ok(None),
        Some(Some(value)) if (0.0..=1.0).contains(&value) => Ok(Some(value)),
        Some(Some(_)) | None => Err(Refusal::unavailable(format!(
            "Nothing measures {name} just now."
        ))),
    }
}

/// The filter has too little to go on: either it does not know the language, or there is hardly any.
fn abstained(requested: &Requested, detected: &[String]) -> Refusal {
    if detected.iter().any(|tag| !is_supported(tag)) {
        Refusal::language_unsupported(&requested.name, &[], detected)
    } else {
        Refusal::language_unknown()
    }
}

/// What is kept of a measurement beside a suggestion: every score that attributes are served from and that there is.
pub(super) fn kept(measured: &Measured) -> BTreeMap<&'static str, f32> {
    let found = |name| Some((name, score(&measured.whole, name).ok()??));
    attribute::scores().filter_map(found).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const ENGLISH: &str =
        "The council met on Tuesday evening and decided that the ferry would stop.";

    fn scores(value: &Value) -> Scores {
        serde_json::from_value(value.clone()).unwrap()
    }

    fn answer(request: &Value, whole: &Value, parts: &[(std::ops::Range<usize>, Value)]) -> Value {
        let asked = Analyze::read(request.to_string().as_bytes()).unwrap();
        let measured = Measured {
            whole: scores(whole),
            parts: parts
                .iter()
                .map(|(at, part)| (at.clone(), scores(part)))
                .collect(),
            ruleset: "r".into(),
            model: "m".into(),
        };
        match analysis(asked, &measured) {
            Ok(analysis) => serde_json::to_value(analysis).unwrap(),
            Err(refusal) => json!(refusal.to_string()),
        }
    }

    #[test]
    fn scores_keep_the_names_under_which_they_were_asked_for() {
        let request = json!({
            "comment": { "text": ENGLISH }, "languages": ["en"], "clientToken": "t",
            "requestedAttributes": { "TOXICITY_EXPERIMENTAL": {}, "THREAT": {} },
        });
        let whole = json!({ "toxicity": 0.25, "threat": 0.5, "off_topic": null });
        let one = |value: f32| {
            let score = json!({ "value": value, "type": "PROBABILITY" });
            json!({ "summaryScore": score, "spanScores": [{ "begin": 0, "end": 73, "score": score }] })
        };
        let expected = json!({
            "attributeScores": { "TOXICITY_EXPERIMENTAL": one(0.25), "THREAT": one(0.5) },
            "languages": ["en"], "detectedLanguages": ["en"], "clientToken": "t",
        });
        assert_eq!(answer(&request, &whole, &[]), expected);
    }

    #[test]
    fn a_language_that_nobody_names_is_the_one_by_which_the_filter_goes() {
        for (text, language) in [
            (ENGLISH, "en"),
            ("Das ist doch nicht wahr, ihr habt keine Ahnung", "de"),
            (
                "tum log kya kar rahe ho yahan, yeh acha nahi hai",
                "ur-Latn",
            ),
        ] {
            let request =
                json!({ "comment": { "text": text }, "requestedAttributes": { "TOXICITY": {} } });
            let answer = answer(&request, &json!({ "toxicity": 0.5 }), &[]);
            assert_eq!(answer["languages"], json!([language]));
            assert_eq!(answer["detectedLanguages"], json!([language]));
        }
    }

    #[test]
    fn what_is_below_its_threshold_is_left_out() {
        let request = |threshold: f64| {
            json!({
                "comment": { "text": ENGLISH }, "languages": ["en"],
                "requestedAttributes": { "TOXICITY": { "scoreThreshold": threshold } },
            })
        };
        for (threshold, is_told) in [(0.0, true), (0.5, true), (0.51, false), (1.0, false)] {
            let answer = answer(&request(threshold), &json!({ "toxicity": 0.5 }), &[]);
            assert_eq!(
                answer.get("attributeScores").is_some(),
                is_told,
                "{threshold}"
            );
            assert_eq!(answer["languages"], json!(["en"]));
        }
    }

    #[test]
    fn parts_have_scores_of_their_own() {
        let text = "Ça va 😀. Ha! You fool.";
        let request = json!({
            "comment": { "text": text }, "spanAnnotations": true,
            "requestedAttributes": { "INSULT": { "scoreThreshold": 0.25 } },
        });
        let parts: Vec<_> = super::super::sentences::sentences(text)
            .into_iter()
            .zip([
                json!({ "insult": 0.125 }),
                json!({ "insult": null }),
                json!({ "insult": 0.75 }),
            ])
            .collect();
        let answer = answer(&request, &json!({ "insult": 0.5 }), &parts);
        let expected =
            json!([{ "begin": 14, "end": 23, "score": { "value": 0.75, "type": "PROBABILITY" } }]);
        assert_eq!(answer["attributeScores"]["INSULT"]["spanScores"], expected);
        let told: String =
            String::from_utf16(&text.encode_utf16().collect::<Vec<_>>()[14..23]).unwrap();
        assert_eq!(told, "You fool.");
    }

    #[test]
    fn what_was_not_measured_is_no_number() {
        let ask = |text: &str, whole: Value| {
            let request =
                json!({ "comment": { "text": text }, "requestedAttributes": { "TOXICITY": {} } });
            answer(&request, &whole, &[])
        };
        let urdu = "شہر کی کونسل نے منگل کی شام فیصلہ کیا کہ دریا پر پل بند رہے گا اور لوگ کشتی سے جائیں گے۔";
        for (text, whole, message) in [
            (ENGLISH, json!({}), "Nothing measures toxicity just now."),
            (
                ENGLISH,
                json!({ "toxicity": 1.5 }),
                "Nothing measures toxicity just now.",
            ),
            (
                ENGLISH,
                json!({ "toxicity": -0.5 }),
                "Nothing measures toxicity just now.",
            ),
            (
                ENGLISH,
                json!({ "toxicity": null }),
                "Unable to detect language",
            ),
            (
                "1234",
                json!({ "toxicity": null }),
                "Unable to detect language",
            ),
            (
                urdu,
                json!({ "toxicity": null }),
                "Attribute TOXICITY does not support request languages: ur",
            ),
        ] {
            assert_eq!(ask(text, whole.clone()), json!(message), "{text} {whole}");
        }
    }
}
