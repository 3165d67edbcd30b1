//! The page of rules: its tables are saved as a whole, and can be read on a phone.

use belowline::account::Role;
use serde_json::json;

use super::chrome::Chrome;
use crate::harness::{Belowline, Options};

/// Fields whose text or number does not fit into them.
const CLIPPED: &str = "Array.from(document.querySelectorAll('table.labelled :is(select, input)'))
    .filter((field) => field.scrollWidth > field.clientWidth + 1 || field.clientWidth < 64)
    .map((field) => `${field.name}: ${field.clientWidth} px`)";

/// Sections that begin less than a line below what stands above them.
const TOUCHING: &str = "Array.from(document.querySelectorAll('main > section'))
    .filter((section) => section.getBoundingClientRect().top - section.previousElementSibling.getBoundingClientRect().bottom < 12)
    .map((section) => section.innerText.split('\\n')[0])";

#[tokio::test]
async fn no_heading_touches_what_stands_above_it() {
    let house = Belowline::with(Options::unscreened()).await;
    let chrome = Chrome::start(&house).await;
    for (name, role) in [("Mo", Role::Moderator), ("Chief", Role::Admin)] {
        house.account(name, role).await;
        let desk = chrome.open().await;
        desk.signs_in(name).await;
        desk.go("/desk/terms").await;
        for (width, height) in [(1280, 900), (390, 844)] {
            desk.resize(width, height).await;
            assert_eq!(desk.eval(TOUCHING).await, json!([]), "{name}, {width}");
        }
    }
}

#[tokio::test]
async fn what_was_changed_in_one_row_is_not_lost_when_another_is_wrong() {
    let house = Belowline::with(Options::unscreened()).await;
    house.account("Chief", Role::Admin).await;
    let chief = Chrome::start(&house).await.open().await;
    chief.resize(390, 844).await;
    chief.signs_in("Chief").await;
    chief.go("/desk/terms").await;
    assert_eq!(chief.eval(CLIPPED).await, json!([]));
    for (field, number) in [
        ("insult-hold", "40"),
        ("threat-notice", "50"),
        ("threat-hold", "20"),
        ("threat-severe", "10"),
    ] {
        chief.fill(&format!("input[name='{field}']"), number).await;
    }
    let save = "form[action^='/desk/terms/model'] button";
    chief.click(save).await;
    chief
        .waits_for("the numbers for threat must not fall (noted from 50, held from 20, severe from 10 of 100)")
        .await;
    assert!(chief.path().await.ends_with("#model-title"));
    assert_eq!(chief.value("[name='insult-hold']").await, "40");
    assert_eq!(chief.value("[name='threat-notice']").await, "50");
    let saved = "SELECT count(*) FROM ruleset";
    assert_eq!(house.count(saved).await, 0);

    chief.fill("input[name='threat-notice']", "5").await;
    chief.fill("input[name='threat-severe']", "200").await;
    chief.click(save).await;
    chief.waits_for("Saved. New comments").await;
    assert!(chief.path().await.ends_with("?saved=model#model-title"));
    let note = "Changed when the model holds for: insult, threat";
    assert!(chief.shows(note).await);
    assert_eq!(chief.value("[name='insult-hold']").await, "40");

    let row = "[name='spam-severe'] [value='reject'], [name='slur-mild'] [value='hold']";
    chief
        .eval(&format!("document.querySelectorAll(\"{row}\").forEach((option) => {{ option.selected = true; }})"))
        .await;
    chief
        .click("form[action^='/desk/terms/actions'] button")
        .await;
    chief
        .waits_for("Changed what follows from: slur, spam")
        .await;
    assert!(chief.path().await.ends_with("?saved=actions#actions-title"));
    assert_eq!(house.count(saved).await, 2);
}
