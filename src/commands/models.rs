//! Weights from a folder instead of those that ship.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;

use crate::filter::{Model, Ruleset, RulesetSource, TopicTable};

/// Compiles a ruleset with the weights of a folder, or with those that ship. A folder without an encoder is used
/// without it.
pub(super) fn ruleset(source: &RulesetSource, folder: Option<&Path>) -> anyhow::Result<Ruleset> {
    let Some(folder) = folder else {
        return Ok(Ruleset::compile(source)?);
    };
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read(&path).with_context(|| {
            format!(
                "cannot read the weights {}: train them with training/train, or leave --models away to use those that ship",
                path.display()
            )
        })
    };
    let manifest = String::from_utf8(read("models.json")?).context("models.json is not UTF-8")?;
    let fast = read("fast.safetensors")?;
    let encoder = match std::fs::read(folder.join("encoder.safetensors")) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!(
                "there is no encoder in {}: the first stage decides alone, and holds more",
                folder.display()
            );
            None
        }
        Err(error) => return Err(error).context("cannot read the encoder's weights"),
    };
    let model = Model::read(&manifest, &fast, encoder.as_deref())?;
    let topics = topics(folder, Arc::new(model))?;
    Ok(Ruleset::with(source, Arc::new(topics))?)
}

/// The topic table of a folder, or the one that ships where there is none.
fn topics(folder: &Path, model: Arc<Model>) -> anyhow::Result<TopicTable> {
    let (manifest, table) = (folder.join("topic.json"), folder.join("topic.safetensors"));
    if !manifest.exists() {
        return Ok(TopicTable::of(model)?);
    }
    let read = |path: &Path| {
        std::fs::read(path).with_context(|| format!("cannot read the table {}", path.display()))
    };
    let manifest = String::from_utf8(read(&manifest)?).context("topic.json is not UTF-8")?;
    Ok(TopicTable::read(&manifest, &read(&table)?, model)?)
}
