package roster

import (
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const company = `{
 "departments": [
  {"id": "x", "name": "X", "parent": "rd"},
  {"id": "1", "name": "Feihua"},
  {"id": "rd", "name": "R&D", "parent": "1", "order": 10}
 ],
 "people": [
  {"id": 7, "name": " Xiaohong ", "departments": ["rd", "1", "rd"], "manager": "8", "ID": "9"},
  {"id": "8", "name": "Lao Bai", "departments": []}
 ]
}`

func read(t *testing.T, document string) *Roster {
	t.Helper()
	r, err := Read([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func codes(problems []Problem) []string {
	var codes []string
	for _, problem := range problems {
		codes = append(codes, problem.Code)
	}
	return codes
}

func TestDepartmentsComeAfterTheirParents(t *testing.T) {
	var ids []string
	for _, department := range read(t, company).Departments {
		ids = append(ids, department.ID)
	}
	if !slices.Equal(ids, []string{"1", "rd", "x"}) {
		t.Errorf("the order is %q", ids)
	}
}

func TestAPersonIsReadExactlyAsTheRowSays(t *testing.T) {
	r := read(t, company)
	person := r.People[0]
	if person.ID != "7" || person.Name != "Xiaohong" || !slices.Equal(person.Departments, []string{"1", "rd"}) {
		t.Errorf("read %+v", person)
	}
	// "ID" is another name than "id".
	if !slices.Equal(codes(r.Warnings), []string{"unknown-columns"}) {
		t.Errorf("the warnings are %q", codes(r.Warnings))
	}
}

func TestAnEmptyValueIsLeftOut(t *testing.T) {
	object := read(t, company).Objects()[4]
	want := `{"active":true,"displayName":"Lao Bai","externalId":"8","name":{"formatted":"Lao Bai"},` +
		`"schemas":["` + userSchema + `","` + enterpriseUserSchema + `","` + organisationUserSchema + `"],` +
		`"` + organisationUserSchema + `":{"departments":[]},"userName":"8"}`
	if object.Document != want {
		t.Errorf("the document is %s", object.Document)
	}
}

func TestVersionsDifferAsDocumentsDo(t *testing.T) {
	before := read(t, company).Objects()
	after := read(t, strings.Replace(company, "Lao Bai", "Da Bai", 1)).Objects()
	for index := range before {
		isSame := before[index].Document == after[index].Document
		if isSame != (before[index].Version() == after[index].Version()) {
			t.Errorf("object %d has version %s", index, after[index].Version())
		}
	}
}

func TestWhatIsWrongWithARow(t *testing.T) {
	for _, test := range []struct{ row, code string }{
		{`7`, "row-broken"},
		{`null`, "row-broken"},
		{`{"id": "7", "departments": []}`, "value-missing"},
		{`{"id": "7", "name": "\u0020", "departments": []}`, "value-missing"},
		{`{"id": "7", "name": "A\nB", "departments": []}`, "value-not-valid"},
		{`{"id": "7", "name": {}, "departments": []}`, "value-not-a-text"},
		{`{"id": 1.5, "name": "A", "departments": []}`, "value-not-a-text"},
		{`{"id": "7", "name": "A"}`, "departments-missing"},
		{`{"id": "7", "name": "A", "departments": null}`, "departments-missing"},
		{`{"id": "7", "name": "A", "departments": [true]}`, "departments-missing"},
		{`{"id": "7", "name": "A", "departments": [], "email": "a@"}`, "not-an-email-address"},
		{`{"id": "7", "name": "A", "departments": [], "mobile": "1.38E+10"}`, "not-a-telephone-number"},
		{`{"id": "7", "name": "A", "departments": [], "mobile": "+1"}`, "not-a-telephone-number"},
	} {
		r := read(t, `{"departments": [], "people": [{"id": "8", "name": "B", "departments": []}, `+test.row+`]}`)
		if r.IsWhole() || !slices.Equal(codes(r.Errors)[:1], []string{test.code}) {
			t.Errorf("%s: %q", test.row, codes(r.Errors))
		}
		if len(r.People) != 1 {
			t.Errorf("%s takes others with it", test.row)
		}
	}
}

func TestAProblemSaysWhereItIs(t *testing.T) {
	r := read(t, strings.Replace(company, `"Lao Bai"`, `""`, 1))
	want := "line 9, /people/1/name: a value is required"
	if said := r.Errors[0].Said.English; said != want {
		t.Errorf("it says %q", said)
	}
}

func TestAnIdOfTwoRowsIsNobodys(t *testing.T) {
	r := read(t, strings.Replace(company, `"id": "8"`, `"id": "7"`, 1))
	if len(r.People) != 0 || !slices.Equal(codes(r.Errors), []string{"id-not-unique"}) {
		t.Errorf("people: %d, errors: %q", len(r.People), codes(r.Errors))
	}
}

func TestADepartmentThatIsItsOwnAncestorKeepsItsPlace(t *testing.T) {
	r := read(t, strings.Replace(company, `"name": "Feihua"`, `"name": "Feihua", "parent": "x"`, 1))
	if !slices.Equal(codes(r.Errors), []string{"parent-cycle", "parent-cycle", "parent-cycle"}) {
		t.Errorf("the errors are %q", codes(r.Errors))
	}
	for _, object := range r.Objects()[:3] {
		if strings.Contains(object.Document, `"parent"`) {
			t.Errorf("%s says where it is", object.Document)
		}
	}
}

func TestADeepTreeIsOrdered(t *testing.T) {
	const depth = 100_000
	r := &Roster{departments: map[string]*Department{}}
	for level := range depth {
		department := &Department{ID: strconv.Itoa(level), Parent: strconv.Itoa(level + 1)}
		r.Departments = append(r.Departments, department)
		r.departments[department.ID] = department
	}
	r.breakCycles()
	r.orderParentsFirst()
	if !r.IsWhole() || r.Departments[0].ID != strconv.Itoa(depth-1) {
		t.Errorf("it has %d errors, and begins with %s", len(r.Errors), r.Departments[0].ID)
	}
}

func TestAReferenceToNobodyIsTakenOutOfAWholeRosterOnly(t *testing.T) {
	lost := strings.Replace(company, `"manager": "8"`, `"manager": "nobody"`, 1)
	for _, test := range []struct{ document, code, said string }{
		{lost, "reference-gone", `"manager":null`},
		{strings.Replace(lost, `"Lao Bai"`, `""`, 1), "reference-not-clear", ""},
	} {
		r := read(t, test.document)
		if !r.HasDangling() {
			t.Error("the reference is not found")
		}
		r.SettleReferences()
		document := r.Objects()[3].Document
		if !slices.Contains(codes(r.Warnings), test.code) || strings.Contains(document, `"manager"`) != (test.said != "") {
			t.Errorf("%q, %s", codes(r.Warnings), document)
		}
	}
}

func TestASecondReadingBringsWhatCameMeanwhile(t *testing.T) {
	first := read(t, strings.Replace(company, `"manager": "8"`, `"manager": "10"`, 1))
	second := read(t, strings.Replace(company, `"id": "8"`, `"id": "10"`, 1))
	first.Complete(second)
	if first.HasDangling() || len(first.People) != 3 {
		t.Errorf("there are %d people", len(first.People))
	}
}

func TestWhatIsNoRoster(t *testing.T) {
	for _, test := range []struct{ document, code string }{
		{" \n", "roster-empty"},
		{"<!doctype html>", "roster-is-a-web-page"},
		{"\xff", "not-utf8"},
		{"id,name", "roster-not-understood"},
		{"[]", "roster-not-understood"},
		{`{"people": []}`, "roster-not-understood"},
		{`{"people": {}, "departments": []}`, "roster-not-understood"},
		{`{"people": [], "people": [], "departments": []}`, "roster-not-understood"},
		{`{"people": [], "departments": []} {}`, "roster-not-understood"},
		{`{"people": [], "departments": []`, "roster-not-understood"},
	} {
		_, err := Read([]byte(test.document))
		if problem, isProblem := err.(*Problem); !isProblem || problem.Code != test.code {
			t.Errorf("%q: %v", test.document, err)
		}
	}
}

func TestWhatIsWrongWithSettings(t *testing.T) {
	for _, test := range []struct{ settings, code, setting string }{
		{`[]`, "settings-not-an-object", ""},
		{`{}`, "no-address", "/url"},
		{`{"url": 7}`, "setting-not-a-text", "/url"},
		{`{"url": "ftp://example.com"}`, "not-an-address", "/url"},
		{`{"url": "https://"}`, "not-an-address", "/url"},
		{`{"url": "https://a:b@example.com"}`, "password-in-address", "/url"},
		{`{"url": "https://example.com", "webhook_token": "short"}`, "not-a-token", "/webhook_token"},
		{`{"url": "https://example.com", "a/b": 1}`, "unknown-setting", "/a~1b"},
	} {
		_, problems := ReadSettings(test.settings)
		if len(problems) != 1 || problems[0].Code != test.code || problems[0].Setting != test.setting {
			t.Errorf("%s: %+v", test.settings, problems)
		}
	}
}

func TestTheOriginIsWhatAHostGrants(t *testing.T) {
	for address, origin := range map[string]string{
		"https://Example.com:443/a?b": "https://example.com",
		"http://example.com:8080":     "http://example.com:8080",
		" https://example.com/ ":      "https://example.com",
	} {
		settings, problems := ReadSettings(`{"url": "` + address + `"}`)
		if len(problems) > 0 || settings.Origin() != origin {
			t.Errorf("%q: %v %v", address, settings, problems)
		}
	}
}

func TestANoticeNamesEachOnceDepartmentsFirst(t *testing.T) {
	notice, err := ReadNotice([]byte(`{"id": "n", "people": ["7", 8, "7"], "departments": [" rd "]}`))
	want := []Key{{DepartmentType, "rd"}, {PersonType, "7"}, {PersonType, "8"}}
	if err != nil || notice.ID != "n" || !slices.Equal(notice.Keys, want) {
		t.Errorf("%+v, %v", notice, err)
	}
	again, err := ReadPayload(Payload(notice.Keys))
	if err != nil || !slices.Equal(again, want) {
		t.Errorf("the payload gives %+v, %v", again, err)
	}
}

func TestANoticeOfManyBecomesSeveralEvents(t *testing.T) {
	notice, err := ReadNotice([]byte(`{"people": [` + numbers(201) + `]}`))
	if err != nil || len(notice.Parts()) != 3 || len(notice.Parts()[2]) != 1 {
		t.Errorf("%d parts, %v", len(notice.Parts()), err)
	}
}

func TestANoticeOfTooManyIsRefused(t *testing.T) {
	if _, err := ReadNotice([]byte(`{"people": [` + numbers(maxNamed) + `]}`)); err != nil {
		t.Error(err)
	}
	if _, err := ReadNotice([]byte(`{"people": [` + numbers(maxNamed+1) + `]}`)); err == nil {
		t.Error("it is taken")
	}
}

// numbers are so many, one after another.
func numbers(n int) string {
	var list []string
	for number := range n {
		list = append(list, strconv.Itoa(number))
	}
	return strings.Join(list, ",")
}

func TestWhatIsWrongWithANotice(t *testing.T) {
	for _, body := range []string{
		``, `[]`, `null`, `{}`, `{"people": []}`, `{"people": "7"}`, `{"people": null}`, `{"people": [1.5]}`, `{"people": [""]}`,
		`{"people": ["` + strings.Repeat("x", maxIDBytes+1) + `"]}`, `{"id": "", "people": ["7"]}`, `{"id": 7, "people": ["7"]}`,
		`{"id": "` + strings.Repeat("x", maxDeliveryIDBytes+1) + `", "people": ["7"]}`, "{\"people\": [\"\xff\"]}",
	} {
		if notice, err := ReadNotice([]byte(body)); err == nil {
			t.Errorf("%q is %+v", body, notice)
		}
	}
}

// delivery is one of the vectors that the connector in Rust and its other twins pass, too.
type delivery struct {
	Name  string
	Body  []part
	Named []string
	// Wrong is what is wrong with the body; empty where nothing is.
	Wrong string
}

// part is a text, or one that is repeated.
type part struct {
	Repeat string
	Times  int
}

func (p *part) UnmarshalJSON(value []byte) error {
	if json.Unmarshal(value, &p.Repeat) == nil {
		p.Times = 1
		return nil
	}
	type repeated part
	return json.Unmarshal(value, (*repeated)(p))
}

func (d delivery) body() []byte {
	var text strings.Builder
	for _, part := range d.Body {
		text.WriteString(strings.Repeat(part.Repeat, part.Times))
	}
	return []byte(text.String())
}

// told is what the sender of a delivery that is wrong is told.
func (d delivery) told() string {
	switch {
	case d.Wrong == "body":
		return `the body must be a JSON object such as {"people": ["7"]}`
	case d.Wrong == "nobody":
		return "the body names nobody: list ids under `people` or `departments`"
	case strings.HasSuffix(d.Wrong, "]"):
		return "`" + d.Wrong + "` must be a text of 1 to 256 bytes or a whole number"
	default:
		return "`" + d.Wrong + "` must be a list of ids"
	}
}

func TestTheVectorsOfDeliveries(t *testing.T) {
	text, err := os.ReadFile("../../../../connector/roster/vectors/deliveries.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct{ Cases []delivery }
	if err := json.Unmarshal(text, &vectors); err != nil || len(vectors.Cases) == 0 {
		t.Fatal("there are no cases", err)
	}
	for _, one := range vectors.Cases {
		notice, err := ReadNotice(one.body())
		if one.Wrong != "" {
			if err == nil || err.Error() != one.told() {
				t.Errorf("%s: %v, not %q", one.Name, err, one.told())
			}
			continue
		}
		var named []string
		for _, key := range notice.Keys {
			named = append(named, key.ResourceType+":"+key.ID)
		}
		if err != nil || !slices.Equal(named, one.Named) {
			t.Errorf("%s: %q, %v", one.Name, named, err)
		}
	}
}
