package roster

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
)

// The schemas of the documents. Source: the contract, `model.directory-object.document`.
const (
	departmentSchema       = "urn:rollcall:scim:schemas:2.0:Department"
	userSchema             = "urn:ietf:params:scim:schemas:core:2.0:User"
	enterpriseUserSchema   = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	organisationUserSchema = "urn:rollcall:scim:schemas:extension:2.0:User"
)

// Object is a department or a person as the platform gets it.
type Object struct {
	Key  Key
	Name string
	// Names are the objects that it refers to.
	Names []Key
	// Document is JSON with the names in order, so one object has one text.
	Document string
}

// Version is a text that differs whenever the document does.
func (o Object) Version() string {
	digest := fnv.New64a()
	digest.Write([]byte(o.Document))
	return fmt.Sprintf("%016x", digest.Sum64())
}

// Objects are all of a roster, parents first, once its references are settled.
func (r *Roster) Objects() []Object {
	objects := make([]Object, 0, len(r.Departments)+len(r.People))
	for _, department := range r.Departments {
		objects = append(objects, department.object())
	}
	for _, person := range r.People {
		objects = append(objects, person.object())
	}
	return objects
}

// attributes is a JSON object. What is empty is left out: the platform then keeps what it holds there.
type attributes map[string]any

func (a attributes) setText(name, text string) {
	if text != "" {
		a[name] = text
	}
}

func (a attributes) setTyped(name, kind, text string) {
	if text != "" {
		a[name] = []attributes{{"type": kind, "value": text}}
	}
}

func reference(id string) attributes {
	return attributes{"value": id}
}

func (d *Department) object() Object {
	document := attributes{"schemas": []string{departmentSchema}, "externalId": d.ID, "displayName": d.Name}
	document.setText("order", d.Order)
	var names []Key
	switch {
	case d.ParentUnclear:
	case d.Parent == "":
		document["parent"] = nil
	default:
		document["parent"] = reference(d.Parent)
		names = append(names, Key{DepartmentType, d.Parent})
	}
	return object(d.key(), d.Name, names, document)
}

func (p *Person) object() Object {
	document := attributes{
		"schemas":     []string{userSchema, enterpriseUserSchema, organisationUserSchema},
		"externalId":  p.ID,
		"displayName": p.Name,
		"userName":    p.ID,
		"name":        attributes{"formatted": p.Name},
		"active":      true,
	}
	document.setTyped("emails", "work", p.Email)
	document.setTyped("phoneNumbers", "mobile", p.Mobile)
	document.setText("title", p.Title)
	var names []Key
	enterprise := attributes{}
	enterprise.setText("employeeNumber", p.EmployeeNumber)
	if p.ManagerGone {
		enterprise["manager"] = nil
	} else if p.Manager != "" {
		enterprise["manager"] = reference(p.Manager)
		names = append(names, Key{PersonType, p.Manager})
	}
	if len(enterprise) > 0 {
		document[enterpriseUserSchema] = enterprise
	}
	if !p.DepartmentsUnclear {
		departments := make([]attributes, len(p.Departments))
		for index, id := range p.Departments {
			departments[index] = reference(id)
			names = append(names, Key{DepartmentType, id})
		}
		document[organisationUserSchema] = attributes{"departments": departments}
	}
	return object(p.key(), p.Name, names, document)
}

func object(key Key, name string, names []Key, document attributes) Object {
	text, err := json.Marshal(document)
	if err != nil {
		panic(fmt.Sprintf("a document of texts, lists and maps is JSON: %v", err))
	}
	return Object{key, name, names, string(text)}
}
