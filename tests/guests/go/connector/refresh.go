package connector

import (
	"maps"
	"slices"

	"rollcall.example/roster/roster"
	"rollcall.example/roster/wit/imports/rollcall_connector_history"
	"rollcall.example/roster/wit/imports/rollcall_connector_model"
)

// refreshed is what came of reading just some objects.
type refreshed struct {
	summary Summary
	// unclear are those that a roster with errors does not list.
	unclear map[roster.Key]bool
	// why says so.
	why Diagnosis
}

// refresh brings just these in line. What a whole roster does not list is gone.
func (s *source) refresh(keys []roster.Key) (refreshed, error) {
	keys = distinct(keys)
	read, err := s.read()
	if err != nil {
		return refreshed{}, err
	}
	r := newReading()
	objects, err := r.gather(read, keys)
	if err != nil {
		return refreshed{}, err
	}
	for _, object := range objects {
		r.put(object)
	}
	result := refreshed{unclear: map[roster.Key]bool{}, why: diagnosis(roster.NotWhole(len(read.Errors)))}
	// People leave before the departments that they were in.
	for _, resourceType := range slices.Backward(resourceTypes) {
		for _, key := range keys {
			switch _, isHeld := r.held[key]; {
			case key.ResourceType != resourceType || read.Has(key):
			case !read.IsWhole():
				result.unclear[key] = true
			case isHeld:
				removal := rollcall_connector_model.Removal{Key: keyOf(key), Evidence: evidence}
				r.outbox.push(rollcall_connector_model.MakeChangeRemove(removal))
			}
		}
	}
	if err := r.outbox.drain(); err != nil {
		return refreshed{}, err
	}
	result.summary = r.summary(read)
	// What is wrong elsewhere in the roster is for a full reading to tell.
	result.summary.Complete = len(result.unclear) == 0
	result.summary.IncompleteReason = noDiagnosis
	if !result.summary.Complete {
		result.summary.IncompleteReason = some(result.why)
	}
	return result, result.record()
}

// gather finds these objects, and those that they name and the platform does not hold: parents first.
func (r *reading) gather(read *roster.Roster, keys []roster.Key) ([]roster.Object, error) {
	read.SettleReferences()
	all := read.Objects()
	byKey := make(map[roster.Key]roster.Object, len(all))
	for _, object := range all {
		byKey[object.Key] = object
	}
	wanted := map[roster.Key]bool{}
	for next := keys; len(next) > 0; {
		if err := r.find(next); err != nil {
			return nil, err
		}
		var named []roster.Key
		for _, key := range next {
			wanted[key] = true
			named = append(named, byKey[key].Names...)
		}
		named = slices.DeleteFunc(distinct(named), func(key roster.Key) bool { return wanted[key] })
		if err := r.find(named); err != nil {
			return nil, err
		}
		next = slices.DeleteFunc(named, func(key roster.Key) bool { _, isHeld := r.held[key]; return isHeld })
	}
	return slices.DeleteFunc(all, func(object roster.Object) bool { return !wanted[object.Key] }), nil
}

// record tells an administrator about whom nothing is known.
func (r refreshed) record() error {
	var entries []logEntry
	for _, key := range slices.SortedFunc(maps.Keys(r.unclear), compareKeys) {
		line := logEntry{Severity: rollcall_connector_history.Severity_Error, Diagnosis: r.why}
		line.Subject = some(keyOf(key))
		entries = append(entries, line)
	}
	return recordEntries(entries)
}
