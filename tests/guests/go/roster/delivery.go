package roster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	// maxNamed is how many objects one delivery may name. Source: the contract, keys of one `refresh`.
	maxNamed = 1000
	// maxNamedPerEvent is how many objects one event names: as many as it may have subjects.
	maxNamedPerEvent = 100
	// maxDeliveryIDBytes is how long the id of a delivery may be: with what stands around it, it still is an event's.
	maxDeliveryIDBytes = 100
	// maxBodyDepth is how deep the body of a delivery may be nested, itself counted.
	maxBodyDepth = 127
)

// Notice says who has changed: departments first, each once.
type Notice struct {
	// ID is equal for repeats of the same notice. Empty where the sender gave none.
	ID   string
	Keys []Key
}

// Parts are the objects of a notice, so many together as one event names.
func (n Notice) Parts() [][]Key {
	return slices.Collect(slices.Chunk(n.Keys, maxNamedPerEvent))
}

// ReadNotice reads the body of a delivery. Its errors are for whoever sent it.
func ReadNotice(body []byte) (Notice, error) {
	keys, members, err := readKeys(body)
	if err != nil {
		return Notice{}, err
	}
	var id string
	if given, isThere := members["id"]; isThere {
		if json.Unmarshal(given, &id) != nil || id == "" || len(id) > maxDeliveryIDBytes {
			return Notice{}, fmt.Errorf("`id` must be a text of 1 to %d bytes", maxDeliveryIDBytes)
		}
	}
	switch {
	case len(keys) == 0:
		return Notice{}, fmt.Errorf("the body names nobody: list ids under `people` or `departments`")
	case len(keys) > maxNamed:
		return Notice{}, fmt.Errorf("the body names %d objects, at most %d are taken", len(keys), maxNamed)
	default:
		return Notice{id, keys}, nil
	}
}

// Payload is what ReadPayload reads.
func Payload(keys []Key) string {
	lists := map[string][]string{"departments": {}, "people": {}}
	for _, key := range keys {
		member := "people"
		if key.ResourceType == DepartmentType {
			member = "departments"
		}
		lists[member] = append(lists[member], key.ID)
	}
	// Ids stand as they are: six bytes for each "&" would make an event too large.
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(lists); err != nil {
		panic(fmt.Sprintf("lists of texts are JSON: %v", err))
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// ReadPayload reads what an event names.
func ReadPayload(payload string) ([]Key, error) {
	keys, _, err := readKeys([]byte(payload))
	return keys, err
}

func readKeys(body []byte) ([]Key, map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if !utf8.Valid(body) || json.Unmarshal(body, &members) != nil || members == nil || !isPlain(body) {
		return nil, nil, fmt.Errorf(`the body must be a JSON object such as {"people": ["7"]}`)
	}
	var keys []Key
	isNamed := map[Key]bool{}
	for _, list := range []struct{ member, resourceType string }{{"departments", DepartmentType}, {"people", PersonType}} {
		given, isThere := members[list.member]
		var values []json.RawMessage
		if isThere && (json.Unmarshal(given, &values) != nil || values == nil) {
			return nil, nil, fmt.Errorf("`%s` must be a list of ids", list.member)
		}
		for index, value := range values {
			id, isID := readID(value)
			if !isID {
				return nil, nil, fmt.Errorf("`%s[%d]` must be a text of 1 to %d bytes or a whole number", list.member, index, maxIDBytes)
			}
			key := Key{list.resourceType, id}
			if !isNamed[key] {
				isNamed[key] = true
				keys = append(keys, key)
			}
		}
	}
	return keys, members, nil
}

// isPlain says whether valid JSON is what every language reads alike: nested no deeper than maxBodyDepth, each number one that a
// floating point number holds, each text one of whole characters.
func isPlain(document []byte) bool {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	for depth := 0; ; {
		token, err := decoder.Token()
		if err != nil {
			return err == io.EOF && hasWholeCharacters(document)
		}
		switch token := token.(type) {
		case json.Delim:
			if token == '{' || token == '[' {
				depth++
			} else {
				depth--
			}
			if depth > maxBodyDepth {
				return false
			}
		case json.Number:
			if _, err := token.Float64(); err != nil {
				return false
			}
		}
	}
}

// hasWholeCharacters says whether no escape of valid JSON is half of a surrogate pair without the other, for which
// encoding/json would read U+FFFD.
func hasWholeCharacters(document []byte) bool {
	for {
		at := bytes.IndexByte(document, '\\')
		if at < 0 {
			return true
		}
		document = document[at:]
		first, isUnit := escapedUnit(document)
		switch {
		case !isUnit:
			document = document[len(`\n`):]
		case !utf16.IsSurrogate(first):
			document = document[len(`\u0000`):]
		default:
			second, isUnit := escapedUnit(document[len(`\u0000`):])
			if !isUnit || utf16.DecodeRune(first, second) == unicode.ReplacementChar {
				return false
			}
			document = document[len(`\u0000\u0000`):]
		}
	}
}

// escapedUnit is the unit of UTF-16 that a text begins with as JSON escapes it.
func escapedUnit(text []byte) (rune, bool) {
	if !bytes.HasPrefix(text, []byte(`\u`)) || len(text) < len(`\u0000`) {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(text[len(`\u`):len(`\u0000`)]), 16, 16)
	return rune(unit), err == nil
}

// readID is an id as a row may write it.
func readID(value json.RawMessage) (string, bool) {
	text, isText := textOf(value)
	id := strings.TrimSpace(text)
	isID := isText && id != "" && len(id) <= maxIDBytes && !strings.ContainsFunc(id, unicode.IsControl)
	return id, isID
}
