package roster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Department is a department as its row says it.
type Department struct {
	at       place
	ID, Name string
	// Parent is the id of the department above; empty at the top.
	Parent string
	// ParentUnclear says that nobody can tell from the roster where it is.
	ParentUnclear bool
	// Order is a whole number as its digits; siblings with a smaller one come first. Empty where there is none.
	Order string
}

// Person is a person as their row says it. What is empty is not known.
type Person struct {
	at                                   place
	ID, Name                             string
	Email, Mobile, Title, EmployeeNumber string
	// Departments are sorted, each once.
	Departments []string
	// DepartmentsUnclear says that one of them stands on a row that is wrong.
	DepartmentsUnclear bool
	// Manager is the id of a person. ManagerGone says that the row names one whom a whole roster does not list.
	Manager     string
	ManagerGone bool
}

// Roster is what was read of a document.
type Roster struct {
	// Departments are ordered with parents first, and else as their rows.
	Departments []*Department
	People      []*Person
	// Errors are what was not understood. A roster with one is not whole: absence from it means nothing.
	Errors []Problem
	// Warnings are what was left out.
	Warnings []Problem

	departments map[string]*Department
	people      map[string]*Person
	rejected    map[Key]bool
}

// IsWhole tells whether everything was understood.
func (r *Roster) IsWhole() bool {
	return len(r.Errors) == 0
}

// Has tells whether there is such a department or person.
func (r *Roster) Has(key Key) bool {
	switch key.ResourceType {
	case DepartmentType:
		return r.departments[key.ID] != nil
	case PersonType:
		return r.people[key.ID] != nil
	default:
		return false
	}
}

// Read reads a document. It fails with a *Problem when that is no roster.
func Read(document []byte) (*Roster, error) {
	document = bytes.TrimPrefix(document, []byte("\ufeff"))
	if problem := notADocument(document); problem != nil {
		return nil, problem
	}
	lists, err := readLists(document)
	if err != nil {
		return nil, notUnderstood(err)
	}
	r := &Roster{rejected: map[Key]bool{}}
	r.Departments, r.departments = readRows(r, lists["departments"], departmentColumns, readDepartment)
	r.People, r.people = readRows(r, lists["people"], personColumns, readPerson)
	if len(lists["people"].rows) == 0 {
		r.Errors = append(r.Errors, noPeople())
	}
	if len(lists["departments"].rows) == 0 && r.someoneNamesADepartment() {
		r.Errors = append(r.Errors, noDepartments())
	}
	r.giveUpRejected()
	r.breakCycles()
	r.orderParentsFirst()
	return r, nil
}

// list is one list of the document: its elements, and where each begins.
type list struct {
	rows   []json.RawMessage
	places []place
}

// readLists finds the two lists, reading token by token so that it knows on which line each row begins.
func readLists(document []byte) (map[string]list, error) {
	decoder := json.NewDecoder(bytes.NewReader(document))
	if err := expect(decoder, '{'); err != nil {
		return nil, err
	}
	lists := map[string]list{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		member, _ := name.(string)
		if member != "departments" && member != "people" {
			var passedOver json.RawMessage
			if err := decoder.Decode(&passedOver); err != nil {
				return nil, err
			}
			continue
		}
		if _, isThere := lists[member]; isThere {
			return nil, fmt.Errorf("`%s` stands there twice", member)
		}
		if lists[member], err = readList(decoder, document, member); err != nil {
			return nil, err
		}
	}
	if err := expect(decoder, '}'); err != nil {
		return nil, err
	}
	if rest := bytes.TrimSpace(document[decoder.InputOffset():]); len(rest) > 0 {
		return nil, fmt.Errorf("something follows after its end")
	}
	for _, member := range []string{"departments", "people"} {
		if _, isThere := lists[member]; !isThere {
			return nil, fmt.Errorf("`%s` is missing", member)
		}
	}
	return lists, nil
}

