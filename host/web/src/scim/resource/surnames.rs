//! Chinese surnames of two characters.

/// Those that a name is divided by.
///
/// Source: the compound surnames of the Hundred Family Surnames (百家姓, Song dynasty), and 独孤, 呼延, 南宫, 第五 and 达奚 of
/// later lists; each with its traditional form where that differs. 仉督, 墨哈 and the like stand in the book as two surnames
/// of one character each.
const COMPOUND: [&str; 95] = [
    "万俟", "萬俟", "司马", "司馬", "上官", "欧阳", "歐陽", "夏侯", "诸葛", "諸葛", "闻人", "聞人", "东方",
    "東方", "赫连", "赫連", "皇甫", "尉迟", "尉遲", "公羊", "澹台", "澹臺", "公冶", "宗政", "濮阳", "濮陽",
    "淳于", "单于", "單于", "太叔", "申屠", "公孙", "公孫", "仲孙", "仲孫", "轩辕", "軒轅", "令狐", "钟离",
    "鍾離", "宇文", "长孙", "長孫", "慕容", "鲜于", "鮮于", "闾丘", "閭丘", "司徒", "司空", "亓官", "丌官",
    "司寇", "子车", "子車", "颛孙", "顓孫", "端木", "巫马", "巫馬", "公西", "漆雕", "乐正", "樂正", "壤驷",
    "壤駟", "公良", "拓跋", "夹谷", "夾谷", "宰父", "谷梁", "穀梁", "段干", "百里", "东郭", "東郭", "南门",
    "南門", "呼延", "羊舌", "微生", "梁丘", "左丘", "东门", "東門", "西门", "西門", "南宫", "南宮", "第五",
    "独孤", "獨孤", "达奚", "達奚",
];

/// Whether this is a surname of two characters.
pub(super) fn is_compound(surname: &str) -> bool {
    COMPOUND.contains(&surname)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_has_two_characters_and_stands_once() {
        assert_eq!(COMPOUND.iter().collect::<BTreeSet<_>>().len(), COMPOUND.len());
        for surname in COMPOUND {
            assert_eq!(surname.chars().count(), 2, "{surname}");
        }
    }
}
