//! One page to look at many pictures on: `index.html` in their folder, which a browser opens as it is.
//!
//! Not here: who takes the pictures. They are where tests/browser puts them: LANGUAGE/THEME/PAGE.png for a page, and
//! failed/TEST.png for what a test saw that failed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

/// Where pictures are of what a test saw that failed.
pub(crate) const FAILED: &str = "failed";

/// Colours are the reader's own, light or dark. A box has its size before its picture is there, and shows how the page begins.
/// A telephone's is as high as the others and a third as wide.
const STYLE: &str = "
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 1.5rem; }
nav { columns: 14rem; }
nav a { display: block; }
section { margin-top: 2rem; border-top: 1px solid GrayText; }
.row { display: grid; grid-template-columns: 3fr 3fr 1fr; grid-auto-flow: dense; gap: 1rem; margin-bottom: 1rem; }
.failed { grid-template-columns: 1fr 1fr; }
.light { grid-column: 1; }
.dark { grid-column: 2; }
.narrow { grid-column: 3; }
figure { margin: 0; min-width: 0; }
figcaption { overflow-wrap: anywhere; }
img { display: block; box-sizing: border-box; width: 100%; aspect-ratio: 8 / 5; object-fit: cover; object-position: top; border: 1px solid GrayText; }
.narrow img { aspect-ratio: 8 / 15; }
";

/// Where pictures are, from the folder of the page, with `/`: by page, language and theme.
type Pages<'a> = BTreeMap<&'a str, BTreeMap<&'a str, BTreeMap<&'a str, &'a str>>>;

/// Write the page over all pictures in a folder and below; how many there are. Where there is no folder, none is made.
///
/// # Errors
///
/// When the folder cannot be read, or the page not written.
pub(crate) fn write(folder: &Path) -> Result<usize> {
    if !folder.exists() {
        return Ok(0);
    }
    let mut pictures = Vec::new();
    collect(folder, "", &mut pictures)?;
    pictures.sort();
    let page = folder.join("index.html");
    fs::write(&page, html(&pictures)).with_context(|| format!("cannot write {}", page.display()))?;
    Ok(pictures.len())
}

/// The pictures in a folder and below, by their paths from the one where it began.
fn collect(folder: &Path, within: &str, pictures: &mut Vec<String>) -> Result<()> {
    let unread = || format!("cannot list {}", folder.display());
    for entry in fs::read_dir(folder).with_context(unread)? {
        let entry = entry.with_context(unread)?;
        let name = format!("{within}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), pictures)?;
        } else if name.ends_with(".png") {
            pictures.push(name);
        }
    }
    Ok(())
}

/// The page. What a test saw that failed comes first.
fn html(pictures: &[String]) -> String {
    let (mut pages, mut failed) = (Pages::new(), Vec::new());
    for path in pictures {
        let name = path.strip_suffix(".png").unwrap_or(path);
        match name.split('/').collect::<Vec<_>>().as_slice() {
            [language, theme, page] if *language != FAILED => {
                pages.entry(page).or_default().entry(language).or_default().insert(theme, path);
            }
            _ => failed.push(figure("", name, path)),
        }
    }
    let links: String =
        pages.keys().map(|page| format!("<a href=\"#{}\">{}</a>\n", address(page), text(page))).collect();
    let failed = match failed.as_slice() {
        [] => String::new(),
        figures => format!(
            "<section>\n<h2>Seen by tests that failed</h2>\n<div class=\"row {FAILED}\">\n{}</div>\n</section>\n",
            figures.concat()
        ),
    };
    let sections: String = pages.iter().map(|(page, languages)| section(page, languages)).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>Pages of the console</title>\n\
         <style>{STYLE}</style>\n<h1>Pages of the console</h1>\n\
         <p>{} pages in {} pictures. Each picture shows how its page begins, and leads to the whole.</p>\n\
         {failed}<nav>\n{links}</nav>\n{sections}</html>\n",
        pages.len(),
        pictures.len()
    )
}

/// A page in every language, one below the other, and each in every theme, side by side.
fn section(page: &str, languages: &BTreeMap<&str, BTreeMap<&str, &str>>) -> String {
    let rows = languages.iter().map(|(language, themes)| {
        let figures = themes.iter().map(|(theme, path)| figure(theme, &format!("{language}, {theme}"), path));
        format!("<div class=\"row\">\n{}</div>\n", figures.collect::<String>())
    });
    let rows: String = rows.collect();
    format!("<section id=\"{0}\">\n<h2>{0}</h2>\n{rows}</section>\n", text(page))
}

fn figure(class: &str, caption: &str, path: &str) -> String {
    let (class, caption, address) = (text(class), text(caption), address(path));
    format!(
        "<figure class=\"{class}\"><figcaption>{caption}</figcaption>\
         <a href=\"{address}\"><img src=\"{address}\" alt=\"{caption}\" loading=\"lazy\"></a></figure>\n"
    )
}

/// As it must stand in HTML to be read as it is, in an attribute too.
fn text(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// As it must stand in a relative address: a test's name has brackets, and may have anything.
fn address(path: &str) -> String {
    let spelt = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    path.bytes().map(spelt).collect()
}

#[cfg(test)]
mod tests;
