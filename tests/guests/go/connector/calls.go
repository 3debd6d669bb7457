package connector

import (
	"go.bytecodealliance.org/pkg/wit/types"

	"rollcall.example/roster/roster"
	"rollcall.example/roster/wit/imports/rollcall_connector_identity_source"
	"rollcall.example/roster/wit/imports/rollcall_connector_model"
)

type (
	// Plan is what some settings will need.
	Plan = rollcall_connector_identity_source.Plan
	// InvalidSettings is everything that is wrong with some.
	InvalidSettings = rollcall_connector_identity_source.InvalidSettings
)

// version is the connector's own.
const version = "0.1.0"

// Describe says who this connector is.
func Describe() rollcall_connector_identity_source.Descriptor {
	types := make([]rollcall_connector_identity_source.ResourceType, len(resourceTypes))
	for index, name := range resourceTypes {
		types[index] = rollcall_connector_identity_source.ResourceType{Name: name, IdentityAttribute: optional("")}
	}
	return rollcall_connector_identity_source.Descriptor{
		Id:             "roster-go",
		Name:           "Roster (JSON), in Go",
		Names:          []rollcall_connector_identity_source.LocalizedName{{Language: "zh-CN", Name: "花名册（JSON），Go 版"}},
		Version:        version,
		SettingsSchema: roster.SettingsSchema,
		ResourceTypes:  types,
	}
}

// Validate checks the settings, all problems at once.
func Validate(text string) wit_types.Result[Plan, InvalidSettings] {
	settings, problems := roster.ReadSettings(text)
	if len(problems) > 0 {
		return wit_types.Err[Plan](InvalidSettings{Problems: settingDiagnoses(problems)})
	}
	origins := []string{settings.Origin()}
	plan := Plan{
		Origins:        []rollcall_connector_identity_source.Origin{{Origin: origins[0]}},
		EventDelivery:  rollcall_connector_identity_source.EventDelivery_None,
		PollIntervalMs: wit_types.None[uint32](),
	}
	if settings.Authorization != "" {
		plan.Secrets = []rollcall_connector_identity_source.SecretUse{{Setting: "/authorization", Origins: origins}}
	}
	if settings.WebhookToken != "" {
		plan.EventDelivery = rollcall_connector_identity_source.EventDelivery_Callbacks
	}
	return wit_types.Ok[Plan, InvalidSettings](plan)
}

// Check checks the settings against the source itself.
func Check(text string) []Finding {
	settings, problems := roster.ReadSettings(text)
	if len(problems) > 0 {
		var findings []Finding
		for _, why := range settingDiagnoses(problems) {
			findings = append(findings, Finding{Check: "settings", Status: failed, Diagnosis: why})
		}
		return findings
	}
	return (&source{settings}).check()
}

// Sync brings the whole directory in line.
func Sync(text string) wit_types.Result[Summary, Failure] {
	return called(text, (*source).sync)
}

// Refresh brings just these objects in line.
func Refresh(text string, keys []Key) wit_types.Result[Summary, Failure] {
	return called(text, func(s *source) (Summary, error) {
		asked := make([]roster.Key, len(keys))
		for index, key := range keys {
			asked[index] = rosterKey(key)
		}
		result, err := s.refresh(asked)
		return result.summary, err
	})
}

// Receive verifies a delivery of whoever keeps the roster.
func Receive(text string, delivery Delivery) wit_types.Result[Receipt, Failure] {
	return called(text, func(s *source) (Receipt, error) { return s.receive(delivery) })
}

// Handle acts on stored events.
func Handle(text string, events []SourceEvent) wit_types.Result[Handled, Failure] {
	return called(text, func(s *source) (Handled, error) { return s.handle(events) })
}

// NoChannel is why no message of a channel is understood.
func NoChannel() Failure {
	return fail(rollcall_connector_model.FailureKind_Other, said("no-channel", roster.Text{
		English: "a message came over a channel, and a roster has none",
		Chinese: "通过长连接收到了消息，但花名册没有长连接",
	}, roster.Text{})).failure
}

// called answers a call that needs settings without a problem.
func called[T any](text string, call func(*source) (T, error)) wit_types.Result[T, Failure] {
	settings, problems := roster.ReadSettings(text)
	if len(problems) > 0 {
		return wit_types.Err[T](fail(rollcall_connector_model.FailureKind_Settings, settingDiagnoses(problems)[0]).failure)
	}
	answer, err := call(&source{settings})
	if err != nil {
		return wit_types.Err[T](asFailure(err))
	}
	return wit_types.Ok[T, Failure](answer)
}

func settingDiagnoses(problems []roster.SettingProblem) []Diagnosis {
	diagnoses := make([]Diagnosis, len(problems))
	for index, problem := range problems {
		diagnoses[index] = diagnosis(problem.Problem)
		diagnoses[index].Setting = some(problem.Setting)
	}
	return diagnoses
}
