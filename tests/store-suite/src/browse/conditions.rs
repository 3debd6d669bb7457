//! For whom a condition holds, whose document must tell, and how quickly that is known.

use rollcall_browse::{Attribute, Condition, Page, Sifted, Store, Test, Within};
use rollcall_host::directory::Action;
use rollcall_host::model::Key;
use rollcall_rules::vocabulary::resource_type::USER;
use serde_json::json;

use crate::given::{ALL, a_company, again, department, department_document, import, person, someone, write};

fn of(attribute: Attribute, test: Test) -> Condition {
    Condition::Of(attribute, test)
}

fn equals(attribute: Attribute, text: &str) -> Condition {
    of(attribute, Test::Equals(text.to_owned()))
}

fn contains(attribute: Attribute, text: &str) -> Condition {
    of(attribute, Test::Contains(text.to_owned()))
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

/// The ids of the objects, those with a question mark whose document must tell.
async fn sifted<S: Store>(store: &S, resource_type: &str, condition: &Condition) -> String {
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

pub async fn a_condition_holds_as_scim_says_or_the_document_must_tell<S: Store>(store: &S) {
    a_company(store).await;
    import(store, "b", &[someone("u9", "王", &json!({"title": "工程师"}))]).await;
    let table = [
        (Condition::always(), "U1 u2 u3 u4 u9"),
        (Condition::never(), ""),
        (Condition::Unclear, "U1? u2? u3? u4? u9?"),
        (equals(Attribute::UserName, "li.MING"), "u2"),
        (equals(Attribute::UserName, "li.min"), ""),
        (contains(Attribute::UserName, "MIN"), "u2"),
        (of(Attribute::UserName, Test::StartsWith("LOGIN-U".to_owned())), "U1 u3 u4 u9"),
        (of(Attribute::UserName, Test::EndsWith("-u9".to_owned())), "u9"),
        (equals(Attribute::ExternalId, "u1"), ""),
        (equals(Attribute::ExternalId, "U1"), "U1"),
        (contains(Attribute::ExternalId, "u"), "u2 u3 u4 u9"),
        (equals(Attribute::Email, "LI@example.COM"), "u2"),
        (of(Attribute::Email, Test::Present), "U1? u2 u3? u4? u9?"),
        (contains(Attribute::Phone, "138"), "U1"),
        (of(Attribute::Title, Test::Present), "U1 u9"),
        (not(of(Attribute::Title, Test::Present)), "u2 u3 u4"),
        (equals(Attribute::Title, ""), "U1? u2? u3? u4? u9?"),
        (of(Attribute::Active, Test::Is(false)), "u4"),
        (of(Attribute::Active, Test::Is(true)), "U1 u2 u3 u9"),
        (contains(Attribute::DisplayName, "%"), "u3"),
        (of(Attribute::DisplayName, Test::Is(true)), "U1? u2? u3? u4? u9?"),
        (equals(Attribute::Source, "b"), "u9"),
        (Condition::All(vec![equals(Attribute::Title, "工程师"), contains(Attribute::Source, "a")]), "U1"),
        (Condition::Any(vec![equals(Attribute::ExternalId, "u4"), equals(Attribute::Source, "b")]), "u4 u9"),
        (Condition::All(vec![equals(Attribute::Source, "b"), Condition::Unclear]), "u9?"),
        (Condition::Any(vec![equals(Attribute::Source, "b"), Condition::Unclear]), "U1? u2? u3? u4? u9"),
        (not(Condition::All(vec![equals(Attribute::Source, "b"), Condition::Unclear])), "U1 u2 u3 u4 u9?"),
    ];
    for (condition, expected) in table {
        assert_eq!(sifted(store, USER, &condition).await, expected, "{condition:?}");
    }
}

pub async fn a_name_that_stands_for_one_and_an_address_with_a_control_character_are_left_to_the_document<
    S: Store,
>(
    store: &S,
) {
    let documents = [
        json!({"userName": "ann", "displayName": "Ann"}),
        json!({"userName": "bob"}),
        json!({"displayName": ""}),
        json!({"displayName": "Cid", "emails": [{"value": "\u{1}cid@b "}], "userName": ""}),
    ];
    let people = documents.into_iter().zip(["1", "2", "3", "4"]);
    let writes: Vec<_> =
        people.map(|(document, id)| write(Action::Created, Key::new(USER, id), document)).collect();
    import(store, "a", &writes).await;
    assert_eq!(sifted(store, USER, &contains(Attribute::DisplayName, "x")).await, "1? 2? 3?");
    assert_eq!(sifted(store, USER, &equals(Attribute::DisplayName, "cid")).await, "1? 2? 3? 4");
    assert_eq!(sifted(store, USER, &equals(Attribute::Email, "cid@b")).await, "4?");
    assert_eq!(sifted(store, USER, &equals(Attribute::UserName, "3")).await, "3");
    assert_eq!(sifted(store, USER, &equals(Attribute::UserName, "")).await, "4");
    let unnamed = write(Action::Created, Key::new("Department", "9"), json!({"userName": "x"}));
    import(store, "a", &[unnamed, department("8", None)]).await;
    assert_eq!(sifted(store, "Department", &equals(Attribute::DisplayName, "name 8")).await, "9? 8");
}

pub async fn whoever_departed_is_not_active_whatever_their_document_says<S: Store>(store: &S) {
    a_company(store).await;
    import(store, "a", &[again(&person("U1", "王小红", &[]), Action::Deactivated)]).await;
    for wrapped in [false, true] {
        let test = |is_active| {
            let test = of(Attribute::Active, Test::Is(is_active));
            // As part of a choice, no statement tests it.
            if wrapped { Condition::Any(vec![test]) } else { test }
        };
        assert_eq!(sifted(store, USER, &test(false)).await, "U1 u4");
        assert_eq!(sifted(store, USER, &test(true)).await, "u2 u3");
    }
}

pub async fn pages_join_without_a_gap_in_the_order_of_creation_whatever_is_written_between_them<S: Store>(
    store: &S,
) {
    a_company(store).await;
    let in_columns = Condition::always();
    let in_rows = Condition::Any(vec![of(Attribute::UserName, Test::Present)]);
    for condition in [in_columns, in_rows] {
        let mut numbers = Vec::new();
        for offset in 0..5 {
            let page = store.sift(USER, &Within::All, &condition, Page { offset, limit: 1 }).await.unwrap();
            let Sifted::Page { total, objects } = page else { panic!("{page:?}") };
            assert_eq!(total, 4);
            numbers.extend(objects);
            let update = again(&someone("U1", &format!("name {offset}"), &json!({})), Action::Updated);
            import(store, "a", &[update]).await;
        }
        let objects = store.objects_numbered(numbers).await.unwrap();
        let ids: Vec<_> = objects.iter().flatten().map(|object| object.key.external_id.as_str()).collect();
        assert_eq!(ids, ["U1", "u2", "u3", "u4"]);
    }
}

pub async fn what_is_no_longer_held_is_nothing_under_its_number<S: Store>(store: &S) {
    a_company(store).await;
    let Sifted::Page { objects, .. } =
        store.sift(USER, &Within::All, &equals(Attribute::ExternalId, "u2"), ALL).await.unwrap()
    else {
        panic!("an id is in a column")
    };
    import(store, "a", &[again(&person("u2", "李小明", &[]), Action::Deleted)]).await;
    assert_eq!(store.objects_numbered(objects).await.unwrap(), [None]);
}

pub async fn a_department_has_no_user_name<S: Store>(store: &S) {
    let document = department_document("7", None);
    import(store, "a", &[write(Action::Created, Key::new("Department", "7"), document)]).await;
    assert_eq!(sifted(store, "Department", &equals(Attribute::UserName, "7")).await, "");
}
