// Package roster reads a roster: a JSON document with all departments and all people of an organisation.
//
// It is pure: bytes in, departments and people and what is wrong with them out. It knows nothing of WebAssembly, so
// `go test ./roster` tries all of it on the machine at hand.
package roster

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// maxQuotedChars is how much of a value a message repeats: enough to find the cell, short enough for a line of a log.
const maxQuotedChars = 60

// Text is a sentence in English and in Chinese.
type Text struct {
	English, Chinese string
}

// Fact is a name and a value that help whoever mends a problem.
type Fact struct {
	Name, Value string
}

// Key says which department or person is meant.
type Key struct {
	// ResourceType is Department or Person.
	ResourceType, ID string
}

// The resource types, parents first.
const (
	DepartmentType = "Department"
	PersonType     = "User"
)

// Problem is something that is wrong, and what to do about it.
type Problem struct {
	// Code is a stable name in kebab-case.
	Code string
	// Said is what is wrong, Remedy what mends it; that may be empty.
	Said, Remedy Text
	Facts        []Fact
	// Key is whose row it is about, and Name what a person calls that one; the zero Key where it is about none.
	Key  Key
	Name string
}

// Error makes a problem with a whole file an error.
func (p *Problem) Error() string {
	return p.Code + ": " + p.Said.English
}

// place is where a row stands: the line on which it begins, from 1, and its JSON pointer.
type place struct {
	line    int
	pointer string
}

// problem is one about this row, or about one column of it.
func (p place) problem(column, code string, said, remedy Text) Problem {
	at := p.pointer
	facts := []Fact{{"line", strconv.Itoa(p.line)}, {"row", p.pointer}}
	if column != "" {
		at += "/" + column
		facts = append(facts, Fact{"column", column})
	}
	return Problem{
		Code: code,
		Said: Text{
			fmt.Sprintf("line %d, %s: %s", p.line, at, said.English),
			fmt.Sprintf("第 %d 行 %s：%s", p.line, at, said.Chinese),
		},
		Remedy: remedy,
		Facts:  facts,
	}
}

// Quoted is a value as a message repeats it: quoted, and not too much of it.
func Quoted(value string) string {
	if utf8.RuneCountInString(value) > maxQuotedChars {
		value = string([]rune(value)[:maxQuotedChars]) + "…"
	}
	return strconv.Quote(value)
}
