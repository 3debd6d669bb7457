//! A small company, read once as it is and once with one odd member, while one person leaves and another joins.

use super::forms::{FORMS, Form, Written};
use super::outcome::{Change, Outcome};
use super::structures::{Structure, Way};
use crate::DingTalk;
use crate::limits::MAX_ODD_TOLD;
use crate::testing::{Question, World, accepted, run, settings, settings_with_details};
use rollcall_kit::connector::{refresh, sync};
use rollcall_kit::testing::{Reply, Stored, TestHost};
use rollcall_kit::{Body, Failure, Key, Request, Summary};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What stands where the odd value will.
const PLACE: &str = "\"@odd@\"";

/// A company before anything is odd.
pub(super) struct Company {
    /// What the platform holds of it.
    held: BTreeMap<Key, Stored>,
    /// What it holds after the same reading with nothing odd.
    plain: BTreeMap<Key, Stored>,
}

impl Company {
    pub(super) fn of(structure: &Structure) -> Self {
        let host = before().into_host();
        run_as(structure.way, &host, &Key::new("User", "a")).unwrap();
        if structure.way == Way::Event {
            full(&host).unwrap();
        }
        let held = host.objects().clone();
        host.set_world(after(structure).into_answers());
        run_as(structure.way, &host, &target(structure)).unwrap();
        let plain = host.objects().clone();
        Self { held, plain }
    }

    /// The same reading, with this member in this form.
    pub(super) fn with(&self, structure: &'static Structure, member: &'static str, form: &Form) -> Outcome {
        let mut answers = after(structure).into_answers();
        let value = form.value;
        let host = TestHost::new(move |now_ms, request: &Request| {
            let reply = answers(now_ms, request);
            let question = Question::of(request);
            let is_it = question.is(structure.question.0, structure.question.1);
            if is_it { odd(reply, structure, member, value) } else { reply }
        });
        host.set_objects(self.held.clone());
        let target = target(structure);
        let ran = run_as(structure.way, &host, &target);
        let objects = host.objects().clone();
        let others = |objects: &BTreeMap<Key, Stored>| {
            let others = objects.iter().filter(|(key, _)| **key != target);
            others.map(|(key, stored)| (key.clone(), stored.document.clone())).collect::<BTreeMap<_, _>>()
        };
        Outcome {
            ran,
            change: Change::between(self.plain.get(&target), objects.get(&target)),
            others_as_expected: others(&objects) == others(&self.plain),
            nothing_else_lost: self.plain.keys().all(|key| objects.contains_key(key)),
            entries: host.take_entries(),
            log: format!("{:?}", host.take_log()),
        }
    }
}

/// Whom or what the odd member is of.
fn target(structure: &Structure) -> Key {
    match structure.question {
        ("user/get" | "user/list" | "orgAccounts/status", _) => Key::new("User", "a"),
        ("department/get", id) => Key::new("Department", id),
        _ => Key::new("Department", "2"),
    }
}

fn full(host: &Rc<TestHost>) -> Result<Summary, Failure> {
    sync::<DingTalk>(host.clone(), &host.seal::<DingTalk>(&settings_with_details()))
}

fn run_as(way: Way, host: &Rc<TestHost>, target: &Key) -> Result<Summary, Failure> {
    match way {
        Way::Reading => sync::<DingTalk>(host.clone(), &host.seal::<DingTalk>(&settings())),
        Way::Details => full(host),
        Way::Accounts => {
            let mut settings = settings();
            settings["account_status"] = json!(true);
            sync::<DingTalk>(host.clone(), &host.seal::<DingTalk>(&settings))
        }
        Way::OldToken => {
            let mut settings = settings();
            settings["token_interface"] = json!("gettoken");
            sync::<DingTalk>(host.clone(), &host.seal::<DingTalk>(&settings))
        }
        Way::Event => {
            let keys = [target.clone()];
            refresh::<DingTalk>(host.clone(), &host.seal::<DingTalk>(&settings_with_details()), &keys)
        }
    }
}

fn odd(reply: Reply, structure: &Structure, member: &str, value: Written) -> Reply {
    let Reply::After(after_ms, mut response) = reply else { return reply };
    let mut body: Value = serde_json::from_slice(response.body.as_bytes()).unwrap();
    let object = structure.object(&mut body).unwrap();
    if matches!(value, Written::Missing) {
        object.remove(member);
    } else if !matches!(value, Written::AfterMark) {
        object.insert(member.to_owned(), json!("@odd@"));
    }
    let text = body.to_string();
    let long = format!("{:?}", "canary".repeat(50_000)).into_bytes();
    let bytes = match (value, text.split_once(PLACE)) {
        (Written::Bytes(bytes), Some((before, behind))) => {
            [before.as_bytes(), bytes, behind.as_bytes()].concat()
        }
        (Written::Long, Some((before, behind))) => [before.as_bytes(), &long, behind.as_bytes()].concat(),
        (Written::AfterMark, _) => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        _ => text.into_bytes(),
    };
    response.body = Body::Bytes(bytes);
    Reply::After(after_ms, response)
}

