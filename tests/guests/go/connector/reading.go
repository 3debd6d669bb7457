package connector

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.bytecodealliance.org/pkg/wit/types"

	"rollcall.example/roster/roster"
	"rollcall.example/roster/wit/imports/rollcall_connector_directory"
	"rollcall.example/roster/wit/imports/rollcall_connector_history"
	"rollcall.example/roster/wit/imports/rollcall_connector_identity_source"
	"rollcall.example/roster/wit/imports/rollcall_connector_model"
)

type Summary = rollcall_connector_identity_source.Summary

const (
	// inventoryPage is how many items a page of the inventory has, findBatch how many keys are looked for in one call and
	// entryBatch how many entries one call records. Source: the contract.
	inventoryPage, findBatch, entryBatch = 10_000, 1000, 1000

	// evidence is what a whole roster says about those whom it does not list.
	evidence = "404: not in the roster"
)

// resourceTypes are what a roster lists, parents first.
var resourceTypes = []string{roster.DepartmentType, roster.PersonType}

// reading is what is known while a roster is compared with what the platform holds.
type reading struct {
	// held are the versions that the platform has.
	held map[roster.Key]string
	// seen tells of each object that was read whether it was put.
	seen   map[roster.Key]bool
	outbox *outbox
}

func newReading() *reading {
	return &reading{map[roster.Key]string{}, map[roster.Key]bool{}, newOutbox()}
}

// loadInventory asks for everything that the platform holds.
func (r *reading) loadInventory() error {
	for _, resourceType := range resourceTypes {
		after := wit_types.None[string]()
		for {
			listed := rollcall_connector_directory.ListInventory(resourceType, after, inventoryPage)
			if listed.IsErr() {
				return refused(listed.Err())
			}
			page := listed.Ok()
			for _, item := range page {
				r.held[roster.Key{ResourceType: resourceType, ID: item.ExternalId}] = item.Version
			}
			if len(page) < inventoryPage {
				break
			}
			after = some(page[len(page)-1].ExternalId)
		}
	}
	return nil
}

// find asks which of these the platform holds.
func (r *reading) find(keys []roster.Key) error {
	for batch := range slices.Chunk(keys, findBatch) {
		asked := make([]Key, len(batch))
		for index, key := range batch {
			asked[index] = keyOf(key)
		}
		found := rollcall_connector_directory.FindInventory(asked)
		if found.IsErr() {
			return refused(found.Err())
		}
		for index, item := range found.Ok() {
			if item.IsSome() {
				r.held[batch[index]] = item.Some().Version
			}
		}
	}
	return nil
}

// put puts an object if it differs from what the platform holds.
func (r *reading) put(object roster.Object) {
	version := object.Version()
	isChanged := r.held[object.Key] != version
	r.seen[object.Key] = isChanged
	if isChanged {
		r.outbox.push(rollcall_connector_model.MakeChangePut(rollcall_connector_model.DirectoryObject{
			Key:      keyOf(object.Key),
			Version:  version,
			Document: object.Document,
		}))
	}
}

// absent are those whom the platform holds and this reading did not see, in the order of their ids.
func (r *reading) absent() []roster.Key {
	var absent []roster.Key
	for key := range r.held {
		if _, isSeen := r.seen[key]; !isSeen {
			absent = append(absent, key)
		}
	}
	slices.SortFunc(absent, compareKeys)
	return absent
}

// compareKeys orders by type and then by the bytes of the id.
func compareKeys(a, b roster.Key) int {
	return cmp.Or(strings.Compare(a.ResourceType, b.ResourceType), strings.Compare(a.ID, b.ID))
}

// summary says what was read. A roster with errors is not complete.
func (r *reading) summary(read *roster.Roster) Summary {
	summary := Summary{Read: uint32(len(r.seen)), Complete: read.IsWhole(), IncompleteReason: wit_types.None[Diagnosis]()}
	for _, wasPut := range r.seen {
		if !wasPut {
			summary.Unchanged++
		}
	}
	if !summary.Complete {
		summary.IncompleteReason = some(diagnosis(read.Errors[0]))
	}
	return summary
}

// record tells an administrator what is wrong with a roster.
func record(read *roster.Roster) error {
	var entries []logEntry
	for _, problem := range read.Errors {
		entries = append(entries, entry(rollcall_connector_history.Severity_Error, problem))
	}
	for _, problem := range read.Warnings {
		entries = append(entries, entry(rollcall_connector_history.Severity_Warning, problem))
	}
	return recordEntries(entries)
}

func recordEntries(entries []logEntry) error {
	for batch := range slices.Chunk(entries, entryBatch) {
		if recorded := rollcall_connector_history.RecordEntries(batch); recorded.IsErr() {
			return refused(recorded.Err())
		}
	}
	return nil
}

