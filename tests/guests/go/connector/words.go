// Package connector is how a roster answers each call of a host. What the roster says is decided in package roster.
package connector

import (
	"unicode/utf8"

	"go.bytecodealliance.org/pkg/wit/types"

	"rollcall.example/roster/roster"
	"rollcall.example/roster/wit/imports/rollcall_connector_history"
	"rollcall.example/roster/wit/imports/rollcall_connector_model"
)

// The contract's types by names that fit into a line.
type (
	Diagnosis = rollcall_connector_model.Diagnosis
	Failure   = rollcall_connector_model.Failure
	Key       = rollcall_connector_model.Key
	logEntry  = rollcall_connector_history.LogEntry
	nameValue = rollcall_connector_model.NameValue
)

// maxSubjectNameBytes is how long the name of an object in a log may be. Source: the contract.
const maxSubjectNameBytes = 256

// callError is why a call fails.
type callError struct {
	failure Failure
}

func (e *callError) Error() string {
	return e.failure.Diagnosis.Message
}

func fail(kind rollcall_connector_model.FailureKind, why Diagnosis) *callError {
	return &callError{Failure{Kind: kind, Diagnosis: why}}
}

// refused is a failure of the host itself: the run ends, and its administrator has to act.
func refused(why Diagnosis) *callError {
	return fail(rollcall_connector_model.FailureKind_Host, why)
}

// diagnosis is a problem in the contract's words.
func diagnosis(problem roster.Problem) Diagnosis {
	facts := make([]nameValue, len(problem.Facts))
	for index, fact := range problem.Facts {
		facts[index] = nameValue{Name: fact.Name, Value: fact.Value}
	}
	return Diagnosis{
		Code:    problem.Code,
		Message: problem.Said.English,
		Remedy:  optional(problem.Remedy.English),
		Translations: []rollcall_connector_model.Translation{
			{Language: "zh-CN", Message: problem.Said.Chinese, Remedy: optional(problem.Remedy.Chinese)},
		},
		Facts: facts,
	}
}

// said is a diagnosis that needs no facts.
func said(code string, message, remedy roster.Text) Diagnosis {
	return diagnosis(roster.Problem{Code: code, Said: message, Remedy: remedy})
}

// entry is a line of the run's log about a problem.
func entry(severity rollcall_connector_history.Severity, problem roster.Problem) logEntry {
	line := logEntry{Severity: severity, Diagnosis: diagnosis(problem)}
	if problem.Key != (roster.Key{}) {
		line.Subject = some(keyOf(problem.Key))
		line.SubjectName = optional(clipped(problem.Name, maxSubjectNameBytes))
	}
	return line
}

func keyOf(key roster.Key) Key {
	return Key{ResourceType: key.ResourceType, ExternalId: key.ID}
}

func rosterKey(key Key) roster.Key {
	return roster.Key{ResourceType: key.ResourceType, ID: key.ExternalId}
}

// optional is a text, or none where it is empty.
func optional(text string) wit_types.Option[string] {
	if text == "" {
		return wit_types.None[string]()
	}
	return wit_types.Some(text)
}

// clipped is as much of a text as has so many bytes.
func clipped(text string, maxBytes int) string {
	if len(text) <= maxBytes {
		return text
	}
	end := maxBytes - len("…")
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// noDiagnosis is none.
var noDiagnosis = wit_types.None[Diagnosis]()

// some is a value that is there.
func some[T any](value T) wit_types.Option[T] {
	return wit_types.Some(value)
}
