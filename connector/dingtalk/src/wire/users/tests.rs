//! Pages and people as DingTalk's description shows them, and as nothing should be able to break the reader.

use super::{User, UserPage, page, user};
use crate::wire::envelope::Accepted;
use crate::wire::{DepartmentId, Listing, Misread, UserId};
use proptest::prelude::{any, prop_assert, proptest};

/// The example of the official description, shortened.
const LISTED: &str = r#"{"has_more":true,"next_cursor":10,"list":[{"leader":true,"extension":"{\"爱好\":\"旅游\"}",
    "unionid":"z21H","boss":false,"exclusive_account":false,"admin":false,"remark":"备注","title":"技术总监",
    "hired_date":1597573616828,"userid":"zhangsan","work_place":"未来park","dept_order":176220178909140513,
    "dept_id_list":[2,3,4],"job_number":"4","email":"test@xxx.com","mobile":"18513027676","state_code":"86","active":true,
    "telephone":"010-86123456-2345","avatar":"","hide_mobile":false,"org_email":"test@xxx.com","name":"张三"}]}"#;

const DEPARTMENT: DepartmentId = DepartmentId(2);

fn accepted(result: &str) -> Accepted<'_> {
    Accepted { whole: result, result: Some(result), is_mended: false }
}

fn read(result: &str) -> Result<UserPage, Misread> {
    page(accepted(result), DEPARTMENT, 0)
}

fn read_user(result: &str) -> Result<User, Misread> {
    user(accepted(result), &UserId::new("a").unwrap())
}

#[test]
fn the_documented_example_is_read() {
    let read = read(LISTED).unwrap();
    let user = read.users.items.into_iter().next().unwrap();
    let order = user.dept_order.map(|order| order.0);
    assert_eq!(
        (read.next_cursor, user.userid.as_str(), user.avatar, order),
        (Some(10), "zhangsan", None, Some(176_220_178_909_140_513))
    );
}

#[test]
fn the_last_page_may_name_a_cursor_that_means_nothing() {
    for text in [
        r#"{"has_more":false,"list":[]}"#,
        r#"{"has_more":"false","next_cursor":0,"list":[]}"#,
        r#"{"has_more":0,"next_cursor":900,"list":[]}"#,
        r#"{"next_cursor":900,"list":[]}"#,
    ] {
        assert_eq!(page(accepted(text), DEPARTMENT, 100).unwrap().next_cursor, None, "{text}");
    }
}

#[test]
fn a_department_in_which_is_nobody_is_empty_however_that_is_said() {
    for text in [
        r#"{"has_more":false}"#,
        r#"{"has_more":false,"list":null}"#,
        r#"{"list":""}"#,
        r#"{"list":{}}"#,
        r#"{"list":[]}"#,
        "{}",
        r#"{"list":"[]"}"#,
        r#"{"list":"{}"}"#,
        r#"{"list":" "}"#,
        r#"{"list":false}"#,
        r#"{"list":[{}]}"#,
        r#"{"list":[null,[],""]}"#,
        "null",
        "[]",
        "[null]",
        "[{}]",
        "\"\"",
        "\"[]\"",
        "\"{}\"",
        "false",
    ] {
        let UserPage { users, next_cursor, .. } = read(text).unwrap();
        assert_eq!((users.items.len(), users.n_unread, next_cursor), (0, 0, None), "{text}");
    }
    assert!(page(Accepted { whole: "{}", result: None, is_mended: false }, DEPARTMENT, 0).is_ok());
}

