//! Made-up companies, each for one kind of question. Nothing in them is random.

use rollcall_dingtalk_simulator::{
    App, Company, CorpId, Department, DepartmentId, ExclusiveAccount, Membership, Role, SceneConfig,
    UnionDepartment, User, UserId,
};

pub(crate) const CORP_ID: &str = "dingsimcorp01";
pub(crate) const APP_KEY: &str = "dingsimappkey0000001";
/// Looked for in everything that a run prints or keeps.
pub(crate) const APP_SECRET: &str = "canary-app-secret-7f3a9c51e2d84b60";

/// Number of the department of [`shapes`] with `n` direct members.
pub(crate) fn department_of(n_members: i64) -> i64 {
    800_000_000 + n_members
}

/// The only application of each company: it may read everything and is not throttled.
pub(crate) fn app() -> App {
    App { qps: 0, ..App::new(APP_KEY, APP_SECRET) }
}

/// Departments of 0, 1, 99, 100, 101 and 1000 direct members, fifteen levels of depth, people in several departments,
/// siblings that are listed before their parents, orders that no float holds, and every way to leave a field empty.
pub(crate) fn shapes() -> Company {
    let mut parts = Parts::default();
    counted(&mut parts);
    deep(&mut parts);
    parts.departments.extend(orders());
    parts.people.extend(emptiness());
    parts.people.extend(oddities());
    parts.company("形状公司 \"Shapes\" & Söhne 🏢")
}

/// The `n`th department of [`branches`].
pub(crate) fn branch(n: i64) -> DepartmentId {
    DepartmentId::new(700_000_000 + n)
}

/// `n_departments` below the root in three levels, with two people each, some of whom are in a second department; the
/// first has two pages of people.
pub(crate) fn branches(n_departments: i64) -> Company {
    crowded_branches(n_departments, 101)
}

/// The same with so many more people in the first department.
pub(crate) fn crowded_branches(n_departments: i64, n_crowd: u32) -> Company {
    let mut parts = Parts::default();
    let id = |n: i64| branch(n).number();
    for n in 0..n_departments {
        let parent = if n < 8 { 1 } else { id((n - 8) / 8) };
        parts.departments.push(Department::new(id(n), format!("Branch {n}"), parent));
        for place in 0..2 {
            let user = User::new(format!("b{n:03}p{place}"), format!("Person {n}.{place}"));
            let mut user = reachable(user, &format!("139{n:04}{place:04}"));
            user.title = Some(format!("Engineer {}", n % 5));
            user.job_number = Some(format!("{n}"));
            let second = (place == 1 && n % 4 == 0).then(|| id((n + 5) % n_departments));
            user.memberships = std::iter::once(id(n)).chain(second).map(member).collect();
            parts.people.push(user);
        }
    }
    for n in 0..n_crowd {
        parts.people.push(User::new(format!("crowd{n:03}"), format!("Crowd {n}")).in_departments([id(0)]));
    }
    parts.company("Branches")
}

/// A company with a mobile, an e-mail and a title for each of `n_people`, all in one department.
pub(crate) fn crowd(n_people: u32) -> Company {
    let mut parts = Parts::default();
    parts.departments.push(Department::new(600_000_001, "Crowd", 1));
    for n in 0..n_people {
        let user = reachable(User::new(format!("c{n:05}"), format!("Person {n}")), &format!("137{n:08}"));
        parts.people.push(user.in_departments([600_000_001]));
    }
    parts.company("Crowd")
}

#[derive(Default)]
struct Parts {
    departments: Vec<Department>,
    people: Vec<User>,
}

impl Parts {
    fn company(self, name: &str) -> Company {
        let mut company = Company::builder(CORP_ID, name).app(app());
        for department in self.departments {
            company = company.department(department);
        }
        for user in self.people {
            company = company.user(user);
        }
        company.build().expect("the company is consistent")
    }
}

fn counted(parts: &mut Parts) {
    let counts = [0, 1, 99, 100, 101, 1000];
    // One of the counted people of each department but the empty one.
    let everywhere = counts.into_iter().filter(|n_members| 0 < *n_members).map(department_of);
    parts.people.push(User::new("everywhere", "Everywhere").in_departments(everywhere.chain([1])));
    for n_members in counts {
        let id = department_of(n_members);
        parts.departments.push(Department::new(id, format!("Members {n_members}"), 1));
        for n in 1..n_members {
            let mut user = User::new(format!("m{n_members:04}p{n:04}"), format!("成员 {n_members}.{n}"));
            user.memberships =
                vec![Membership { order: 176_220_178_909_140_512 + n, leader: n == 1, ..member(id) }];
            parts.people.push(user);
        }
    }
}

