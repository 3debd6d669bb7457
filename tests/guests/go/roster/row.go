package roster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

const (
	// maxIDBytes is how long an id may be. Source: the contract, `model.key.external-id`.
	maxIDBytes = 256
	// maxValueBytes is how long any other value may be: a longer one is two cells that became one.
	maxValueBytes = 1024
	// maxDepartments is how many departments one person may have: with the longest ids they still fit into a document.
	maxDepartments = 500
)

var (
	departmentColumns = []string{"id", "name", "parent", "order"}
	personColumns     = []string{"id", "name", "departments", "email", "mobile", "title", "employee_number", "manager"}
)

// cells reads the values of one row and gathers what is wrong with them.
type cells struct {
	at       place
	values   map[string]json.RawMessage
	problems []Problem
}

// readCells takes a row apart. Names are compared exactly, which `encoding/json` would not do for a struct's fields.
func readCells(at place, row json.RawMessage) *cells {
	c := &cells{at: at}
	if !bytes.HasPrefix(row, []byte("{")) || json.Unmarshal(row, &c.values) != nil {
		c.problem("", "row-broken", Text{"the row is not a JSON object", "该行不是 JSON 对象"})
	}
	return c
}

// isBroken tells whether there are no values to read at all.
func (c *cells) isBroken() bool {
	return c.values == nil
}

func (c *cells) problem(column, code string, said Text) {
	c.problems = append(c.problems, c.at.problem(column, code, said, Text{}))
}

// required is the text of a column that must have one.
func (c *cells) required(column string, maxBytes int) string {
	before := len(c.problems)
	text := c.text(column, maxBytes)
	if text == "" && len(c.problems) == before {
		c.problem(column, "value-missing", Text{"a value is required", "不能为空"})
	}
	return text
}

// text is the text of a column, empty where there is none.
func (c *cells) text(column string, maxBytes int) string {
	value, isThere := c.values[column]
	if !isThere || isNull(value) {
		return ""
	}
	text, isText := textOf(value)
	if !isText {
		c.problem(column, "value-not-a-text", Text{"the value must be a text or a whole number", "值必须是文本或整数"})
		return ""
	}
	return c.tidy(column, text, maxBytes)
}

// tidy is a value without the white space around it.
func (c *cells) tidy(column, text string, maxBytes int) string {
	text = strings.TrimSpace(text)
	if len(text) > maxBytes {
		c.problem(column, "value-not-valid", Text{
			fmt.Sprintf("the value has %d bytes, at most %d are allowed", len(text), maxBytes),
			fmt.Sprintf("值有 %d 字节，最多 %d 字节", len(text), maxBytes),
		})
		return ""
	}
	if strings.ContainsFunc(text, unicode.IsControl) {
		shown := Quoted(text)
		c.problem(column, "value-not-valid", Text{
			shown + " has a line break or another control character",
			shown + " 包含换行或其他控制字符",
		})
		return ""
	}
	return text
}

// email is the text of a column that holds an e-mail address.
func (c *cells) email(column string) string {
	text := c.text(column, maxValueBytes)
	at := strings.LastIndexByte(text, '@')
	isEmail := at > 0 && at < len(text)-1 && !strings.ContainsFunc(text, unicode.IsSpace)
	if text != "" && !isEmail {
		shown := Quoted(text)
		c.problem(column, "not-an-email-address", Text{shown + " is not an e-mail address", shown + " 不是邮箱地址"})
	}
	return text
}

// telephone is the text of a column that holds a telephone number, with the signs that people put between the digits.
func (c *cells) telephone(column string) string {
	text := c.text(column, maxValueBytes)
	strange := strings.Trim(strings.TrimPrefix(text, "+"), "0123456789 ()-")
	digits := strings.Map(func(sign rune) rune {
		if '0' <= sign && sign <= '9' {
			return sign
		}
		return -1
	}, text)
	if text != "" && (strange != "" || len(digits) < 3) {
		shown := Quoted(text)
		c.problem(column, "not-a-telephone-number", Text{
			shown + " is not a telephone number; if a spreadsheet rounded it, format the column as text",
			shown + " 不是电话号码；如果是表格软件改写了数字，请把该列设为文本格式后重新导出",
		})
	}
	return text
}

// wholeNumber is a number in its shortest form, empty where there is none.
func (c *cells) wholeNumber(column string) string {
	text := c.text(column, maxValueBytes)
	if text == "" {
		return ""
	}
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		shown := Quoted(text)
		c.problem(column, "not-a-whole-number", Text{shown + " is not a whole number", shown + " 不是整数"})
		return ""
	}
	return strconv.FormatInt(number, 10)
}

// ids is a list of ids, or a text of ids divided by semicolons: sorted, each once.
func (c *cells) ids(column string) []string {
	parts, isList := idList(c.values[column])
	if !isList {
		c.problem(column, "departments-missing", Text{"a list of department ids is required", "必须是部门 id 的列表"})
		return nil
	}
	ids := []string{}
	for _, part := range parts {
		if id := c.tidy(column, part, maxIDBytes); id != "" {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) > maxDepartments {
		c.problem(column, "too-many-departments", Text{
			fmt.Sprintf("%d departments, at most %d", len(ids), maxDepartments),
			fmt.Sprintf("%d 个部门，最多 %d 个", len(ids), maxDepartments),
		})
	}
	return ids
}

func idList(value json.RawMessage) ([]string, bool) {
	if text, isText := textOf(value); isText {
		return strings.Split(text, ";"), true
	}
	var elements []json.RawMessage
	if json.Unmarshal(value, &elements) != nil || elements == nil {
		return nil, false
	}
	texts := make([]string, len(elements))
	for index, element := range elements {
		text, isText := textOf(element)
		if !isText {
			return nil, false
		}
		texts[index] = text
	}
	return texts, true
}

// textOf is a text, or a whole number as its digits: ids are written either way.
func textOf(value json.RawMessage) (string, bool) {
	if bytes.HasPrefix(value, []byte(`"`)) {
		var text string
		err := json.Unmarshal(value, &text)
		return text, err == nil
	}
	digits := string(value)
	// Less than nothing is no whole number.
	if digits == "-0" {
		return "", false
	}
	if number, err := strconv.ParseInt(digits, 10, 64); err == nil {
		return strconv.FormatInt(number, 10), true
	}
	number, err := strconv.ParseUint(digits, 10, 64)
	return strconv.FormatUint(number, 10), err == nil
}

func isNull(value json.RawMessage) bool {
	return string(value) == "null"
}
