//! What newspapers call days, months and time zones, in lower case.

pub(super) fn is_weekday(word: &str) -> bool {
    const DAYS: [&str; 16] = [
        "mon",
        "monday",
        "tue",
        "tues",
        "tuesday",
        "wed",
        "wednesday",
        "thu",
        "thurs",
        "thursday",
        "fri",
        "friday",
        "sat",
        "saturday",
        "sun",
        "sunday",
    ];
    const URDU: [&str; 8] = [
        "پیر",
        "منگل",
        "بدھ",
        "جمعرات",
        "جمعہ",
        "ہفتہ",
        "اتوار",
        "سوموار",
    ];
    DAYS.contains(&word) || URDU.contains(&word)
}

pub(super) fn month_number(word: &str) -> Option<u32> {
    const ENGLISH: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    const URDU: [&str; 12] = [
        "جنوری",
        "فروری",
        "مارچ",
        "اپریل",
        "مئی",
        "جون",
        "جولائی",
        "اگست",
        "ستمبر",
        "اکتوبر",
        "نومبر",
        "دسمبر",
    ];
    let english = |month: &&str| {
        *month == word
            || (word.is_ascii() && month.get(..3) == Some(word))
            || (word == "sept" && **month == *"september")
    };
    let index = ENGLISH
        .iter()
        .position(english)
        .or_else(|| URDU.iter().position(|month| *month == word))?;
    u32::try_from(index + 1).ok()
}

/// The zones that newspapers print. `ET` and its kin are read as standard time.
pub(super) fn zone_minutes(word: &str) -> Option<i64> {
    Some(match word {
        "z" | "gmt" | "utc" | "wet" => 0,
        "bst" | "cet" | "west" => 60,
        "cest" | "eet" | "sast" => 120,
        "eest" | "msk" => 180,
        "gst" => 240,
        "pkt" => 300,
        "ist" => 330,
        "sgt" | "hkt" => 480,
        "jst" => 540,
        "aest" => 600,
        "aedt" => 660,
        "edt" => -240,
        "est" | "et" | "cdt" => -300,
        "cst" | "ct" | "mdt" => -360,
        "mst" | "mt" | "pdt" => -420,
        "pst" | "pt" => -480,
        _ => return None,
    })
}
