//! Companies out of nothing: the demo company of the product documents, and ones of any size from a seed.

mod feihua;
mod names;

use std::collections::BTreeSet;

use crate::ids::{DepartmentId, UserId};
use crate::random::Random;
use crate::state::{App, Company, Department, ExclusiveAccount, Membership, Role, User};

pub use feihua::{FEIHUA_APP_KEY, FEIHUA_APP_SECRET};

/// What a generated company is like. The same options give the same company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenerateOptions {
    /// Begins the run of everything that looks random.
    pub seed: u64,
    /// Departments below the root.
    pub n_departments: usize,
    /// People.
    pub n_users: usize,
    /// Levels below the root; reached if there are as many departments.
    pub max_depth: usize,
    /// Direct members of the first departments made, exactly; each at most `n_users`.
    pub exact_members: Vec<usize>,
    /// Most departments of one person, apart from those that `exact_members` puts them into.
    pub max_departments_per_user: usize,
    /// How often, of a hundred, an optional field has a value. Of the others half are absent, half are `""`.
    pub filled_percent: u64,
}

impl Default for GenerateOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            n_departments: 30,
            n_users: 300,
            max_depth: 6,
            exact_members: Vec::new(),
            max_departments_per_user: 3,
            filled_percent: 70,
        }
    }
}

/// Key and secret of the application of a generated company.
pub const GENERATED_APP_KEY: &str = "dinggenerated0000001";

/// See [`GENERATED_APP_KEY`].
pub const GENERATED_APP_SECRET: &str = "generated-client-secret-for-the-simulator-only";

impl Company {
    /// A company that looks like a real one: see [`GenerateOptions`].
    #[must_use]
    pub fn generate(options: &GenerateOptions) -> Self {
        let mut random = Random::new(options.seed);
        let corp_id = format!("ding{}", random.text(b"0123456789abcdef", 32));
        let mut company = Self::new(corp_id, format!("云帆科技 {}", options.seed));
        company.apps.push(App::new(GENERATED_APP_KEY, GENERATED_APP_SECRET));
        let dept_ids = grow_tree(&mut company, options, &mut random);
        let memberships = assign(options, &dept_ids, &mut random);
        for (number, memberships) in memberships.into_iter().enumerate() {
            company.put_user(person(number, memberships, options, &mut random));
        }
        appoint_managers(&mut company, &dept_ids, &mut random);
        company
    }
}

/// Makes the departments, and gives their numbers in the order they were made.
fn grow_tree(company: &mut Company, options: &GenerateOptions, random: &mut Random) -> Vec<DepartmentId> {
    let mut open = vec![(DepartmentId::ROOT, 0_usize)];
    let mut used_names = BTreeSet::new();
    let mut made = Vec::with_capacity(options.n_departments);
    let mut spine = (DepartmentId::ROOT, 0_usize);
    for _ in 0..options.n_departments {
        // The first ones hang on one another until the depth asked for is reached.
        let on_spine = spine.1 < options.max_depth;
        let (parent_id, depth) = if on_spine { spine } else { random.pick(&open).copied().unwrap_or(spine) };
        let dept_id = unused_id(company, random);
        let name = unused_name(&mut used_names, parent_id, random);
        company.put_department(department(dept_id, name, parent_id, random));
        made.push(dept_id);
        let level = depth.saturating_add(1);
        if on_spine {
            spine = (dept_id, level);
        }
        if level < options.max_depth {
            open.push((dept_id, level));
        }
    }
    made
}