/// A chain below the root in which each parent has a greater number than its child, so that by number the children and
/// their siblings come first.
fn deep(parts: &mut Parts) {
    let id = |level: i64| 900_000_000 - level;
    for level in 1..=15 {
        let parent = if level == 1 { 1 } else { id(level - 1) };
        parts.departments.push(Department::new(id(level), format!("Level {level}"), parent));
        parts.departments.push(Department::new(id(level) - 50_000, "Sibling", parent));
        let user = User::new(format!("level{level:02}"), format!("Level {level}"));
        parts.people.push(user.in_departments([id(level), id(16 - level) - 50_000]));
    }
    let mut both = User::new("both-ends", "Both Ends").in_departments([id(15), 1, id(1)]);
    both.memberships[0].leader = true;
    both.memberships[0].order = i64::MAX;
    both.memberships[1].order = i64::MIN;
    both.memberships[2].order = 9_007_199_254_740_993;
    parts.people.push(both);
}

fn orders() -> impl Iterator<Item = Department> {
    let orders = [
        None,
        Some(i64::MAX),
        Some(i64::MIN),
        Some(0),
        Some(9_007_199_254_740_993),
        Some(-9_007_199_254_740_993),
    ];
    (0..).zip(orders).map(|(n, order)| {
        let managers =
            if n % 2 == 0 { vec![UserId::from("full"), UserId::from("everywhere")] } else { Vec::new() };
        Department {
            order,
            dept_manager_userid_list: managers,
            create_dept_group: n % 2 == 0,
            auto_add_user: n % 3 == 0,
            brief: if n == 0 { "Brief".to_owned() } else { String::new() },
            telephone: (n == 1).then(|| "010-8612".to_owned()),
            code: [None, Some(String::new()), Some("D-2".to_owned())][n % 3].clone(),
            source_identifier: [None, Some("source".to_owned()), Some(String::new())][n % 3].clone(),
            tags: (n == 2).then(|| r#"{"stage":"grade"}"#.to_owned()),
            ext: (n == 3).then(|| r#"{"faceCount":"47"}"#.to_owned()),
            from_union_org: (n == 4).then_some(true),
            dept_group_chat_id: (n == 5).then(|| "chatcd94".to_owned()),
            org_dept_owner: (n == 5).then(|| UserId::from("full")),
            hide_dept: n == 3,
            hide_scene_config: (n == 3).then(|| SceneConfig {
                active: true,
                profile: true,
                ..SceneConfig::default()
            }),
            dept_permits: if n == 3 {
                vec![DepartmentId::new(department_of(1)), DepartmentId::new(1)]
            } else {
                Vec::new()
            },
            user_permits: if n == 3 {
                vec![UserId::from("full"), UserId::from("absent")]
            } else {
                Vec::new()
            },
            extention: (n == 3).then(|| r#"{"faceCount":"47"}"#.to_owned()),
            union_dept_ext: (n == 4).then(|| UnionDepartment {
                corp_id: CorpId::from("dingother"),
                dept_id: DepartmentId::new(9_007_199_254_740_993),
            }),
            outer_dept: n == 4,
            ..Department::new(850_000_000 + i64::try_from(n).expect("it is small"), format!("Order {n}"), 1)
        }
    })
}

/// People who have everything, nothing, and nothing in so many words.
fn emptiness() -> [User; 4] {
    let base = |id: &str| User::new(id, format!("{id} person")).in_departments([1]);
    let empty = || Some(String::new());
    let absent = base("absent");
    let empty = User {
        avatar: empty(),
        state_code: empty(),
        mobile: empty(),
        telephone: empty(),
        job_number: empty(),
        title: empty(),
        email: empty(),
        org_email: empty(),
        org_email_type: empty(),
        work_place: empty(),
        remark: empty(),
        extension: empty(),
        extension_i18n: empty(),
        ..base("empty")
    };
    [absent, empty, full(base("full"), "13811110001"), full(base("Full-2"), "13811110002")]
}

/// Everything that a person can have.
pub(crate) fn full(user: User, mobile: &str) -> User {
    let text = |text: &str| Some(text.to_owned());
    let place = Membership {
        title: text("Head"),
        work_place: text("Room 1"),
        is_main: Some(true),
        leader: true,
        ..member(1)
    };
    User {
        avatar: text("https://static.example/a.png"),
        telephone: text("010-86123456-2345"),
        job_number: text("0004"),
        title: text("技术总监"),
        email: text("full@home.example"),
        org_email: text("full@corp.example"),
        org_email_type: text("profession"),
        work_place: text("未来park"),
        remark: text("备注 \"quoted\" \\ and\ttab"),
        extension: text(r#"{"爱好":"旅游","n":9007199254740993,"b":{"c":[1,null,"x"]}}"#),
        extension_i18n: text(r#"{"爱好":{"en_US":"Travel"}}"#),
        hired_date: Some(1_597_573_616_828),
        create_time: text("2024-07-15T07:05:43.000Z"),
        admin: true,
        boss: true,
        senior: true,
        real_authed: true,
        hide_mobile: true,
        active: false,
        manager_userid: Some(UserId::from("everywhere")),
        roles: vec![Role {
            id: 3_935_025_514, name: "主管理员".to_owned(), group_name: "默认".to_owned()
        }],
        memberships: user
            .memberships
            .iter()
            .map(|m| Membership { dept_id: m.dept_id, ..place.clone() })
            .collect(),
        ..reachable(user, mobile)
    }
}

fn oddities() -> Vec<User> {
    let base = |id: &str| User::new(id, format!("{id} 人")).in_departments([1]);
    let phone = |id: &str, state_code: Option<&str>, mobile: &str| User {
        state_code: state_code.map(str::to_owned),
        mobile: Some(mobile.to_owned()),
        ..base(id)
    };
    let hired = |id: &str, unix_ms: i64| User { hired_date: Some(unix_ms), ..base(id) };
    let extended = |id: &str, extension: &str| User { extension: Some(extension.to_owned()), ..base(id) };
    let account = ExclusiveAccount {
        exclusive_account_type: "sso".to_owned(),
        login_id: Some("login@corp".to_owned()),
        nickname: Some("Nick".to_owned()),
        exclusive_account_corp_id: Some(CorpId::from("dingother")),
        exclusive_account_corp_name: Some("Other".to_owned()),
    };
    vec![
        User { exclusive_account: Some(account.clone()), ..base("account") },
        User {
            exclusive_account: Some(ExclusiveAccount {
                login_id: None,
                nickname: Some(String::new()),
                ..account
            }),
            ..base("account-bare")
        },
        User { access_limited: true, ..base("restricted") },
        phone("phone-us", Some("1"), "4155550100"),
        phone("phone-hk", Some("852"), "51234567"),
        phone("phone-spaced", Some("86"), "138 2222-0003"),
        phone("phone-no-code", None, "13822220004"),
        phone("phone-empty-code", Some(""), "13822220005"),
        hired("hired-1970", 0),
        hired("hired-before-1970", -115_200_000),
        hired("hired-on-the-second", 1_709_164_800_000),
        extended("extension-text", "not json"),
        extended("extension-list", "[1,2]"),
        extended("extension-empty", "{}"),
        extended("extension-null", r#"{"z":null,"a":" x "}"#),
        phone("phone-nowhere", None, "5551234"),
        User { email: Some("only@home.example".to_owned()), ..base("mail-home") },
        User { org_email: Some("only@corp.example".to_owned()), ..base("mail-corp") },
        User { name: "\u{202e}\u{0}\u{7}\"\\/\u{2028}👩‍💻".to_owned(), ..base("name-odd") },
        base("id with \"quotes\" / slash"),
        base("编号"),
        base(&"9".repeat(64)),
        base("UPPER"),
        base("upper"),
    ]
}

fn reachable(user: User, mobile: &str) -> User {
    let email = format!("{}@corp.example", user.userid);
    User {
        state_code: Some("86".to_owned()),
        mobile: Some(mobile.to_owned()),
        org_email: Some(email),
        title: Some("Engineer".to_owned()),
        ..user
    }
}

fn member(dept_id: i64) -> Membership {
    Membership::new(DepartmentId::new(dept_id))
}
