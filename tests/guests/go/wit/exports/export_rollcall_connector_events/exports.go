// Package export_rollcall_connector_events is where the generated bindings look for the functions of the interface
// `events`; its name is theirs.
package export_rollcall_connector_events

import (
	"go.bytecodealliance.org/pkg/wit/types"

	"rollcall.example/roster/connector"
	"rollcall.example/roster/wit/imports/rollcall_connector_events"
	"rollcall.example/roster/wit/imports/rollcall_connector_model"
)

// Receive verifies a delivery of whoever keeps the roster.
func Receive(settings string, delivery connector.Delivery) wit_types.Result[connector.Receipt, connector.Failure] {
	return connector.Receive(settings, delivery)
}

// Handle acts on stored events.
func Handle(settings string, events []connector.SourceEvent) wit_types.Result[connector.Handled, connector.Failure] {
	return connector.Handle(settings, events)
}

// FetchEvents has nothing: nobody keeps what was not delivered; a full reading finds it.
func FetchEvents(
	string, wit_types.Option[string],
) wit_types.Result[rollcall_connector_events.FetchedEvents, connector.Failure] {
	nothing := rollcall_connector_events.FetchedEvents{Cursor: wit_types.None[string]()}
	return wit_types.Ok[rollcall_connector_events.FetchedEvents, connector.Failure](nothing)
}

// OpenChannel has none to open.
func OpenChannel(string) wit_types.Result[wit_types.Option[rollcall_connector_events.Channel], connector.Failure] {
	none := wit_types.None[rollcall_connector_events.Channel]()
	return wit_types.Ok[wit_types.Option[rollcall_connector_events.Channel], connector.Failure](none)
}

// Frame understands no message, for a roster has no channel.
func Frame(
	string, string, rollcall_connector_model.Body,
) wit_types.Result[rollcall_connector_events.Reaction, connector.Failure] {
	return wit_types.Err[rollcall_connector_events.Reaction](connector.NoChannel())
}
