//! What the same connector takes in several languages: to compile, to load, to answer and to import, and how much memory.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::components;
use crate::guests;
use crate::say;
use crate::shell;
use crate::workspace::Workspace;

/// The roster, and what else it is written in.
const CONNECTORS: [&str; 4] = ["roster", "roster-python", "roster-javascript", "roster-go"];

/// People of a roster: a handful, a company, and more than most have.
const SIZES: [usize; 3] = [20, 10_000, 50_000];

/// What one connector took for one roster.
pub(super) struct Weight {
    connector: &'static str,
    file_bytes: u64,
    n_people: usize,
    weighed: Weighed,
}

/// What the example `weigh` says.
#[derive(Deserialize)]
struct Weighed {
    compiled_us: u64,
    cached_us: u64,
    fresh_us: u64,
    imported_us: u64,
    computed_us: u64,
    memory_bytes: u64,
    state: String,
    failure: Option<String>,
    counters: Counters,
}

#[derive(Deserialize)]
struct Counters {
    created: usize,
}

/// Weigh each connector with each roster.
///
/// # Errors
///
/// When something cannot be built, or an import does not bring everybody.
pub(super) fn measure(workspace: &Workspace, folder: &Path) -> Result<Vec<Weight>> {
    components::build(workspace)?;
    guests::build(workspace)?;
    guests::go::build(workspace)?;
    let mut cargo = workspace.cargo();
    shell::run(cargo.args(["build", "--release", "--package", "rollcall-sqlite", "--example", "weigh"]))?;
    let weigh = workspace.target.join("release").join("examples").join("weigh");
    say::head("Weigh the roster in four languages");
    let mut weights = Vec::new();
    for n_people in SIZES {
        let server = serve(roster(n_people).to_string())?;
        for connector in CONNECTORS {
            let place = folder.join(format!("{connector}-{n_people}"));
            weights.push(weighed(workspace, &weigh, connector, n_people, server, &place)?);
            say::note(&format!("{connector} imported {n_people} people"));
        }
    }
    Ok(weights)
}

fn weighed(
    workspace: &Workspace,
    weigh: &Path,
    connector: &'static str,
    n_people: usize,
    server: SocketAddr,
    place: &Path,
) -> Result<Weight> {
    if place.exists() {
        fs::remove_dir_all(place).with_context(|| format!("cannot remove {}", place.display()))?;
    }
    fs::create_dir_all(place).with_context(|| format!("cannot create {}", place.display()))?;
    let (component, settings) = (workspace.component(connector), place.join("settings.json"));
    let url = json!({ "url": format!("http://{server}/roster.json") });
    fs::write(&settings, url.to_string()).with_context(|| format!("cannot write {}", settings.display()))?;
    let file_bytes = fs::metadata(&component).with_context(|| format!("no {}", component.display()))?.len();
    let origin = format!("http://{server}");
    let mut command = Command::new(weigh);
    let said = shell::read(command.arg(&component).arg(&settings).arg(origin).arg(place))?;
    let weighed: Weighed = serde_json::from_str(&said).context("what `weigh` says is known")?;
    // The department besides.
    if weighed.state != "succeeded" || weighed.counters.created != n_people + 1 {
        let why = weighed.failure.unwrap_or_default();
        bail!("{connector} brought {} objects and {}: {why}", weighed.counters.created, weighed.state);
    }
    Ok(Weight { connector, file_bytes, n_people, weighed })
}

/// Write it.
pub(super) fn tell(weights: &[Weight]) {
    say::head("The roster in several languages: the component, and an import of so many people");
    say::line("                          file  compile  cached   fresh     people  import  computed  memory");
    say::line("                           MiB       ms      ms      ms                  s         s     MiB");
    for Weight { connector, file_bytes, n_people, weighed } in weights {
        let Weighed { compiled_us, cached_us, fresh_us, imported_us, computed_us, memory_bytes, .. } =
            weighed;
        say::line(&format!(
            "   {connector:<20} {:>6} {:>8} {:>7} {:>7} {n_people:>10} {:>7} {:>9} {:>7}",
            in_units(*file_bytes, 1 << 20),
            in_units(*compiled_us, 1000),
            in_units(*cached_us, 1000),
            in_units(*fresh_us, 1000),
            in_units(*imported_us, 1_000_000),
            in_units(*computed_us, 1_000_000),
            in_units(*memory_bytes, 1 << 20),
        ));
    }
}

/// With two digits behind the point.
fn in_units(amount: u64, unit: u64) -> String {
    let hundredths = amount.saturating_mul(100).div_ceil(unit);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn roster(n_people: usize) -> Value {
    let person = |n: usize| {
        json!({
            "id": format!("p{n}"),
            "name": format!("Person {n}"),
            "email": format!("p{n}@feihua.example"),
            "title": "Engineer",
            "employee_number": format!("E-{n}"),
            "departments": ["1"],
        })
    };
    let people: Vec<Value> = (0..n_people).map(person).collect();
    json!({ "departments": [{ "id": "1", "name": "Feihua" }], "people": people })
}

/// Answer every request with this document, for as long as this program runs.
fn serve(document: String) -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no loopback port can be had")?;
    let address = listener.local_addr().context("the port has an address")?;
    let document = Arc::new(document);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let document = Arc::clone(&document);
            // A reader that goes away ends its own measurement.
            thread::spawn(move || answer(&stream, &document));
        }
    });
    Ok(address)
}

fn answer(mut stream: &TcpStream, document: &str) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let n = document.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {n}\r\nconnection: close\r\n\r\n{document}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_two_digits_behind_the_point_and_are_never_less_than_they_are() {
        assert_eq!(in_units(1, 1000), "0.01");
        assert_eq!(in_units(1_500, 1000), "1.50");
        assert_eq!(in_units(3 << 20, 1 << 20), "3.00");
    }
}