// sync brings everything in line.
func (s *source) sync() (Summary, error) {
	whole := rollcall_connector_directory.Scope{Whole: true}
	if opened := rollcall_connector_directory.OpenReading(whole); opened.IsErr() {
		return Summary{}, refused(opened.Err())
	}
	r := newReading()
	read, err := s.readWhileLoading(r)
	if err != nil {
		return Summary{}, err
	}
	for _, object := range read.Objects() {
		r.put(object)
	}
	if err := r.outbox.drain(); err != nil {
		return Summary{}, err
	}
	absent := r.absent()
	if !read.IsWhole() && len(absent) > 0 {
		read.Warnings = append(read.Warnings, absencesKept(len(absent)))
	}
	if err := record(read); err != nil {
		return Summary{}, err
	}
	if err := r.close(); err != nil {
		return Summary{}, err
	}
	if read.IsWhole() && len(absent) > 0 {
		err = remove(absent)
	}
	return r.summary(read), err
}

// readWhileLoading reads the roster while the platform lists what it holds: two goroutines. Where something seems to be
// gone, the roster is read once more, because absence from one reading may be an export that was being written.
func (s *source) readWhileLoading(r *reading) (*roster.Roster, error) {
	report("reading", 0)
	type answer struct {
		read *roster.Roster
		err  error
	}
	first := make(chan answer, 1)
	go func() {
		read, err := s.read()
		first <- answer{read, err}
	}()
	if err := r.loadInventory(); err != nil {
		return nil, err
	}
	answered := <-first
	read := answered.read
	if answered.err != nil {
		return nil, answered.err
	}
	if read.IsWhole() && (read.HasDangling() || lacksAny(read, r.held)) {
		s.readAgain(read)
	}
	read.SettleReferences()
	report("writing", uint32(len(read.Departments)+len(read.People)))
	return read, nil
}

func lacksAny(read *roster.Roster, held map[roster.Key]string) bool {
	for key := range held {
		if !read.Has(key) {
			return true
		}
	}
	return false
}

// readAgain completes a reading by a second one. Where that fails, nothing that seems to be gone is known to be.
func (s *source) readAgain(read *roster.Roster) {
	report("confirming", 0)
	second, err := s.read()
	if err != nil {
		read.Distrust(roster.Problem{
			Code: "not-confirmed",
			Said: roster.Text{
				English: "the roster could not be read a second time, to be sure of who is gone: " + err.Error(),
				Chinese: "未能再次读取花名册以确认哪些对象已不存在：" + err.Error(),
			},
			Remedy: roster.Text{English: "import it again", Chinese: "请重新导入"},
		})
		return
	}
	read.Complete(second)
}

func report(phase string, done uint32) {
	rollcall_connector_history.Report(rollcall_connector_history.Progress{Phase: phase, Done: done, Total: wit_types.None[uint32]()})
}

// close says what was covered: a roster is one list that was read whole, so it has no containers.
func (r *reading) close() error {
	var covered []rollcall_connector_directory.Coverage
	for _, resourceType := range resourceTypes {
		coverage := rollcall_connector_directory.Coverage{ResourceType: resourceType, Expected: wit_types.None[uint32]()}
		for key := range r.seen {
			if key.ResourceType == resourceType {
				coverage.Read++
			}
		}
		covered = append(covered, coverage)
	}
	if closed := rollcall_connector_directory.CloseReading(covered); closed.IsErr() {
		return refused(closed.Err())
	}
	return nil
}

// remove removes those whom two whole readings did not list.
func remove(absent []roster.Key) error {
	removals := make([]rollcall_connector_model.Removal, len(absent))
	for index, key := range absent {
		removals[index] = rollcall_connector_model.Removal{Key: keyOf(key), Evidence: evidence}
	}
	// Why it refuses any of them, or holds them, the host records.
	if removed := rollcall_connector_directory.RemoveMissing(removals); removed.IsErr() {
		return refused(removed.Err())
	}
	return nil
}

func absencesKept(absent int) roster.Problem {
	english := fmt.Sprintf("%d objects that the platform holds were not found, and are kept, because the roster has errors", absent)
	if absent == 1 {
		english = "1 object that the platform holds was not found, and is kept, because the roster has errors"
	}
	return roster.Problem{
		Code: "removals-stopped",
		Said: roster.Text{
			English: english,
			Chinese: fmt.Sprintf("平台上有 %d 个对象没有读到；由于花名册存在错误，均予保留", absent),
		},
		Remedy: roster.Text{English: "correct the rows that are named", Chinese: "请修正所列出的行"},
	}
}
