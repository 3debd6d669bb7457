//! Moments in columns and in rows.

use rollcall_browse::{Attribute, Test};
use rollcall_host::model::Timestamp;

use super::*;
use crate::SqliteStore;

fn of(attribute: Attribute, test: Test) -> Condition {
    Condition::Of(attribute, test)
}

/// The ids of the objects, those with a question mark whose document must tell.
async fn sifted(store: &SqliteStore, resource_type: &str, condition: &Condition) -> String {
    let found = match store.sift(resource_type, &Within::All, condition, ALL).await.unwrap() {
        Sifted::Page { total, objects } => {
            assert_eq!(total, u64::try_from(objects.len()).unwrap(), "{condition:?}");
            objects.into_iter().map(|number| (number, true)).collect()
        }
        Sifted::All(all) => all,
    };
    let numbers = found.iter().map(|(number, _)| *number).collect();
    let objects = store.objects_numbered(numbers).await.unwrap();
    let named = objects.into_iter().flatten().zip(found).map(|(object, (_, is_certain))| {
        format!("{}{}", object.key.external_id, if is_certain { "" } else { "?" })
    });
    named.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_moment_is_known_to_the_millisecond() {
    let store = a_company().await;
    let set =
        "UPDATE listing SET created_at = 10, modified_at = CASE external_id WHEN 'u3' THEN 20 ELSE 15 END";
    let backdate = |transaction: rusqlite::Transaction<'_>| {
        transaction.execute(set, ())?;
        Ok(transaction.commit()?)
    };
    store.connections.write(crate::database::Urgency::Now, backdate).await.unwrap();
    let at = Timestamp::from_unix_ms;
    for (condition, expected) in [
        (of(Attribute::Modified, Test::Since(at(16))), "u3"),
        (of(Attribute::Modified, Test::Since(at(20))), "u3"),
        (of(Attribute::Modified, Test::Since(at(21))), ""),
        (of(Attribute::Modified, Test::Before(at(20))), "U1 u2 u4"),
        (of(Attribute::Created, Test::Since(at(10))), "U1 u2 u3 u4"),
        (of(Attribute::Created, Test::Before(at(10))), ""),
    ] {
        assert_eq!(sifted(&store, USER, &condition).await, expected, "{condition:?}");
        // The same where no statement tests it.
        assert_eq!(sifted(&store, USER, &Condition::Any(vec![condition])).await, expected);
    }
}
