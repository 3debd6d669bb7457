// Package export_rollcall_connector_identity_source is where the generated bindings look for the functions of the
// interface `identity-source`; its name is theirs.
package export_rollcall_connector_identity_source

import (
	"go.bytecodealliance.org/pkg/wit/types"

	"rollcall.example/roster/connector"
	"rollcall.example/roster/wit/imports/rollcall_connector_identity_source"
)

// Describe says who this connector is.
func Describe() rollcall_connector_identity_source.Descriptor {
	return connector.Describe()
}

// Validate checks the settings, all problems at once.
func Validate(settings string) wit_types.Result[connector.Plan, connector.InvalidSettings] {
	return connector.Validate(settings)
}

// Check checks the settings against the source itself.
func Check(settings string) []connector.Finding {
	return connector.Check(settings)
}

// Sync brings the whole directory in line. It leaves no checkpoint: a roster is read in one piece.
func Sync(settings string, _ wit_types.Option[string]) wit_types.Result[connector.Summary, connector.Failure] {
	return connector.Sync(settings)
}

// Refresh brings just these objects in line.
func Refresh(settings string, keys []connector.Key) wit_types.Result[connector.Summary, connector.Failure] {
	return connector.Refresh(settings, keys)
}
