// Package export_rollcall_connector_identity_source is the roster's, but for `Sync`: it does what a connector must not do,
// by the last part of the settings' URL. `build.sh misuse` puts it in the place of the right one.
package export_rollcall_connector_identity_source

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path"
	"strings"
	"time"

	"go.bytecodealliance.org/pkg/wit/types"

	"rollcall.example/roster/connector"
	"rollcall.example/roster/wit/imports/rollcall_connector_host"
	"rollcall.example/roster/wit/imports/rollcall_connector_identity_source"
	"rollcall.example/roster/wit/imports/rollcall_connector_model"
)

// Describe says who this connector is.
func Describe() rollcall_connector_identity_source.Descriptor {
	return connector.Describe()
}

// Validate checks the settings.
func Validate(settings string) wit_types.Result[connector.Plan, connector.InvalidSettings] {
	return connector.Validate(settings)
}

// Check checks the settings against the source itself.
func Check(settings string) []connector.Finding {
	return connector.Check(settings)
}

// Refresh brings just these objects in line.
func Refresh(settings string, keys []connector.Key) wit_types.Result[connector.Summary, connector.Failure] {
	return connector.Refresh(settings, keys)
}

// Sync misbehaves.
func Sync(settings string, _ wit_types.Option[string]) wit_types.Result[connector.Summary, connector.Failure] {
	var chosen struct{ URL string }
	if err := json.Unmarshal([]byte(settings), &chosen); err != nil {
		panic(err)
	}
	switch path.Base(chosen.URL) {
	case "panic":
		panic("the roster is upside down")
	case "nil-map":
		var nobody map[string]int
		nobody["one"] = 1
	case "panic-in-goroutine":
		go panic("nobody waits for this goroutine")
		time.Sleep(time.Second)
	case "deadlock":
		<-make(chan struct{})
	case "exit":
		os.Exit(3)
	case "loop":
		for {
		}
	case "recursion":
		_ = deep(1)
	case "memory":
		var eaten [][]byte
		for {
			eaten = append(eaten, make([]byte, 1<<20))
		}
	case "sleep":
		time.Sleep(time.Hour)
	case "surroundings":
		return failure(surroundings())
	}
	return failure("nothing of that kind")
}

// deep never ends, unless numbers do.
func deep(level int) int {
	return deep(level+1) + 1
}

// surroundings tries everything that a program otherwise has, and says what came of it.
func surroundings() string {
	_, readErr := os.ReadFile("/etc/passwd")
	writeErr := os.WriteFile("left-behind", []byte("here"), 0o600)
	_, listErr := os.ReadDir("/")
	_, dialErr := net.DialTimeout("tcp", "127.0.0.1:80", time.Second)
	_, lookupErr := net.LookupHost("localhost")
	seconds := time.Since(time.UnixMilli(int64(rollcall_connector_host.NowMs()))).Seconds()
	fmt.Println("on standard output")
	fmt.Fprintln(os.Stderr, "on standard error")
	said := []string{
		fmt.Sprintf("read: %v", readErr),
		fmt.Sprintf("write: %v", writeErr),
		fmt.Sprintf("list: %v", listErr),
		fmt.Sprintf("dial: %v", dialErr),
		fmt.Sprintf("look up: %v", lookupErr),
		fmt.Sprintf("environment: %q", os.Environ()),
		fmt.Sprintf("arguments: %q", os.Args),
		fmt.Sprintf("clock is right: %t", -60 < seconds && seconds < 60),
	}
	return strings.Join(said, "; ")
}

func failure(words string) wit_types.Result[connector.Summary, connector.Failure] {
	return wit_types.Err[connector.Summary](connector.Failure{
		Kind: rollcall_connector_model.FailureKind_Other,
		Diagnosis: connector.Diagnosis{
			Code:    "misuse",
			Message: words,
			Remedy:  wit_types.None[string](),
			Setting: wit_types.None[string](),
		},
		RetryAfterMs: wit_types.None[uint32](),
	})
}
