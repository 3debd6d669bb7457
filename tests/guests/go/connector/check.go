package connector

import (
	"errors"
	"fmt"

	"rollcall.example/roster/roster"
	"rollcall.example/roster/wit/imports/rollcall_connector_identity_source"
)

// Finding is one line of the checklist.
type Finding = rollcall_connector_identity_source.Finding

// maxFindings is how many problems a check lists one by one: a checklist is read on one screen. A run records all.
const maxFindings = 20

const (
	failed  = rollcall_connector_identity_source.CheckStatus_Failed
	warning = rollcall_connector_identity_source.CheckStatus_Warning
	skipped = rollcall_connector_identity_source.CheckStatus_Skipped
	passed  = rollcall_connector_identity_source.CheckStatus_Passed
)

// check looks at the way, the roster and its rows.
func (s *source) check() []Finding {
	findings := []Finding{s.checkTransport()}
	read, err := s.read()
	var cannot *callError
	if errors.As(err, &cannot) {
		return append(findings,
			Finding{Check: "roster", Status: failed, Diagnosis: cannot.failure.Diagnosis},
			Finding{Check: "rows", Status: skipped, Diagnosis: said("rows-not-checked", roster.Text{
				English: "the rows were not looked at, because the roster could not be read",
				Chinese: "未检查花名册的各行：花名册未能读取",
			}, roster.Text{})})
	}
	read.SettleReferences()
	departments, people := len(read.Departments), len(read.People)
	findings = append(findings, Finding{Check: "roster", Status: passed, Diagnosis: said("roster-read", roster.Text{
		English: fmt.Sprintf("it can be imported; departments: %d, people: %d", departments, people),
		Chinese: fmt.Sprintf("可以导入：%d 个部门，%d 名人员", departments, people),
	}, roster.Text{})})
	problems := append(read.Errors, read.Warnings...)
	findings = append(findings, checkRows(read, len(problems)))
	for _, problem := range problems[:min(len(problems), maxFindings)] {
		findings = append(findings, Finding{Check: "row", Status: warning, Diagnosis: diagnosis(problem)})
	}
	return findings
}

func checkRows(read *roster.Roster, problems int) Finding {
	switch {
	case !read.IsWhole():
		return Finding{Check: "rows", Status: warning, Diagnosis: diagnosis(roster.NotWhole(len(read.Errors)))}
	case problems > 0:
		return Finding{Check: "rows", Status: warning, Diagnosis: said("rows-with-warnings", roster.Text{
			English: fmt.Sprintf("every row can be imported; warnings: %d", problems),
			Chinese: fmt.Sprintf("所有行均可导入；警告：%d 处", problems),
		}, roster.Text{})}
	default:
		return Finding{Check: "rows", Status: passed, Diagnosis: said("rows-fine", roster.Text{
			English: "every row is right", Chinese: "所有行均正确",
		}, roster.Text{})}
	}
}

func (s *source) checkTransport() Finding {
	if s.settings.Authorization != "" && s.settings.URL.Scheme == "http" {
		return Finding{Check: "transport", Status: warning, Diagnosis: said("authorization-not-encrypted", roster.Text{
			English: "the authorization is sent over http, where anyone on the way can read it",
			Chinese: "授权信息通过 http 明文发送，途中任何人都能读取",
		}, roster.Text{English: "use an https address", Chinese: "请使用 https 地址"})}
	}
	return Finding{Check: "transport", Status: passed, Diagnosis: said("transport-fine", roster.Text{
		English: "no secret crosses the network in the clear", Chinese: "没有明文传输的机密",
	}, roster.Text{})}
}
