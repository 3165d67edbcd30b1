//! The shipped weights against what the training saw, and what they must tell apart.

use safetensors::SafeTensors;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::*;

#[derive(Deserialize)]
struct Reference {
    text: String,
    words: String,
    encoder: Vec<f32>,
    fast: Vec<f32>,
    sense: Vec<f32>,
}

/// Written by `training/calibrate.py` with the weights: the same texts, measured in 32-bit reals.
fn references() -> Vec<Reference> {
    serde_json::from_str(include_str!("../../../models/reference.json")).unwrap()
}

#[test]
fn integers_say_what_the_reals_said() {
    let model = Model::shipped().unwrap();
    let (mut gaps, mut count) = (0.0, 0.0);
    for reference in references() {
        let (words, _) = seen(&reference.text, false);
        assert_eq!(words, reference.words);
        let measured = model.measure(&reference.text, true);
        let (fast, encoder, is_part) = measured.raw().remove(0);
        assert!(!is_part && encoder.len() == KINDS);
        for (found, expected) in encoder.iter().zip(&reference.encoder) {
            assert!(
                (found - expected).abs() < 1.0,
                "{}: {found} {expected}",
                reference.text
            );
            gaps += (found - expected).abs();
            count += 1.0;
        }
        let near = cosine(measured.sense().unwrap(), &reference.sense);
        assert!(near > 0.97, "{}: {near}", reference.text);
        for (found, expected) in fast.iter().zip(&reference.fast) {
            assert!(
                (found - expected).abs() < 0.1,
                "{}: {found} {expected}",
                reference.text
            );
        }
    }
    assert!(
        count > 60.0 && gaps / count < 0.2,
        "{} over {count}",
        gaps / count
    );
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
    assert_eq!(a.len(), b.len());
    product(a, b) / (product(a, a) * product(b, b)).sqrt()
}

#[test]
fn texts_about_the_same_point_the_same_way() {
    let model = Model::shipped().unwrap();
    let sense = |text: &str| *model.measure(text, true).sense().unwrap();
    let ferry = sense("The boat across the water was always late.");
    let near = cosine(&ferry, &sense("Passengers waited hours for the ferry."));
    let far = cosine(
        &ferry,
        &sense("My grandmother cooks spaghetti with garlic."),
    );
    assert!(near > 0.3 && far < 0.2, "{near} {far}");
    // in the same words, too, and of more than can be read at once
    let words = words("The boat across the water was always late.");
    assert!(cosine(&ferry, &model.sense(words.iter()).unwrap()) > 0.999);
    let long = sense(&"The boat across the water was always late. ".repeat(60));
    assert!(cosine(&ferry, &long) > far + 0.3);
    // nothing without words, or without the second stage
    assert!(model.measure("", true).sense().is_none() && model.sense([].iter()).is_none());
    assert!(model.measure("The boat was late.", false).sense().is_none());
}

#[test]
fn the_same_words_measure_the_same() {
    let model = Model::shipped().unwrap();
    for reference in references() {
        let once = model.measure(&reference.text, true).raw();
        assert_eq!(once, model.measure(&reference.text, true).raw());
    }
}

#[test]
fn damaged_weights_are_refused_with_what_to_do() {
    let manifest = include_str!("../../../models/models.json");
    let fast: &[u8] = include_bytes!("../../../models/fast.safetensors");
    let mut damaged = fast.to_vec();
    *damaged.last_mut().unwrap() ^= 1;
    let error = Model::read(manifest, &damaged, None)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("sha256") && error.contains("fetch it again"),
        "{error}"
    );
    let error = Model::read("{}", fast, None).unwrap_err().to_string();
    assert!(error.contains("models.json"), "{error}");
    // the right bytes in the wrong place
    let error = Model::read(manifest, fast, Some(fast))
        .unwrap_err()
        .to_string();
    assert!(error.contains("encoder.safetensors"), "{error}");
    assert!(
        Model::read(manifest, fast, None)
            .unwrap()
            .name(true)
            .contains("quick look")
    );
    // numbers that are none, with the right checksum
    let encoder: &[u8] = include_bytes!("../../../models/encoder.safetensors");
    let bias = SafeTensors::deserialize(encoder).unwrap();
    let bias =
        bias.tensor("heads.bias").unwrap().data().as_ptr() as usize - encoder.as_ptr() as usize;
    let mut damaged = encoder.to_vec();
    damaged[bias..bias + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    let digest = |bytes: &[u8]| -> String {
        let digest = Sha256::digest(bytes);
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let manifest = manifest.replace(&digest(encoder), &digest(&damaged));
    let error = Model::read(&manifest, fast, Some(&damaged))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("heads.bias has what is no number"),
        "{error}"
    );
}

#[test]
fn any_text_is_read() {
    let model = Model::shipped().unwrap();
    for text in [
        "",
        " ",
        "\u{200b}",
        "?!",
        "🐒🐒",
        "a\u{301}\u{301}\u{301}",
        "قلعہ",
        &"word ".repeat(2_000),
        &"x".repeat(5_000),
    ] {
        let measured = model.measure(text, true);
        for kind in AbuseKind::ALL {
            let score = measured.score(kind);
            assert!(
                score.is_none_or(|score| (0.0..=1.0).contains(&score)),
                "{text:.20}"
            );
        }
    }
}
