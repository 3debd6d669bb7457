//! The names of attributes that every source may have: SCIM's own (RFC 7643, sections 3.1 and 4), and those of the
//! contract (`types.object.document`).

use rollcall_rules::vocabulary::schema;
use rollcall_words::Sentence;

/// What is read first, in this order.
pub(super) const IN_ORDER: &[&str] = &[
    "displayName",
    "userName",
    "name",
    "formatted",
    "familyName",
    "givenName",
    "middleName",
    "honorificPrefix",
    "honorificSuffix",
    "nickName",
    "active",
    "title",
    "value",
    "display",
    "type",
    "primary",
    "leader",
    "order",
    "parent",
    "managers",
    "manager",
    "departments",
    "emails",
    "phoneNumbers",
    "ims",
    "addresses",
    "streetAddress",
    "locality",
    "region",
    "postalCode",
    "country",
    "photos",
    "employeeNumber",
    "department",
    "division",
    "organization",
    "costCenter",
    "userType",
    "preferredLanguage",
    "locale",
    "timezone",
    "profileUrl",
];

/// What is read last: it is for programs.
pub(super) const LAST: &[&str] = &["id", "externalId", "schemas", "meta"];

/// The schemas whose attributes are known by their names alone.
pub(super) const SCHEMAS: [&str; 4] =
    [schema::USER, schema::ENTERPRISE_USER, schema::ORGANISATION_USER, schema::DEPARTMENT];

/// What a person calls this attribute.
pub(super) fn known(attribute: &str) -> Option<Sentence> {
    Some(match attribute {
        "displayName" => display_name(),
        "userName" => user_name(),
        "name" => name(),
        "formatted" => formatted(),
        "familyName" => family_name(),
        "givenName" => given_name(),
        "middleName" => middle_name(),
        "honorificPrefix" => honorific_prefix(),
        "honorificSuffix" => honorific_suffix(),
        "nickName" => nick_name(),
        "active" => active(),
        "title" => title(),
        "value" => value(),
        "display" => display(),
        "type" => kind_of_value(),
        "primary" => primary(),
        "leader" => leader(),
        "order" => order(),
        "parent" => parent(),
        "managers" => managers(),
        "manager" => manager(),
        "departments" => departments(),
        other => return known_too(other),
    })
}

fn known_too(attribute: &str) -> Option<Sentence> {
    Some(match attribute {
        "emails" => emails(),
        "phoneNumbers" => phone_numbers(),
        "ims" => ims(),
        "addresses" => addresses(),
        "streetAddress" => street_address(),
        "locality" => locality(),
        "region" => region(),
        "postalCode" => postal_code(),
        "country" => country(),
        "photos" => photos(),
        "employeeNumber" => employee_number(),
        "department" => department(),
        "division" => division(),
        "organization" => organization(),
        "costCenter" => cost_center(),
        "userType" => user_type(),
        "preferredLanguage" => preferred_language(),
        "locale" => locale(),
        "timezone" => timezone(),
        "profileUrl" => profile_url(),
        "id" => id(),
        "externalId" => external_id(),
        "schemas" => schemas(),
        "meta" => meta(),
        schema::ENTERPRISE_USER => enterprise(),
        schema::ORGANISATION_USER => organisation(),
        _ => return None,
    })
}

/// What kind of value an element is, as SCIM's canonical values say it.
pub(super) fn kind(name: &str) -> Sentence {
    match name {
        "work" => kind_work(),
        "home" => kind_home(),
        "mobile" => kind_mobile(),
        "fax" => kind_fax(),
        "pager" => kind_pager(),
        "other" => kind_other(),
        "photo" => kind_photo(),
        "thumbnail" => kind_thumbnail(),
        other => Sentence::verbatim(other),
    }
}

rollcall_words::sentences! {
    fn display_name() { "Display name", "显示名称" }
    fn user_name() { "User name", "用户名" }
    fn name() { "Name", "姓名" }
    fn formatted() { "Full name", "全名" }
    fn family_name() { "Family name", "姓" }
    fn given_name() { "Given name", "名" }
    fn middle_name() { "Middle name", "中间名" }
    fn honorific_prefix() { "Form of address", "称谓" }
    fn honorific_suffix() { "Suffix of the name", "姓名后缀" }
    fn nick_name() { "Nickname", "昵称" }
    fn active() { "Active", "启用" }
    fn title() { "Title", "职位" }
    fn value() { "Value", "值" }
    fn display() { "Display", "显示文本" }
    fn kind_of_value() { "Kind", "类型" }
    fn primary() { "Primary", "主要" }
    fn leader() { "Leader", "负责人" }
    fn order() { "Order", "排序" }
    fn parent() { "Parent department", "上级部门" }
    fn managers() { "Department managers", "部门主管" }
    fn manager() { "Manager", "直属主管" }
    fn departments() { "Departments", "所属部门" }
    fn emails() { "E-mail addresses", "邮箱" }
    fn phone_numbers() { "Phone numbers", "电话" }
    fn ims() { "Messengers", "即时通讯" }
    fn addresses() { "Addresses", "地址" }
    fn street_address() { "Street", "街道" }
    fn locality() { "City", "城市" }
    fn region() { "Region", "省／地区" }
    fn postal_code() { "Postal code", "邮政编码" }
    fn country() { "Country", "国家／地区" }
    fn photos() { "Photos", "照片" }
    fn employee_number() { "Employee number", "工号" }
    fn department() { "Department name", "部门名称" }
    fn division() { "Division", "事业部" }
    fn organization() { "Organisation", "组织" }
    fn cost_center() { "Cost centre", "成本中心" }
    fn user_type() { "Kind of user", "用户类型" }
    fn preferred_language() { "Preferred language", "首选语言" }
    fn locale() { "Locale", "区域设置" }
    fn timezone() { "Time zone", "时区" }
    fn profile_url() { "Profile page", "个人主页" }
    fn id() { "Id on the platform", "平台编号" }
    fn external_id() { "Id at the source", "来源编号" }
    fn schemas() { "Schemas", "数据模式" }
    fn meta() { "Metadata", "元数据" }
    fn enterprise() { "Employment", "雇佣信息" }
    fn organisation() { "Place in the organisation", "组织归属" }
    fn kind_work() { "work", "工作" }
    fn kind_home() { "home", "家庭" }
    fn kind_mobile() { "mobile", "手机" }
    fn kind_fax() { "fax", "传真" }
    fn kind_pager() { "pager", "寻呼机" }
    fn kind_other() { "other", "其他" }
    fn kind_photo() { "photo", "照片" }
    fn kind_thumbnail() { "thumbnail", "缩略图" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_is_in_both_languages() {
        assert_eq!(rollcall_words::untranslated(ALL, &[]), Vec::<&str>::new());
    }

    #[test]
    fn every_attribute_with_a_place_has_a_name() {
        let nameless: Vec<_> = IN_ORDER.iter().chain(LAST).filter(|name| known(name).is_none()).collect();
        assert_eq!(nameless, Vec::<&&str>::new());
    }
}
