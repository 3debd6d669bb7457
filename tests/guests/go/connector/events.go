package connector

import (
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"go.bytecodealliance.org/pkg/wit/types"

	"rollcall.example/roster/roster"
	"rollcall.example/roster/wit/imports/rollcall_connector_events"
	"rollcall.example/roster/wit/imports/rollcall_connector_history"
	"rollcall.example/roster/wit/imports/rollcall_connector_host"
	"rollcall.example/roster/wit/imports/rollcall_connector_model"
)

type (
	Delivery    = rollcall_connector_events.Delivery
	Receipt     = rollcall_connector_events.Receipt
	SourceEvent = rollcall_connector_events.SourceEvent
	Handled     = rollcall_connector_events.Handled
)

const (
	// tokenHeader holds the token of the settings.
	tokenHeader = "x-roster-token"
	eventKind   = "roster-changed"
	// randomIDBytes make an id that no other delivery has.
	randomIDBytes = 16
)

// receive verifies a delivery, and says which objects it names. They are read again before anything is changed.
func (s *source) receive(delivery Delivery) (Receipt, error) {
	if s.settings.WebhookToken == "" {
		why := said("webhook-not-set-up", roster.Text{
			English: "a change of the roster was told, and no `webhook_token` is set",
			Chinese: "收到了花名册的变更通知，但没有填写 webhook_token",
		}, roster.Text{
			English: "set `webhook_token`, or have the sender stop",
			Chinese: "请填写 webhook_token，或让发送方停止发送",
		})
		why.Setting = some("/webhook_token")
		return Receipt{}, fail(rollcall_connector_model.FailureKind_Settings, why)
	}
	if delivery.Method != "POST" {
		return textReceipt(405, "a change is told by POST"), nil
	}
	if !s.isAuthentic(delivery) {
		return Receipt{}, fail(rollcall_connector_model.FailureKind_Other, said("webhook-not-authentic", roster.Text{
			English: "a change of the roster was told without the right token",
			Chinese: "收到的花名册变更通知没有携带正确的令牌",
		}, roster.Text{
			English: "have the sender put `webhook_token` into the header X-Roster-Token",
			Chinese: "请让发送方在请求头 X-Roster-Token 中携带 webhook_token",
		}))
	}
	notice, err := roster.ReadNotice(bodyBytes(delivery.Body))
	if err != nil {
		return textReceipt(400, err.Error()), nil
	}
	return Receipt{
		Status:      202,
		ContentType: rollcall_connector_events.ContentType_Json,
		Body:        fmt.Sprintf(`{"accepted":%d}`, len(notice.Keys)),
		Events:      eventsOf(notice),
	}, nil
}

func textReceipt(status uint16, words string) Receipt {
	return Receipt{Status: status, ContentType: rollcall_connector_events.ContentType_Text, Body: words}
}

func (s *source) isAuthentic(delivery Delivery) bool {
	given := ""
	if index := slices.IndexFunc(delivery.Headers, func(one nameValue) bool { return one.Name == tokenHeader }); index >= 0 {
		given = delivery.Headers[index].Value
	}
	return subtle.ConstantTimeCompare([]byte(given), []byte(s.settings.WebhookToken)) == 1
}

func bodyBytes(body rollcall_connector_model.Body) []byte {
	if body.Tag() == rollcall_connector_model.Body_Bytes {
		return body.Bytes()
	}
	return []byte(body.Text())
}

// eventsOf makes events of a notice. One without an id is a change of its own, and not a repeat of an earlier one.
func eventsOf(notice roster.Notice) []SourceEvent {
	prefix := "roster:" + notice.ID
	if notice.ID == "" {
		prefix = hex.EncodeToString(rollcall_connector_host.Random(randomIDBytes))
	}
	var events []SourceEvent
	for number, keys := range notice.Parts() {
		subjects := make([]Key, len(keys))
		for index, key := range keys {
			subjects[index] = keyOf(key)
		}
		events = append(events, SourceEvent{
			Id:           fmt.Sprintf("%s:%d", prefix, number),
			Kind:         eventKind,
			Payload:      roster.Payload(keys),
			OccurredAtMs: wit_types.None[uint64](),
			Subjects:     subjects,
		})
	}
	return events
}

// handle brings in line what the events name, each object once. An event that cannot be read is done, with a warning.
func (s *source) handle(events []SourceEvent) (Handled, error) {
	var keys []roster.Key
	var unread []logEntry
	namedBy := map[string][]roster.Key{}
	for _, event := range events {
		named, err := roster.ReadPayload(event.Payload)
		if err != nil {
			unread = append(unread, entry(rollcall_connector_history.Severity_Warning, unreadable(event.Id)))
			continue
		}
		namedBy[event.Id] = named
		keys = append(keys, named...)
	}
	if err := recordEntries(unread); err != nil {
		return Handled{}, err
	}
	if len(keys) == 0 {
		return Handled{Summary: Summary{Complete: true, IncompleteReason: noDiagnosis}}, nil
	}
	result, err := s.refresh(keys)
	if err != nil {
		return Handled{}, later(err)
	}
	// An unfinished event is tried again by itself; a full reading is for what events cannot do.
	result.summary.Complete, result.summary.IncompleteReason = true, noDiagnosis
	handled := Handled{Summary: result.summary}
	for _, event := range events {
		if slices.ContainsFunc(namedBy[event.Id], func(key roster.Key) bool { return result.unclear[key] }) {
			failure := fail(rollcall_connector_model.FailureKind_Unavailable, result.why).failure
			handled.Unfinished = append(handled.Unfinished, rollcall_connector_events.UnfinishedEvent{Id: event.Id, Failure: failure})
		}
	}
	return handled, nil
}

// later is why events wait for a roster that cannot be read. None of them is to blame, so they are tried again together.
func later(err error) error {
	var call *callError
	if errors.As(err, &call) && call.failure.Kind == rollcall_connector_model.FailureKind_Protocol {
		return fail(rollcall_connector_model.FailureKind_Unavailable, call.failure.Diagnosis)
	}
	return err
}

func distinct(keys []roster.Key) []roster.Key {
	isKnown := map[roster.Key]bool{}
	return slices.DeleteFunc(keys, func(key roster.Key) bool {
		wasKnown := isKnown[key]
		isKnown[key] = true
		return wasKnown
	})
}

func unreadable(event string) roster.Problem {
	return roster.Problem{
		Code: "event-unreadable",
		Said: roster.Text{
			English: "what an event says cannot be read, so nothing is done about it",
			Chinese: "事件的内容无法读取，未作任何处理",
		},
		Remedy: roster.Text{
			English: "import the whole roster once, which reads everything anew",
			Chinese: "请完整导入一次花名册，届时会重新读取全部内容",
		},
		Facts: []roster.Fact{{Name: "event", Value: event}},
	}
}

// asFailure is an error as an export returns it.
func asFailure(err error) Failure {
	var call *callError
	if errors.As(err, &call) {
		return call.failure
	}
	panic("an error that says nothing to the host: " + err.Error())
}