func readList(decoder *json.Decoder, document []byte, member string) (list, error) {
	var found list
	if err := expect(decoder, '['); err != nil {
		return found, err
	}
	line, countedTo := 1, int64(0)
	for decoder.More() {
		var row json.RawMessage
		if err := decoder.Decode(&row); err != nil {
			return found, err
		}
		begin := decoder.InputOffset() - int64(len(row))
		line += bytes.Count(document[countedTo:begin], []byte("\n"))
		countedTo = begin
		found.places = append(found.places, place{line, fmt.Sprintf("/%s/%d", member, len(found.rows))})
		found.rows = append(found.rows, row)
	}
	return found, expect(decoder, ']')
}

func expect(decoder *json.Decoder, sign json.Delim) error {
	token, err := decoder.Token()
	if err != nil {
		return err
	}
	if token != sign {
		return fmt.Errorf("%v stands where %v is expected", token, sign)
	}
	return nil
}

// row is what a department and a person have in common.
type row interface {
	comparable
	key() Key
	name() string
	where() place
}

func (d *Department) key() Key     { return Key{DepartmentType, d.ID} }
func (d *Department) name() string { return d.Name }
func (d *Department) where() place { return d.at }

func (p *Person) key() Key     { return Key{PersonType, p.ID} }
func (p *Person) name() string { return p.Name }
func (p *Person) where() place { return p.at }

func readDepartment(c *cells) *Department {
	return &Department{
		at:     c.at,
		ID:     c.required("id", maxIDBytes),
		Name:   c.required("name", maxValueBytes),
		Parent: c.text("parent", maxIDBytes),
		Order:  c.wholeNumber("order"),
	}
}

func readPerson(c *cells) *Person {
	return &Person{
		at:             c.at,
		ID:             c.required("id", maxIDBytes),
		Name:           c.required("name", maxValueBytes),
		Departments:    c.ids("departments"),
		Email:          c.email("email"),
		Mobile:         c.telephone("mobile"),
		Title:          c.text("title", maxValueBytes),
		EmployeeNumber: c.text("employee_number", maxValueBytes),
		Manager:        c.text("manager", maxIDBytes),
	}
}

// readRows reads one list, each row by itself: one that is wrong takes no other with it. What it returns has no id twice.
func readRows[R row](r *Roster, rows list, columns []string, read func(*cells) R) ([]R, map[string]R) {
	unknown := map[string]bool{}
	var inOrder []R
	byID := map[string]R{}
	for index, raw := range rows.rows {
		c := readCells(rows.places[index], raw)
		for name := range c.values {
			if !slices.Contains(columns, name) {
				unknown[name] = true
			}
		}
		if c.isBroken() {
			r.Errors = append(r.Errors, c.problems...)
			continue
		}
		one := read(c)
		key := one.key()
		if len(c.problems) > 0 {
			r.reject(key, one.name(), c.problems)
			continue
		}
		if first, isThere := byID[key.ID]; isThere {
			r.reject(key, one.name(), []Problem{notUnique(one.where(), key, first.where())})
			continue
		}
		byID[key.ID] = one
		inOrder = append(inOrder, one)
	}
	if len(unknown) > 0 {
		r.Warnings = append(r.Warnings, unknownColumns(slices.Sorted(maps.Keys(unknown)), columns))
	}
	// An id of a wrong row, or of two rows, is nobody's.
	isRejected := func(one R) bool { return r.rejected[one.key()] }
	maps.DeleteFunc(byID, func(_ string, one R) bool { return isRejected(one) })
	return slices.DeleteFunc(inOrder, isRejected), byID
}

// reject notes what is wrong with a row, which is not imported then.
func (r *Roster) reject(key Key, name string, problems []Problem) {
	for _, problem := range problems {
		if key.ID != "" {
			problem.Key, problem.Name = key, name
		}
		r.Errors = append(r.Errors, problem)
	}
	if key.ID != "" {
		r.rejected[key] = true
	}
}