fn department(
    dept_id: DepartmentId,
    name: String,
    parent_id: DepartmentId,
    random: &mut Random,
) -> Department {
    let has_group = random.chance(40);
    Department {
        order: random.chance(30).then(|| signed(random.between(1, 1000))),
        create_dept_group: has_group,
        auto_add_user: has_group && random.chance(80),
        dept_group_chat_id: has_group.then(|| format!("chat{}", random.text(b"0123456789abcdef", 32))),
        hide_dept: random.chance(4),
        outer_dept: random.chance(3),
        brief: if random.chance(10) { "负责本地区的业务".to_owned() } else { String::new() },
        extention: random.chance(20).then(|| r#"{"faceCount":"47"}"#.to_owned()),
        source_identifier: random.chance(5).then(|| format!("hr:{dept_id}")),
        ..Department::new(dept_id.number(), name, parent_id.number())
    }
}

/// Nine digits, in no order.
fn unused_id(company: &Company, random: &mut Random) -> DepartmentId {
    loop {
        let candidate = DepartmentId::new(signed(random.between(100_000_000, 1_000_000_000)));
        if company.department(candidate).is_none() {
            return candidate;
        }
    }
}

/// Distinct among siblings, common elsewhere.
fn unused_name(
    used: &mut BTreeSet<(DepartmentId, String)>,
    parent_id: DepartmentId,
    random: &mut Random,
) -> String {
    let base = random.pick(&names::DEPARTMENTS).copied().unwrap_or("部门");
    let mut number = 1_u32;
    loop {
        let name = if number == 1 { base.to_owned() } else { format!("{base} {number}") };
        if used.insert((parent_id, name.clone())) {
            return name;
        }
        number = number.saturating_add(1);
    }
}

/// The departments of each person.
fn assign(
    options: &GenerateOptions,
    dept_ids: &[DepartmentId],
    random: &mut Random,
) -> Vec<Vec<DepartmentId>> {
    let mut assigned = vec![Vec::new(); options.n_users];
    let n_exact = options.exact_members.len().min(dept_ids.len());
    let (exact, free) = dept_ids.split_at(n_exact);
    let mut next = 0_usize;
    for (dept_id, n_members) in exact.iter().zip(&options.exact_members) {
        for _ in 0..(*n_members).min(options.n_users) {
            if let Some(departments) = assigned.get_mut(next) {
                departments.push(*dept_id);
            }
            next = next.saturating_add(1).checked_rem(options.n_users).unwrap_or(0);
        }
    }
    for departments in &mut assigned {
        add_free_departments(departments, free, options, random);
    }
    assigned
}

fn add_free_departments(
    departments: &mut Vec<DepartmentId>,
    free: &[DepartmentId],
    options: &GenerateOptions,
    random: &mut Random,
) {
    let most = u64::try_from(options.max_departments_per_user.max(1)).unwrap_or(1);
    let is_placed = !departments.is_empty();
    // Most people have one department; one in five of the others has several.
    let wanted = match (is_placed, random.chance(20)) {
        (true, false) => 0,
        (false, false) => 1,
        (_, true) => random.between(1, most.saturating_add(1)),
    };
    for _ in 0..wanted {
        let chosen = if random.chance(3) { None } else { random.pick(free).copied() };
        let chosen = chosen.unwrap_or(DepartmentId::ROOT);
        if !departments.contains(&chosen) {
            departments.push(chosen);
        }
    }
}

fn person(
    number: usize,
    departments: Vec<DepartmentId>,
    options: &GenerateOptions,
    random: &mut Random,
) -> User {
    let name = names::person(random);
    let serial = u64::try_from(number).unwrap_or(u64::MAX);
    let is_exclusive = random.chance(2);
    let optional =
        |value: String, random: &mut Random| match (random.chance(options.filled_percent), random.chance(50))
        {
            (true, _) => Some(value),
            (false, true) => Some(String::new()),
            (false, false) => None,
        };
    let email = optional(format!("{}.{number}@mail.example", name.latin), random);
    let org_email = optional(format!("{}.{number}@yunfan.example", name.latin), random);
    let job_number = optional(format!("YF{number:05}"), random);
    let title = optional(random.pick(&names::TITLES).copied().unwrap_or("").to_owned(), random);
    let telephone = optional(format!("010-86{number:06}-{}", random.between(100, 999)), random);
    let work_place = optional(random.pick(&names::PLACES).copied().unwrap_or("").to_owned(), random);
    let remark = optional("备注".to_owned(), random);
    let extension = optional(r#"{"爱好":"旅游","花名":"小鱼"}"#.to_owned(), random);
    let has_mobile = !is_exclusive && !random.chance(3);
    let is_in_hong_kong = has_mobile && random.chance(5);
    let (state_code, number_there) = match is_in_hong_kong {
        true => ("852", hong_kong_mobile(serial)),
        false => ("86", mobile(serial)),
    };
    User {
        mobile: has_mobile.then_some(number_there),
        state_code: has_mobile.then(|| state_code.to_owned()),
        hide_mobile: random.chance(2),
        avatar: random.chance(50).then(String::new),
        active: !random.chance(8),
        admin: random.chance(1),
        real_authed: random.chance(90),
        senior: random.chance(1),
        hired_date: random
            .chance(60)
            .then(|| signed(random.between(1_400_000_000, 1_750_000_000)).saturating_mul(1000)),
        roles: if random.chance(5) { vec![role()] } else { Vec::new() },
        exclusive_account: is_exclusive.then(|| exclusive_account(number, &name.latin)),
        memberships: departments.into_iter().map(|id| membership(id, random)).collect(),
        email,
        org_email,
        job_number,
        title,
        telephone,
        work_place,
        remark,
        extension,
        ..User::new(userid(serial, &name.latin, random), name.written)
    }
}

/// A string of digits, `manager…`, or a name the company chose.
fn userid(serial: u64, latin: &str, random: &mut Random) -> UserId {
    let text = match random.below(10) {
        0..6 => format!("{}{serial:06}", random.between(10_000_000_000, 99_999_999_999)),
        6..8 => format!("manager{}", serial.saturating_add(1000)),
        _ => format!("{latin}.{serial}"),
    };
    UserId::from(text)
}

/// Eleven digits, different for every serial below 10^9: the factor has no divisor in common with 10^9.
fn mobile(serial: u64) -> String {
    let number = serial.wrapping_mul(48_271).wrapping_add(350_214_907) % 1_000_000_000;
    format!("13{number:09}")
}

/// Eight digits, different for every serial below 10^7: the factor has no divisor in common with 10^7.
fn hong_kong_mobile(serial: u64) -> String {
    let number = serial.wrapping_mul(48_271).wrapping_add(350_214) % 10_000_000;
    format!("9{number:07}")
}

fn membership(dept_id: DepartmentId, random: &mut Random) -> Membership {
    let order = 176_220_178_909_140_512_u64.saturating_add(random.below(1_000_000_000_000));
    let title = random.chance(5).then(|| random.pick(&names::TITLES).copied().unwrap_or("").to_owned());
    Membership { order: signed(order), title, ..Membership::new(dept_id) }
}

fn role() -> Role {
    Role { id: 3_935_025_514, name: "主管理员".to_owned(), group_name: "默认".to_owned() }
}

fn exclusive_account(number: usize, latin: &str) -> ExclusiveAccount {
    ExclusiveAccount {
        exclusive_account_type: "dingtalk".to_owned(),
        login_id: Some(format!("{latin}{number}")),
        nickname: None,
        exclusive_account_corp_id: None,
        exclusive_account_corp_name: None,
    }
}

fn appoint_managers(company: &mut Company, dept_ids: &[DepartmentId], random: &mut Random) {
    for dept_id in dept_ids {
        let first = company.members(*dept_id).next().cloned();
        let (Some(mut user), true) = (first, random.chance(50)) else { continue };
        let Some(mut department) = company.department(*dept_id).cloned() else { continue };
        department.dept_manager_userid_list = vec![user.userid.clone()];
        company.put_department(department);
        for membership in user.memberships.iter_mut().filter(|membership| membership.dept_id == *dept_id) {
            membership.leader = true;
        }
        company.put_user(user);
    }
}

/// Every number drawn here is far below 2^63.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
