package connector

import (
	"rollcall.example/roster/wit/imports/rollcall_connector_directory"
	"rollcall.example/roster/wit/imports/rollcall_connector_model"
)

type change = rollcall_connector_model.Change

const (
	// applyBatch is how many changes one call has: half of what the contract allows.
	applyBatch = 500
	// maxBatches is how many calls may be under way before the next one waits.
	maxBatches = 4
)

// outbox applies changes in their order, in batches of which several are under way at a time. Why a change is refused, or
// waits, the host records.
type outbox struct {
	pending []change
	// slots has an element for each batch that is under way.
	slots chan struct{}
	// failed has the first failure of the platform, if any.
	failed chan error
}

func newOutbox() *outbox {
	return &outbox{slots: make(chan struct{}, maxBatches), failed: make(chan error, 1)}
}

// push sends a change soon.
func (o *outbox) push(one change) {
	o.pending = append(o.pending, one)
	if len(o.pending) == applyBatch {
		o.send()
	}
}

// send begins a batch, once a slot is free, and leaves its end to a goroutine.
func (o *outbox) send() {
	o.slots <- struct{}{}
	ticket := rollcall_connector_directory.BeginApply(o.pending)
	o.pending = nil
	ready := readiness(ticket)
	go func() {
		<-ready
		if taken := rollcall_connector_directory.TakeApplied(ticket); taken.IsErr() {
			select {
			case o.failed <- refused(taken.Err()):
			default:
			}
		}
		<-o.slots
	}()
}

// drain sends what is left and waits for the end of every batch.
func (o *outbox) drain() error {
	if len(o.pending) > 0 {
		o.send()
	}
	for range maxBatches {
		o.slots <- struct{}{}
	}
	for range maxBatches {
		<-o.slots
	}
	select {
	case err := <-o.failed:
		return err
	default:
		return nil
	}
}
