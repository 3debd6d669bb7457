package connector

import (
	"runtime"
	"sync"

	"rollcall.example/roster/wit/imports/rollcall_connector_tasks"
)

// maxReady is how many tickets one wait names at most: as many requests as may be outstanding.
const maxReady = 256

// Goroutines over the one place where a connector waits: each sleeps on a channel of its own, and one goroutine, the
// pump, asks the host which of them may go on. An instance lives for one call of the host, and so does all of this.
var (
	lock sync.Mutex
	// sleepers has a channel for each ticket that was begun and is not ready yet.
	sleepers = map[uint32]chan struct{}{}
	// begun wakes the pump.
	begun = make(chan struct{}, 1)
)

func init() {
	go pump()
}

// readiness gives a channel that is closed once the host names the ticket. Call it as soon as there is a ticket.
func readiness(ticket uint32) <-chan struct{} {
	lock.Lock()
	defer lock.Unlock()
	ready := make(chan struct{})
	sleepers[ticket] = ready
	select {
	case begun <- struct{}{}:
	default:
	}
	return ready
}

// pump wakes sleepers while there are any. While it waits nothing else runs, for there is one thread: it lets all others
// come as far as they can first, so that whatever they begin is under way meanwhile.
func pump() {
	for range begun {
		for hasSleepers() {
			runtime.Gosched()
			wake(rollcall_connector_tasks.Wait(maxReady))
		}
	}
}

func hasSleepers() bool {
	lock.Lock()
	defer lock.Unlock()
	return len(sleepers) > 0
}

func wake(tickets []uint32) {
	if len(tickets) == 0 {
		panic("a goroutine waits for something that was never begun")
	}
	lock.Lock()
	defer lock.Unlock()
	for _, ticket := range tickets {
		if ready := sleepers[ticket]; ready != nil {
			close(ready)
			delete(sleepers, ticket)
		}
	}
}

// sleep waits so many milliseconds.
func sleep(ms uint32) {
	<-readiness(rollcall_connector_tasks.BeginTimer(ms))
}
