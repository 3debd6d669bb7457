package roster

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// notADocument says why a text cannot be JSON at all, which a person finds sooner than a parser's word for it.
func notADocument(document []byte) *Problem {
	begin := bytes.TrimSpace(document)
	switch {
	case !utf8.Valid(document):
		return &Problem{
			Code:   "not-utf8",
			Said:   Text{"the roster is not UTF-8 text", "花名册不是 UTF-8 文本"},
			Remedy: Text{"save it as UTF-8", "请以 UTF-8 编码保存"},
		}
	case len(begin) == 0:
		return &Problem{
			Code:   "roster-empty",
			Said:   Text{"the file is empty", "文件是空的"},
			Remedy: Text{"check the export; an empty file is never taken for an empty organisation", "请检查导出结果；空文件不会被当作空的组织"},
		}
	case begin[0] == '<':
		return &Problem{
			Code: "roster-is-a-web-page",
			Said: Text{"this is a web page, not a roster", "返回的是网页，不是花名册"},
			Remedy: Text{
				"it may be a sign-in page: set `authorization`, or use an address that needs no sign-in",
				"可能是登录页面：请填写 authorization，或使用无需登录的地址",
			},
		}
	default:
		return nil
	}
}

func notUnderstood(why error) *Problem {
	return &Problem{
		Code: "roster-not-understood",
		Said: Text{"this is not a roster: " + why.Error(), "这不是有效的花名册：" + why.Error()},
		Remedy: Text{
			`the document must be {"departments": [...], "people": [...]}`,
			`文档必须形如 {"departments": [...], "people": [...]}`,
		},
	}
}

func noPeople() Problem {
	return Problem{
		Code: "no-people",
		Said: Text{"no people are listed", "没有列出任何人员"},
		Remedy: Text{
			"check the export; a roster without people is not imported as one",
			"请检查导出结果；空的人员列表不会被当作真实情况导入",
		},
	}
}

func noDepartments() Problem {
	return Problem{
		Code: "no-departments",
		Said: Text{"no departments are listed, and people name some", "没有列出任何部门，但人员引用了部门"},
		Remedy: Text{
			"check the export; if there are no departments, take them from the people, too",
			"请检查导出结果；如果确实没有部门，请同时清空人员的部门",
		},
	}
}

func notUnique(at place, key Key, first place) Problem {
	id := Quoted(key.ID)
	remedy := Text{"give each department one row", "每个部门只保留一行"}
	if key.ResourceType == PersonType {
		remedy = Text{
			"give each person one row, with all departments in it",
			"每个人只保留一行，并在该行列出其所有部门",
		}
	}
	return at.problem("id", "id-not-unique", Text{
		fmt.Sprintf("id %s stands on line %d, %s already; none of its rows is imported", id, first.line, first.pointer),
		fmt.Sprintf("id %s 已出现在第 %d 行 %s；这些行都不会导入", id, first.line, first.pointer),
	}, remedy)
}

func unknownColumns(names, columns []string) Problem {
	quoted := make([]string, len(names))
	for index, name := range names {
		quoted[index] = Quoted(name)
	}
	return Problem{
		Code: "unknown-columns",
		Said: Text{
			"columns that are not known were left out: " + strings.Join(quoted, ", "),
			"以下列无法识别，已忽略：" + strings.Join(quoted, "、"),
		},
		Remedy: Text{
			"the columns are " + strings.Join(columns, ", "),
			"可用的列：" + strings.Join(columns, "、"),
		},
	}
}

func parentCycle(department *Department) Problem {
	id := Quoted(department.ID)
	return department.at.problem("parent", "parent-cycle",
		Text{fmt.Sprintf("department %s is its own ancestor", id), fmt.Sprintf("部门 %s 是自己的上级", id)},
		Text{
			"correct the parent; until then the platform keeps where the department is",
			"请更正上级部门；在此之前平台保留该部门的现有位置",
		})
}

func referenceUnknown(at place, column, id string, isGone bool) Problem {
	shown := Quoted(id)
	if isGone {
		return at.problem(column, "reference-gone",
			Text{shown + " is not in the roster; the reference is left out", "花名册中没有 " + shown + "，已去掉该引用"},
			Text{"add what is missing or correct the id", "请补全缺失的行或更正 id"})
	}
	return at.problem(column, "reference-not-clear",
		Text{
			shown + " is not in the roster, which has errors; the platform keeps what it holds there",
			"花名册中没有 " + shown + "，且花名册存在错误；平台保留现有值",
		},
		Text{"correct the rows that are named", "请修正所列出的行"})
}

// NotWhole says that a roster has errors, and what that means.
func NotWhole(errors int) Problem {
	english := fmt.Sprintf("the roster has %d errors; until they are mended nobody is removed", errors)
	if errors == 1 {
		english = "the roster has 1 error; until it is mended nobody is removed"
	}
	return Problem{
		Code:   "roster-not-whole",
		Said:   Text{english, fmt.Sprintf("花名册有 %d 处错误；修正之前不会停用任何人员", errors)},
		Remedy: Text{"correct the rows that are named", "请修正所列出的行"},
		Facts:  []Fact{{"errors", strconv.Itoa(errors)}},
	}
}
