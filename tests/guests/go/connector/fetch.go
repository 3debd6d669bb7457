package connector

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"go.bytecodealliance.org/pkg/wit/types"

	"rollcall.example/roster/roster"
	"rollcall.example/roster/wit/imports/rollcall_connector_host"
	"rollcall.example/roster/wit/imports/rollcall_connector_http_client"
	"rollcall.example/roster/wit/imports/rollcall_connector_model"
)

type (
	request  = rollcall_connector_http_client.HttpRequest
	response = rollcall_connector_http_client.HttpResponse
	fault    = rollcall_connector_http_client.Fault
)

const (
	// requestTimeoutMs is how long a roster may take to arrive: 16 MiB over a line of 2 Mbit/s.
	requestTimeoutMs = 60_000
	// maxRedirects is how many are followed: an export moves once or twice; more is a circle.
	maxRedirects = 5
	// maxAttempts is how often a server that cannot answer now is asked; the waits double from the first on.
	maxAttempts, firstBackoffMs = 5, 1_000
	// maxWaitMs is how long one wait is at most, whatever the server asks for.
	maxWaitMs = 60_000
)

// passing is a failure after which it is worth asking again, and how long the server asked to wait.
type passing struct {
	callError
	askedMs uint32
}

// source is the roster behind a URL, with its settings. It lives for one call of the host.
type source struct {
	settings *roster.Settings
}

// read reads the roster anew.
func (s *source) read() (*roster.Roster, error) {
	document, err := s.fetch()
	if err != nil {
		return nil, err
	}
	read, err := roster.Read(document)
	var problem *roster.Problem
	if errors.As(err, &problem) {
		return nil, fail(rollcall_connector_model.FailureKind_Protocol, s.about(*problem))
	}
	return read, err
}

// fetch gets the document, trying again while that can help.
func (s *source) fetch() ([]byte, error) {
	for attempt := 1; ; attempt++ {
		document, err := s.get()
		var passes *passing
		if !errors.As(err, &passes) {
			return document, err
		}
		if attempt == maxAttempts {
			return nil, &passes.callError
		}
		sleep(backoffMs(attempt, passes.askedMs))
	}
}

// backoffMs is how long to wait after an attempt: doubling, never less than asked for, with up to half of it on top, so
// that many who were sent away do not come back together.
func backoffMs(attempt int, askedMs uint32) uint32 {
	wait := max(firstBackoffMs<<(attempt-1), askedMs)
	random := binary.LittleEndian.Uint32(rollcall_connector_host.Random(4))
	return min(wait+random%(wait/2+1), maxWaitMs)
}

// get asks once, and follows redirects. What authorises goes to no other origin.
func (s *source) get() ([]byte, error) {
	headers := []nameValue{{Name: "accept", Value: "application/json"}}
	if s.settings.Authorization != "" {
		headers = append(headers, nameValue{Name: "authorization", Value: s.settings.Authorization})
	}
	address := s.settings.URL
	for redirects := 0; ; redirects++ {
		answer, err := send(request{
			Method:    "GET",
			Url:       address.String(),
			Headers:   headers,
			Body:      rollcall_connector_model.MakeBodyText(""),
			TimeoutMs: some[uint32](requestTimeoutMs),
		})
		if err != nil {
			return nil, err
		}
		target := redirected(address, answer)
		if target == nil || redirects == maxRedirects {
			return s.judge(answer)
		}
		if roster.Origin(target) != roster.Origin(address) {
			headers = headers[:1]
		}
		address = target
	}
}

// send begins one request and waits for its response; other goroutines go on meanwhile.
func send(one request) (response, error) {
	ticket := rollcall_connector_http_client.Begin([]request{one})[0]
	<-readiness(ticket)
	result := rollcall_connector_http_client.Take([]uint32{ticket})[0]
	if result.IsErr() {
		return response{}, faultError(result.Err())
	}
	return result.Ok(), nil
}

// faultError is what to do about a request without a response. Trying again after a fault that does not pass may lock the
// proxy's account, or changes nothing.
func faultError(of fault) error {
	switch of.Kind {
	case rollcall_connector_http_client.FaultKind_ProxyUnreachable, rollcall_connector_http_client.FaultKind_Untrusted:
		return fail(rollcall_connector_model.FailureKind_Unavailable, of.Diagnosis)
	case rollcall_connector_http_client.FaultKind_NotSent,
		rollcall_connector_http_client.FaultKind_TimedOut,
		rollcall_connector_http_client.FaultKind_Interrupted:
		return &passing{*fail(rollcall_connector_model.FailureKind_Unavailable, of.Diagnosis), 0}
	default:
		return refused(of.Diagnosis)
	}
}

