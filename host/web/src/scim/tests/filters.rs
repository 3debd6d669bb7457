//! Random filters, and the same question asked of the plain list: by somebody else, who knows the list, the schemas and the
//! RFC, and nothing of how we answer.

mod naive;
mod random;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use self::naive::{Kind, Schemas};
use self::random::{Chance, Generator};
use super::*;

/// Filters that a test run asks. `ROLLCALL_FILTERS` asks more.
const N_FILTERS: u64 = 400;

/// What they are made from, unless `ROLLCALL_FILTERS_SEED` says otherwise.
const SEED: u64 = 7644;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap())
}

/// People and departments of two sources, odd in every way that a filter may look at.
async fn an_odd_world() -> Directories {
    let world = Directories { bench: Bench::new().await };
    for source in ["hq", "branch"] {
        let objects = random::objects(source);
        let objects: Vec<_> =
            objects.iter().map(|(kind, id, document)| (*kind, id.as_str(), document.clone())).collect();
        world.put(source, Action::Created, &objects).await;
        let left: Vec<_> = objects.iter().filter(|(_, id, _)| id.ends_with('5')).cloned().collect();
        world.put(source, Action::Deactivated, &left).await;
    }
    world
}

/// Where a question is asked, and about what.
#[derive(Clone, Copy, Debug)]
struct Asked {
    endpoint: &'static str,
    kinds: &'static [Kind],
}

const ASKED: [Asked; 3] = [
    Asked { endpoint: "/Users", kinds: &[Kind::User] },
    Asked { endpoint: "/Groups", kinds: &[Kind::Group] },
    Asked { endpoint: "", kinds: &[Kind::User, Kind::Group] },
];

#[tokio::test]
async fn a_filter_finds_whom_a_look_at_the_plain_list_finds() {
    let world = an_odd_world().await;
    let schemas = Schemas::read(&world.get("/Schemas").await.body, &world.get("/ResourceTypes").await.body);
    let mut lists = Vec::new();
    for (endpoint, kind) in [("/Users", Kind::User), ("/Groups", Kind::Group)] {
        let list = world.get(endpoint).await.body["Resources"].as_array().unwrap().clone();
        assert!(4 < list.len());
        lists.extend(list.into_iter().map(|resource| (kind, resource)));
    }
    let seed = number("ROLLCALL_FILTERS_SEED").unwrap_or(SEED);
    let mut generator = Generator::new(Chance::new(seed), &schemas, &lists);
    let (mut n_found, mut n_part) = (0, 0);
    for n in 0..number("ROLLCALL_FILTERS").unwrap_or(N_FILTERS) {
        let asked = ASKED[generator.chance.below(4).min(2)];
        let question = generator.question(asked.kinds);
        let filter = generator.spell(&question);
        let expected: Vec<&str> = lists
            .iter()
            .filter(|(kind, resource)| {
                asked.kinds.contains(kind) && naive::holds(&question, &schemas, *kind, resource)
            })
            .map(|(_, resource)| resource["id"].as_str().unwrap())
            .collect();
        let context = format!("filter {n} of seed {seed} at {asked:?}: {filter}");
        check(&world, asked, &filter, &expected, &context).await;
        n_found += usize::from(!expected.is_empty());
        n_part += usize::from(!expected.is_empty() && expected.len() < lists.len() / 4);
    }
    // Filters that hold of nobody or of everybody would prove little.
    assert!(0 < n_part && n_part <= n_found);
}

async fn check(world: &Directories, asked: Asked, filter: &str, expected: &[&str], context: &str) {
    let filter = utf8_percent_encode(filter, NON_ALPHANUMERIC);
    let path = format!("{}?attributes=id&filter={filter}", asked.endpoint);
    let answer = world.get(&path).await;
    assert_eq!(answer.status, StatusCode::OK, "{context}: {}", answer.body);
    assert_eq!(answer.each("id"), expected, "{context}");
    assert_eq!(answer.body["totalResults"], json!(expected.len()), "{context}");
    let page = world.get(&format!("{path}&startIndex=2&count=3")).await;
    let of_page: Vec<&str> = expected.iter().skip(1).take(3).copied().collect();
    assert_eq!((page.each("id"), &page.body["totalResults"]), (of_page, &json!(expected.len())), "{context}");
}