#[test]
fn what_cannot_be_a_page_is_none() {
    let hundred = format!(r#"{{"list":[{}]}}"#, vec![r#"{"userid":"a","dept_id_list":[2]}"#; 100].join(","));
    for text in [
        r#"{"list":"x"}"#,
        r#"{"list":7}"#,
        r#"{"has_more":true,"next_cursor":100}"#,
        r#"{"has_more":1,"next_cursor":100,"list":null}"#,
        r#"{"list":{"userid":"a"}}"#,
        "7",
        "true",
        "\"x\"",
        "[1]",
        r#"{"has_more":true,"list":[]}"#,
        r#"{"has_more":true,"next_cursor":0,"list":[]}"#,
        &hundred,
    ] {
        assert!(read(text).is_err(), "{text}");
    }
}

#[test]
fn where_nothing_says_whether_there_is_more_the_cursor_does() {
    let text = r#"{"has_more":{},"next_cursor":100,"list":[{"userid":"a","dept_id_list":[2]}]}"#;
    assert_eq!(read(text).unwrap().next_cursor, Some(100));
}

#[test]
fn people_who_do_not_name_the_department_that_lists_them_are_strangers() {
    let of = |lists: &[&str]| {
        let people: Vec<_> =
            lists.iter().map(|list| format!(r#"{{"userid":"a","dept_id_list":{list}}}"#)).collect();
        read(&format!(r#"{{"list":[{}]}}"#, people.join(",")))
    };
    assert_eq!(of(&["[3]", "[3,4]"]).map(|page| page.strangers.len()), Ok(2));
    for mixed in [&["[3]", "[2]"][..], &["[3]", "[]"], &["[3]", "{\"a\":1}"], &["[]"]] {
        assert_eq!(of(mixed).map(|page| page.users.items.len()), Ok(mixed.len()), "{mixed:?}");
    }
}

#[test]
fn someone_without_a_key_costs_nobody_else() {
    let text = r#"{"list":[{"userid":{},"dept_id_list":[2]},7,{"userid":"a","dept_order":1.5e17,"title":7,"dept_id_list":[2]}]}"#;
    let UserPage { users: Listing { items, n_unread }, .. } = read(text).unwrap();
    let unread: Vec<&str> = items[0].oddities.unread.iter().map(String::as_str).collect();
    assert_eq!((n_unread, items.len(), unread), (2, 1, vec!["dept_order"]));
    assert_eq!(items[0].title.as_deref(), Some("7"));
}

#[test]
fn null_and_empty_text_and_nothing_are_the_same() {
    for text in [
        r#"{"userid":"a","dept_id_list":[]}"#,
        r#"{"userid":"a","title":"","mobile":null,"dept_id_list":[],"role_list":null,"email":" \u3000"}"#,
    ] {
        let read = read_user(text).unwrap();
        let nothing = [read.title, read.mobile, read.email].iter().all(Option::is_none);
        assert!(nothing && read.role_list.is_some_and(|roles| roles.is_empty()), "{text}");
        assert!(read.oddities.unread.is_empty(), "{text}");
    }
}

#[test]
fn a_list_of_departments_that_is_not_there_is_odd() {
    for text in [
        r#"{"userid":"a"}"#,
        r#"{"userid":"a","dept_id_list":null}"#,
        r#"{"userid":"a","dept_id_list":[{}]}"#,
    ] {
        let read = read_user(text).unwrap();
        assert_eq!((read.dept_id_list, read.oddities.unread.len()), (None, 1), "{text}");
    }
}

#[test]
fn blanks_around_an_address_are_nobody_s() {
    let read =
        read_user(r#"{"userid":"a","email":" u0@x.example ","org_email":"\tli@x.example\u3000"}"#).unwrap();
    assert_eq!(
        (read.email.as_deref(), read.org_email.as_deref()),
        (Some("u0@x.example"), Some("li@x.example"))
    );
}

#[test]
fn an_answer_about_another_person_is_none() {
    assert_eq!(read_user(r#"{"userid":"b"}"#).map(|_| ()), Err(Misread::other_person()));
    assert!(read_user(r#"{"name":"A"}"#).is_err() && read_user("[]").is_err());
}

proptest! {
    #[test]
    fn reading_never_panics(text in any::<String>(), cursor in any::<i64>()) {
        let _ = (page(accepted(&text), DEPARTMENT, cursor).is_ok(), read_user(&text).is_ok());
    }

    #[test]
    fn the_documented_example_cut_or_bent_anywhere_never_panics(at in 0..LISTED.len(), with in any::<char>()) {
        let at = LISTED.floor_char_boundary(at);
        let (before, after) = LISTED.split_at(at);
        let bent = format!("{before}{with}{}", after.chars().skip(1).collect::<String>());
        let _ = read(&bent).is_ok();
        prop_assert!(before.is_empty() || read(before).is_err());
    }
}