// redirected is where a response sends its reader; nil where it does not.
func redirected(from *url.URL, answer response) *url.URL {
	switch answer.Status {
	case 301, 302, 303, 307, 308:
	default:
		return nil
	}
	location := header(answer, "location")
	if location == "" {
		return nil
	}
	target, err := from.Parse(location)
	if err != nil || !roster.IsAddress(target) {
		return nil
	}
	target.Fragment, target.RawFragment = "", ""
	return target
}

// judge is the body of a response, or what another status than 200 means.
func (s *source) judge(answer response) ([]byte, error) {
	status := answer.Status
	switch {
	case status == 200:
		if answer.Body.Tag() == rollcall_connector_model.Body_Bytes {
			return answer.Body.Bytes(), nil
		}
		return []byte(answer.Body.Text()), nil
	case status == 401 || status == 403:
		return nil, fail(rollcall_connector_model.FailureKind_Permission, s.aboutStatus(status, refusedProblem))
	case status == 404:
		// It may be about to be replaced, and events that wait for it go on by themselves.
		return nil, fail(rollcall_connector_model.FailureKind_Unavailable, s.aboutStatus(status, notFoundProblem))
	case status == 410:
		return nil, fail(rollcall_connector_model.FailureKind_Settings, s.aboutStatus(status, notFoundProblem))
	case status == 429:
		rollcall_connector_http_client.Throttled(wit_types.None[string](), 0)
		return nil, s.busy(answer)
	case status == 408 || status == 425 || 500 <= status && status <= 599:
		return nil, s.busy(answer)
	default:
		return nil, fail(rollcall_connector_model.FailureKind_Settings, s.aboutStatus(status, unexpectedProblem))
	}
}

func (s *source) busy(answer response) error {
	again := &passing{callError: *fail(rollcall_connector_model.FailureKind_Unavailable, s.aboutStatus(answer.Status, busyProblem))}
	// Its other form, a date, is left to our own back-off.
	if seconds, err := strconv.ParseUint(strings.TrimSpace(header(answer, "retry-after")), 10, 32); err == nil {
		again.askedMs = uint32(min(seconds, maxWaitMs/1000) * 1000)
		again.failure.RetryAfterMs = some(uint32(min(seconds*1000, 1<<32-1)))
	}
	return again
}

// header is the value of a header, empty where it is not there.
func header(answer response, name string) string {
	for _, one := range answer.Headers {
		if one.Name == name {
			return one.Value
		}
	}
	return ""
}

// about names the file that a problem is about, without its query, which may be a secret.
func (s *source) about(problem roster.Problem) Diagnosis {
	address := *s.settings.URL
	address.RawQuery = ""
	problem.Facts = append([]roster.Fact{{Name: "file", Value: address.String()}}, problem.Facts...)
	return diagnosis(problem)
}

func (s *source) aboutStatus(status uint16, problem roster.Problem) Diagnosis {
	problem.Said.English = fmt.Sprintf("%s (status %d)", problem.Said.English, status)
	problem.Said.Chinese = fmt.Sprintf("%s（状态码 %d）", problem.Said.Chinese, status)
	problem.Facts = []roster.Fact{{Name: "status", Value: strconv.Itoa(int(status))}}
	return s.about(problem)
}

// What a status means.
var (
	refusedProblem = roster.Problem{
		Code: "roster-refused",
		Said: roster.Text{English: "the server refuses to hand the roster out", Chinese: "服务器拒绝提供花名册"},
		Remedy: roster.Text{
			English: "check `authorization`, and whether the server allows the address that requests come from",
			Chinese: "请检查 authorization，以及服务器是否允许本方出口 IP 访问",
		},
	}
	notFoundProblem = roster.Problem{
		Code: "roster-not-found",
		Said: roster.Text{English: "there is no such file", Chinese: "文件不存在"},
		Remedy: roster.Text{
			English: "check the address, and whether the export has put the file there",
			Chinese: "请检查地址，以及导出程序是否已把文件放到该处",
		},
	}
	busyProblem = roster.Problem{
		Code:   "server-unavailable",
		Said:   roster.Text{English: "the server cannot answer now", Chinese: "服务器暂时无法响应"},
		Remedy: roster.Text{English: "try again later", Chinese: "请稍后重试"},
	}
	unexpectedProblem = roster.Problem{
		Code:   "unexpected-status",
		Said:   roster.Text{English: "the server answers without a file", Chinese: "服务器没有返回文件"},
		Remedy: roster.Text{English: "open the address in a browser and check it", Chinese: "请在浏览器中打开该地址进行检查"},
	}
)
