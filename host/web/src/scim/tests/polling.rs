//! Whether a program that asks again and again for what is later than the latest that it has seen meets every change.

use std::collections::BTreeMap;

use super::*;

/// What a program knows that polls: what people are called, and the latest moment that it was told.
#[derive(Default)]
struct Poller {
    names: BTreeMap<String, String>,
    latest: Option<String>,
}

impl Poller {
    async fn poll(&mut self, directories: &Directories) {
        let filter = self.latest.as_ref().map(|latest| {
            format!("?filter={}", crate::paths::segment(&format!("meta.lastModified gt \"{latest}\"")))
        });
        let answer = directories.get(&format!("/Users{}", filter.unwrap_or_default())).await;
        assert_eq!(answer.status, StatusCode::OK);
        self.take(&answer.body);
    }

    /// Moments are written so that they are in order as text.
    fn take(&mut self, body: &Value) {
        for person in body["Resources"].as_array().unwrap() {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            self.names.insert(text(&person["id"]), text(&person["displayName"]));
            self.latest = std::cmp::max(self.latest.take(), Some(text(&person["meta"]["lastModified"])));
        }
    }
}

fn called(name: &str, n_letters: usize) -> Value {
    json!({"displayName": name, "note": "x".repeat(n_letters)})
}

#[tokio::test]
async fn whoever_changes_while_others_are_told_is_told_with_the_next_answer() {
    let directories = Directories::empty().await;
    // More than a part may have.
    let ids: Vec<String> = (0..80).map(|n| format!("p{n:02}")).collect();
    let people: Vec<_> = ids.iter().map(|id| ("User", id.as_str(), called("before", 20_000))).collect();
    directories.put("hq", Action::Created, &people).await;
    let mut request = Request::builder().uri(format!("{PATH}/Users")).body(Body::empty()).unwrap();
    request.extensions_mut().insert(administrator(Language::English));
    let mut routes = routes().with_state(directories.bench.console.clone());
    let mut body = routes.call(request).await.unwrap().into_body();
    let mut text = body.frame().await.unwrap().unwrap().into_data().unwrap().to_vec();
    // One who is told already, and then one who is not.
    for id in ["p00", "p79"] {
        directories.put("hq", Action::Updated, &[("User", id, called("after", 1))]).await;
    }
    text.extend(body.collect().await.unwrap().to_bytes());
    let mut poller = Poller::default();
    poller.take(&serde_json::from_slice(&text).unwrap());
    assert_eq!((poller.names.len(), &*poller.names[&hq("p00")]), (80, "before"));
    poller.poll(&directories).await;
    for id in ["p00", "p79"] {
        assert_eq!(poller.names[&hq(id)], "after", "{id}");
    }
    let latest = poller.latest.clone();
    poller.poll(&directories).await;
    assert_eq!(poller.latest, latest);
}

#[tokio::test]
async fn a_program_that_polls_while_sources_are_imported_knows_in_the_end_what_there_is() {
    const N_PEOPLE: usize = 150;
    const N_WRITES: usize = 120;
    let directories = Directories::empty().await;
    let ids: Vec<String> = (0..N_PEOPLE).map(|n| format!("p{n}")).collect();
    let people: Vec<_> = ids.iter().map(|id| ("User", id.as_str(), called("before", 1))).collect();
    let sources = ["hq", "branch"];
    for source in sources {
        directories.put(source, Action::Created, &people).await;
    }
    let write = async |source: &str, step: usize| {
        for n in 0..N_WRITES {
            let (id, name) = (&ids[n * step % N_PEOPLE], format!("{source} {n}"));
            directories.put(source, Action::Updated, &[("User", id, called(&name, 1))]).await;
        }
    };
    let mut poller = Poller::default();
    let (mut is_over, mut n_polls) = (false, 0);
    {
        let writing = futures_util::future::join(write("hq", 7), write("branch", 149));
        let mut writing = std::pin::pin!(writing);
        while !is_over {
            tokio::select! {
                biased;
                () = poller.poll(&directories) => n_polls += 1,
                _ = &mut writing => is_over = true,
            }
        }
    }
    poller.poll(&directories).await;
    let mut whole = Poller::default();
    whole.poll(&directories).await;
    assert!(10 < n_polls, "{n_polls} polls met nothing under way");
    assert_eq!(poller.names, whole.names);
}
