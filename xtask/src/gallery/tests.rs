//! What is on the page over the pictures.

use std::fs;

use super::*;

fn page(pictures: &[&str]) -> String {
    html(&pictures.iter().map(ToString::to_string).collect::<Vec<_>>())
}

/// What follows each of the places where this stands, up to the next quotation mark.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let rest = |(at, _): (usize, &str)| page[at + attribute.len()..].split('"').next().unwrap();
    page.match_indices(attribute).map(rest).collect()
}

#[test]
fn pictures_of_one_page_stand_together_by_language() {
    let page = page(&[
        "en/dark/history.png",
        "en/light/events.png",
        "en/light/history.png",
        "zh-CN/dark/history.png",
    ]);
    assert_eq!(values(&page, "<section id=\""), ["events", "history"]);
    assert_eq!(
        values(&page, " src=\""),
        ["en/light/events.png", "en/dark/history.png", "en/light/history.png", "zh-CN/dark/history.png"]
    );
    assert_eq!(values(&page, "<figure class=\""), ["light", "dark", "light", "dark"]);
}

#[test]
fn what_failed_comes_first() {
    let page = page(&["en/light/events.png", "failed/test_history-1.png"]);
    assert_eq!(values(&page, " src=\""), ["failed/test_history-1.png", "en/light/events.png"]);
    assert!(page.contains("Seen by tests that failed"), "{page}");
}

#[test]
fn nothing_is_said_of_failures_where_there_is_none() {
    let page = page(&["en/light/events.png"]);
    assert!(!page.contains("Seen by tests that failed"), "{page}");
}

#[test]
fn a_name_is_shown_and_found_whatever_is_in_it() {
    let page = page(&["failed/test_a[q=<1> & \"王\"?#50%]-1.png"]);
    let address = "failed/test_a%5Bq%3D%3C1%3E%20%26%20%22%E7%8E%8B%22%3F%2350%25%5D-1.png";
    assert_eq!(values(&page, " src=\""), [address]);
    assert_eq!(values(&page, "<a href=\""), [address]);
    assert_eq!(values(&page, " alt=\""), ["failed/test_a[q=&lt;1&gt; &amp; &quot;王&quot;?#50%]-1"]);
}

#[test]
fn a_colon_in_a_name_begins_no_scheme() {
    assert_eq!(address("a:b.png"), "a%3Ab.png");
}

#[test]
fn every_picture_of_a_folder_is_counted_and_nothing_else() {
    let folder = std::env::temp_dir().join(format!("rollcall-gallery-{}", std::process::id()));
    fs::create_dir_all(folder.join("en/light")).unwrap();
    fs::write(folder.join("en/light/events.png"), "").unwrap();
    fs::write(folder.join("notes.txt"), "").unwrap();
    // The page of the last time is no picture.
    assert_eq!(write(&folder).unwrap(), 1);
    assert_eq!(write(&folder).unwrap(), 1);
    let page = fs::read_to_string(folder.join("index.html")).unwrap();
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(values(&page, " src=\""), ["en/light/events.png"]);
}

#[test]
fn a_folder_that_is_not_there_is_not_made() {
    let folder = std::env::temp_dir().join(format!("rollcall-no-gallery-{}", std::process::id()));
    assert_eq!(write(&folder).unwrap(), 0);
    assert!(!folder.exists());
}
