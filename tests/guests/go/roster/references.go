package roster

import "slices"

func (r *Roster) someoneNamesADepartment() bool {
	return slices.ContainsFunc(r.People, func(person *Person) bool { return len(person.Departments) > 0 })
}

// giveUpRejected makes references to rows that are wrong unclear, so that the platform keeps what it holds there. The row
// that is wrong has a problem of its own.
func (r *Roster) giveUpRejected() {
	isRejected := func(id string) bool { return r.rejected[Key{DepartmentType, id}] }
	for _, department := range r.Departments {
		department.ParentUnclear = isRejected(department.Parent)
	}
	for _, person := range r.People {
		// A list with a hole would take the person out of the department that is missing from it.
		person.DepartmentsUnclear = slices.ContainsFunc(person.Departments, isRejected)
		if r.rejected[Key{PersonType, person.Manager}] {
			person.Manager = ""
		}
	}
}

// breakCycles takes the parent from each department that is its own ancestor.
func (r *Roster) breakCycles() {
	for _, department := range r.onCycles() {
		department.ParentUnclear = true
		problem := parentCycle(department)
		problem.Key, problem.Name = department.key(), department.Name
		r.Errors = append(r.Errors, problem)
	}
}

// onCycles are the departments that are their own ancestors. Each is passed by one walk upwards only, so a deep tree costs
// no more than a flat one.
func (r *Roster) onCycles() []*Department {
	var found []*Department
	passedBy := map[*Department]*Department{}
	for _, start := range r.Departments {
		at := start
		for at != nil && passedBy[at] == nil {
			passedBy[at] = start
			at = r.departments[at.Parent]
		}
		if at == nil || passedBy[at] != start {
			continue
		}
		// This walk has come back to where it was.
		for next := at; ; {
			found = append(found, next)
			if next = r.departments[next.Parent]; next == at {
				break
			}
		}
	}
	return found
}

// orderParentsFirst orders departments so that each comes after the one that it is in.
func (r *Roster) orderParentsFirst() {
	below := map[string][]*Department{}
	var ordered []*Department
	for _, department := range r.Departments {
		if !department.ParentUnclear && r.departments[department.Parent] != nil {
			below[department.Parent] = append(below[department.Parent], department)
		} else {
			ordered = append(ordered, department)
		}
	}
	for next := 0; next < len(ordered); next++ {
		ordered = append(ordered, below[ordered[next].ID]...)
	}
	r.Departments = ordered
}

// Complete adds what a second reading lists and this one does not: what came to the roster meanwhile. A second reading with
// errors leaves nothing certain, so its errors become this one's.
func (r *Roster) Complete(second *Roster) {
	r.Errors = append(r.Errors, second.Errors...)
	for _, department := range second.Departments {
		if r.departments[department.ID] == nil {
			r.departments[department.ID] = department
			r.Departments = append(r.Departments, department)
		}
	}
	for _, person := range second.People {
		if r.people[person.ID] == nil {
			r.people[person.ID] = person
			r.People = append(r.People, person)
		}
	}
	r.orderParentsFirst()
}

// Distrust adds an error from elsewhere: what is not listed may be there all the same.
func (r *Roster) Distrust(why Problem) {
	r.Errors = append(r.Errors, why)
}

// HasDangling tells whether anything refers to what is not listed.
func (r *Roster) HasDangling() bool {
	return slices.ContainsFunc(r.Departments, r.isParentDangling) || slices.ContainsFunc(r.People, func(person *Person) bool {
		return r.isManagerDangling(person) || len(r.danglingDepartments(person)) > 0
	})
}

func (r *Roster) isParentDangling(department *Department) bool {
	return department.Parent != "" && !department.ParentUnclear && r.departments[department.Parent] == nil
}

func (r *Roster) isManagerDangling(person *Person) bool {
	return person.Manager != "" && r.people[person.Manager] == nil
}

func (r *Roster) danglingDepartments(person *Person) []string {
	if person.DepartmentsUnclear {
		return nil
	}
	var dangling []string
	for _, id := range person.Departments {
		if r.departments[id] == nil {
			dangling = append(dangling, id)
		}
	}
	return dangling
}

// SettleReferences takes out every reference to what is not listed. A whole roster proves that it is gone; of another
// nobody knows, so nothing is said of that member and the platform keeps what it holds there.
func (r *Roster) SettleReferences() {
	isGone := r.IsWhole()
	for _, department := range r.Departments {
		if r.isParentDangling(department) {
			r.tellDangling(department.at, department.key(), department.Name, "parent", department.Parent, isGone)
			department.Parent, department.ParentUnclear = "", !isGone
		}
	}
	for _, person := range r.People {
		dangling := r.danglingDepartments(person)
		for _, id := range dangling {
			r.tellDangling(person.at, person.key(), person.Name, "departments", id, isGone)
		}
		person.DepartmentsUnclear = person.DepartmentsUnclear || (len(dangling) > 0 && !isGone)
		person.Departments = slices.DeleteFunc(person.Departments, func(id string) bool { return slices.Contains(dangling, id) })
		if r.isManagerDangling(person) {
			r.tellDangling(person.at, person.key(), person.Name, "manager", person.Manager, isGone)
			person.Manager, person.ManagerGone = "", isGone
		}
	}
}

func (r *Roster) tellDangling(at place, key Key, name, column, id string, isGone bool) {
	problem := referenceUnknown(at, column, id, isGone)
	problem.Key, problem.Name = key, name
	r.Warnings = append(r.Warnings, problem)
}
