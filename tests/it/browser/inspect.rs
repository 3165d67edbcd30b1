//! What must hold on every page, whoever reads it and on whatever screen.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::chrome::Browser;

/// A phone and a desk, by day and by night.
const SCREENS: &[(u32, u32, &str)] = &[
    (1280, 900, "light"),
    (1280, 900, "dark"),
    (390, 844, "dark"),
    (390, 844, "light"),
];

/// WCAG 2.2, levels A and AA.
const ALL: &str = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']";
/// What other colours can change.
const COLOURS: &str = "{ type: 'rule', values: ['color-contrast', 'link-in-text-block'] }";

const CHECK: &str = "const done = arguments[arguments.length - 1];
    axe.run(document, {
        runOnly: RULES,
        resultTypes: ['violations'],
    }).then((result) => done(result.violations.flatMap((rule) => rule.nodes.map((node) =>
        `${rule.id} at ${node.target.join(' ')}: ${node.failureSummary.replace(/\\s+/g, ' ')}`))),
        (error) => done([String(error)]));";

/// What sticks out sideways, found from the inside.
const TOO_WIDE: &str = "(() => {
    const width = innerWidth, page = document.scrollingElement;
    if (page.scrollWidth <= width) return [];
    const out = Array.from(document.body.querySelectorAll('*'))
        .filter((node) => node.getBoundingClientRect().right > width + 1 || node.getBoundingClientRect().left < -1)
        .slice(-3).map((node) => `${node.tagName}.${node.className}`);
    return [`${page.scrollWidth} px wide: ${out.join(', ')}`];
})()";

/// Requests to anybody else.
const ELSEWHERE: &str = "performance.getEntriesByType('resource').map((entry) => entry.name)
    .filter((name) => new URL(name).origin !== location.origin)";

/// The accessibility checker, as it is put into a page.
pub fn axe() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/axe.min.js");
    fs::read_to_string(&file).unwrap_or_else(|error| {
        panic!(
            "{} cannot be read ({error}); run `scripts/setup test` to fetch it",
            file.display()
        )
    })
}

fn words(list: &Value) -> Vec<String> {
    let list = list.as_array().expect("a list");
    list.iter()
        .map(|one| one.as_str().expect("text").to_owned())
        .collect()
}

impl Browser {
    /// What is wrong with the page that is open.
    pub async fn faults(&self, axe: &str, name: &str) -> Vec<String> {
        let mut faults = Vec::new();
        let mut note = |what: &str, found: Vec<String>| {
            faults.extend(
                found
                    .into_iter()
                    .map(|one| format!("{name}, {what}: {one}")),
            );
        };
        note("console", self.console_errors().await);
        note(
            "violation",
            words(&self.eval("window.__violations ?? []").await),
        );
        note("request", words(&self.eval(ELSEWHERE).await));
        self.execute(axe, vec![]).await;
        for &(width, height, scheme) in SCREENS {
            self.resize(width, height).await;
            self.prefer(scheme).await;
            let screen = format!("{width} {scheme}");
            let rules = if scheme == "light" { ALL } else { COLOURS };
            let check = CHECK.replace("RULES", rules);
            note(&screen, words(&self.execute_async(&check).await));
            if scheme == "light" {
                note(&screen, words(&self.eval(TOO_WIDE).await));
            }
            if let Some(folder) = std::env::var_os("BELOWLINE_PICTURES") {
                let file = format!("{name} {width} {scheme}.png").replace('/', "_");
                self.photograph(&Path::new(&folder).join(file)).await;
            }
        }
        // axe's own traces are not the page's
        self.console_errors().await;
        faults
    }
}
