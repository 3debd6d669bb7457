package roster

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// SettingsSchema is the JSON Schema of the settings.
//
//go:embed settings.schema.json
var SettingsSchema string

var settingNames = []string{"url", "authorization", "webhook_token"}

// How long a token of the webhook is, in characters: short ones can be guessed.
const minTokenChars, maxTokenChars = 16, 256

// Settings are what an administrator has chosen.
type Settings struct {
	// URL is where the roster is.
	URL *url.URL
	// Authorization is what stands for the value of the header: this connector never has the value itself. May be empty.
	Authorization string
	// WebhookToken is what a delivery has to bring. Empty where none are taken.
	WebhookToken string
}

// Origin is the scheme and host of the roster's address.
func (s *Settings) Origin() string {
	return Origin(s.URL)
}

// Origin is what a host grants: `https://example.com`, with the port where it is not the scheme's own.
func Origin(address *url.URL) string {
	host := strings.ToLower(address.Host)
	host = strings.TrimSuffix(host, map[string]string{"http": ":80", "https": ":443"}[address.Scheme])
	return address.Scheme + "://" + strings.TrimSuffix(host, ":")
}

// SettingProblem is something wrong with one setting.
type SettingProblem struct {
	Problem
	// Setting is a JSON pointer.
	Setting string
}

// ReadSettings reads the settings, and says everything that is wrong with them.
func ReadSettings(text string) (*Settings, []SettingProblem) {
	var values map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &values) != nil || values == nil {
		said := Text{"the settings are not a JSON object", "配置不是一个 JSON 对象"}
		return nil, []SettingProblem{{Problem{Code: "settings-not-an-object", Said: said}, ""}}
	}
	r := settingsReader{values: values}
	r.refuseUnknown()
	settings := &Settings{URL: r.address("url"), Authorization: r.text("authorization"), WebhookToken: r.token("webhook_token")}
	return settings, r.problems
}

type settingsReader struct {
	values   map[string]json.RawMessage
	problems []SettingProblem
}

// problem notes what is wrong. No value is repeated: someone may have pasted a secret.
func (r *settingsReader) problem(name, code string, said, remedy Text) {
	pointer := "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
	r.problems = append(r.problems, SettingProblem{Problem{Code: code, Said: said, Remedy: remedy}, pointer})
}

func (r *settingsReader) refuseUnknown() {
	for name := range r.values {
		if !slices.Contains(settingNames, name) {
			r.problem(name, "unknown-setting",
				Text{"setting " + Quoted(name) + " is not known", "未知的配置项 " + Quoted(name)},
				Text{"the settings are " + strings.Join(settingNames, ", "), "可用的配置项：" + strings.Join(settingNames, "、")})
		}
	}
	slices.SortFunc(r.problems, func(a, b SettingProblem) int { return strings.Compare(a.Setting, b.Setting) })
}

// text is the text of a setting; forms send an empty one for nothing.
func (r *settingsReader) text(name string) string {
	value, isThere := r.values[name]
	if !isThere || isNull(value) {
		return ""
	}
	var text string
	if json.Unmarshal(value, &text) != nil {
		r.problem(name, "setting-not-a-text",
			Text{fmt.Sprintf("setting `%s` must be a text", name), fmt.Sprintf("配置项 %s 必须是文本", name)}, Text{})
	}
	return strings.TrimSpace(text)
}

func (r *settingsReader) address(name string) *url.URL {
	before := len(r.problems)
	text := r.text(name)
	if len(r.problems) > before {
		return nil
	}
	if text == "" {
		r.problem(name, "no-address", Text{"no address of a roster is set", "没有填写花名册的地址"}, Text{"set `url`", "请填写 url"})
		return nil
	}
	address, err := url.Parse(text)
	if err != nil || !IsAddress(address) {
		r.problem(name, "not-an-address",
			Text{"this is not an address that begins with https:// or http://", "这不是以 https:// 或 http:// 开头的地址"},
			Text{
				"enter the whole address, such as https://example.com/roster.json",
				"请填写完整地址，例如 https://example.com/roster.json",
			})
		return nil
	}
	if address.User != nil {
		r.problem(name, "password-in-address",
			Text{"the address holds a user name or password", "地址中包含用户名或密码"},
			Text{
				"leave it out of the address and put the header's value, such as `Basic …`, into `authorization`",
				"请从地址中去掉，并把请求头的值（例如 Basic …）填入 authorization",
			})
		return nil
	}
	address.Fragment, address.RawFragment = "", ""
	return address
}

// IsAddress tells whether a request can go there.
func IsAddress(address *url.URL) bool {
	return (address.Scheme == "https" || address.Scheme == "http") && address.Hostname() != ""
}

func (r *settingsReader) token(name string) string {
	token := r.text(name)
	isStrange := strings.ContainsFunc(token, func(sign rune) bool { return sign < '!' || '~' < sign })
	if token != "" && (isStrange || len(token) < minTokenChars || maxTokenChars < len(token)) {
		r.problem(name, "not-a-token",
			Text{
				"`webhook_token` must have 16 to 256 characters: letters, digits and signs of ASCII without blanks",
				"webhook_token 必须为 16 到 256 个字符，只含 ASCII 字母、数字和符号，不含空格",
			},
			Text{"make a random one, for example by `openssl rand -hex 32`", "请随机生成，例如使用 openssl rand -hex 32"})
	}
	return token
}