pub(super) fn person() -> Value {
    json!({
        "unionid": "z21H", "name": "A", "avatar": "https://static.example/a.png", "state_code": "86",
        "mobile": "18513027676", "hide_mobile": true, "telephone": "010-86123456-2345", "job_number": "4",
        "title": "Lead", "email": "a@example.com", "org_email": "a@corp.example", "work_place": "A1",
        "remark": "r", "extension": "{\"f\":\"v\"}", "hired_date": 1_597_573_616_828_i64, "active": false,
        "admin": false, "boss": false, "exclusive_account": false, "exclusive_account_type": "sso",
        "exclusive_account_corp_id": "ding9", "exclusive_account_corp_name": "X", "login_id": "zs",
        "nickname": "n", "manager_userid": "b", "real_authed": false, "senior": false, "org_email_type": "base",
        "role_list": [{"id": 9, "name": "m", "group_name": "g"}],
        "union_emp_ext": {"userid": "u", "corp_id": "ding8", "union_emp_map_list": [{"userid": "v", "corp_id": "ding7"}]},
        "extension_i18n": {"zh": {"a": 1}}, "create_time": "2024-07-15T07:05:43.000Z",
        "dept_position_list": [{"dept_id": 2, "title": "t", "work_place": "w", "is_main": true}]
    })
}

fn department() -> Value {
    json!({
        "auto_add_user": false, "auto_approve_apply": false, "brief": "b", "create_dept_group": false,
        "dept_group_chat_id": "chat", "dept_manager_userid_list": ["a"], "dept_permits": [3],
        "group_contain_sub_dept": false, "hide_dept": false, "order": 7, "org_dept_owner": "a", "outer_dept": false,
        "outer_permit_depts": [3], "outer_permit_users": ["b"], "user_permits": ["a", "b"], "source_identifier": "s",
        "tags": "g", "ext": "{}", "extention": "{\"f\":\"47\"}", "telephone": "010", "code": "RD",
        "hide_scene_config": {"active": false, "chatbox_subtitle": false, "node_list": false, "profile": false, "search": false},
        "outer_scene_config": {"active": false, "chatbox_subtitle": false, "node_list": false, "profile": false, "search": false},
        "emp_apply_join_dept": false, "from_union_org": false, "union_dept_ext": {"corp_id": "ding8", "dept_id": 9}
    })
}

/// Of each there is another with all members, so that what is emptied can be told from what is hidden.
fn world() -> World {
    let world = World::new()
        .department_with(1, 0, "Feihua", &department())
        .department_with(2, 1, "R&D", &department())
        .department_with(3, 2, "Kernel", &department())
        .department_with(4, 1, "Operations", &department())
        .user_with("a", &[2], &person())
        .user_with("b", &[2, 3], &person())
        .user_with("c", &[4], &person());
    // Whoever an odd member may name is there.
    FORMS.iter().filter_map(Form::id).fold(world, |world, id| world.user(id, &[4]))
}

fn before() -> World {
    world().user_with("z", &[4], &person())
}

/// Somebody whose account is the company's.
fn with_account() -> Value {
    let mut person = person();
    person["exclusive_account"] = json!(true);
    person
}

/// What is read the second time. Where `listsubid` is the question, `listsub` leaves it open; where a department's chain
/// is, the department does not say what it is below.
fn after(structure: &Structure) -> World {
    let world = world().user_with("n", &[3], &person());
    match structure.question.0 {
        "orgAccounts/status" => world.user_with("a", &[2], &with_account()),
        "department/listsubid" => world.fault(|question, _| {
            question.is("department/listsub", "1").then(|| Reply::json(accepted(&Value::Null).to_string()))
        }),
        "department/listparentbydept" => {
            let mut unplaced = department();
            unplaced["dept_id"] = json!(2);
            unplaced["name"] = json!("R&D");
            world.fault(move |question, _| {
                question.is("department/get", "2").then(|| Reply::json(accepted(&unplaced).to_string()))
            })
        }
        _ => world,
    }
}

/// A company in which everybody has the same odd member: how many lines that takes, and how many people are there.
pub(super) fn with_everybody_odd(n_people: usize) -> (usize, usize) {
    let odd = json!({"title": [7]});
    let world = (0..n_people).fold(World::new(), |world, n| world.user_with(&format!("u{n}"), &[1], &odd));
    let host = world.into_host();
    assert!(run(&host).unwrap().complete);
    let n_lines = host.take_entries().len();
    assert!(usize::try_from(MAX_ODD_TOLD).unwrap() < n_lines);
    let n_read = host.objects().keys().filter(|key| key.resource_type == "User").count();
    (n_lines, n_read)
}
