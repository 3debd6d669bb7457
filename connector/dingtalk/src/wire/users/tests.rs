//! Pages and people as DingTalk's description shows them, and as nothing should be able to break the reader.

use super::{page, user};
use crate::wire::Misread;
use crate::wire::envelope::Accepted;
use proptest::prelude::{any, prop_assert, proptest};

/// The example of the official description, shortened.
const LISTED: &str = r#"{"has_more":true,"next_cursor":10,"list":[{"leader":true,"extension":"{\"爱好\":\"旅游\"}",
    "unionid":"z21H","boss":false,"exclusive_account":false,"admin":false,"remark":"备注","title":"技术总监",
    "hired_date":1597573616828,"userid":"zhangsan","work_place":"未来park","dept_order":176220178909140513,
    "dept_id_list":[2,3,4],"job_number":"4","email":"test@xxx.com","mobile":"18513027676","state_code":"86","active":true,
    "telephone":"010-86123456-2345","avatar":"","hide_mobile":false,"org_email":"test@xxx.com","name":"张三"}]}"#;

fn accepted(result: &str) -> Accepted<'_> {
    Accepted { whole: result, result: Some(result) }
}

#[test]
fn the_documented_example_is_read() {
    let read = page(accepted(LISTED), 0).unwrap();
    let user = read.users.into_iter().next().unwrap().unwrap();
    let order = user.dept_order.map(|order| order.0);
    assert_eq!(
        (read.next_cursor, user.userid.as_str(), user.avatar, order),
        (Some(10), "zhangsan", None, Some(176_220_178_909_140_513))
    );
}

#[test]
fn the_last_page_may_name_a_cursor_that_means_nothing() {
    for text in [r#"{"has_more":false,"list":[]}"#, r#"{"has_more":"false","next_cursor":0,"list":[]}"#] {
        assert_eq!(page(accepted(text), 100).unwrap().next_cursor, None, "{text}");
    }
}

#[test]
fn a_person_who_cannot_be_read_is_named_with_the_member_at_fault() {
    let text = r#"{"has_more":false,"list":[{"userid":"a","name":"A","dept_order":1.5e17,"title":"t"}]}"#;
    let bad = page(accepted(text), 0).unwrap().users.remove(0).unwrap_err();
    assert_eq!(
        (bad.id.as_deref(), bad.why),
        (
            Some("a"),
            Misread(
                "member \"dept_order\": invalid type: floating point …, expected a whole number".to_owned()
            )
        )
    );
}

#[test]
fn null_and_empty_text_and_nothing_are_the_same() {
    for text in [
        r#"{"userid":"a","dept_id_list":[]}"#,
        r#"{"userid":"a","title":"","mobile":null,"dept_id_list":[],"role_list":null}"#,
    ] {
        let read = user(accepted(text)).unwrap();
        assert!(read.title.is_none() && read.mobile.is_none() && read.role_list.is_empty(), "{text}");
    }
}

#[test]
fn a_person_without_the_list_of_departments_is_not_understood() {
    for text in [r#"{"userid":"a"}"#, r#"{"userid":"a","dept_id_list":null}"#] {
        assert!(user(accepted(text)).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn reading_never_panics(text in any::<String>(), cursor in any::<i64>()) {
        let _ = (page(accepted(&text), cursor).is_ok(), user(accepted(&text)).is_ok());
    }

    #[test]
    fn the_documented_example_cut_or_bent_anywhere_never_panics(at in 0..LISTED.len(), with in any::<char>()) {
        let at = LISTED.floor_char_boundary(at);
        let (before, after) = LISTED.split_at(at);
        let bent = format!("{before}{with}{}", after.chars().skip(1).collect::<String>());
        let _ = page(accepted(&bent), 0).is_ok();
        prop_assert!(page(accepted(before), 0).is_err());
    }
}
