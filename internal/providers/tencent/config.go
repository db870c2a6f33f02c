package tencent

import (
	"strconv"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// The secrets of a credential, as the vendor calls them. Temporary ones have a token.
const (
	keySecretID  = "secret_id"
	keySecretKey = "secret_key"
	keyToken     = "token"
)

// What a rule of the console compares the user with.
const (
	card   = "id_card"
	photo  = "photo"
	onPage = "page"
)

const (
	off = "false"
	on  = "true"
)

// The vendor's settings, as parameters of a target.
var (
	ruleID       = providers.Parameter{Name: "rule_id", Text: "flow number (RuleId) of the vendor's console"}
	ruleRequired = providers.Parameter{Name: ruleID.Name, Text: ruleID.Text, Required: true}
	compares     = providers.Parameter{
		Name: "compares", Required: true, Values: []string{card, photo, onPage},
		Text: "what the rule compares the user with, as it is set up in the console: id_card or photo of the request, or page, where " +
			"the user enters the card",
	}
	useCOS = providers.Parameter{
		Name: "use_cos", Values: []string{off, on},
		Text: "pictures go to the customer's own storage and leave the result: false (the vendor's default) or true",
	}
	region = providers.Parameter{
		Name: "region", Required: true, Values: []string{"ap-bangkok", "ap-hongkong", "ap-jakarta", "ap-singapore", "sa-saopaulo"},
		Text: "the vendor's region (X-TC-Region): ap-bangkok, ap-hongkong, ap-jakarta, ap-singapore or sa-saopaulo",
	}
	securityLevel = providers.Parameter{
		Name: "security_level", Least: 1, Most: 4, Text: "what the user does: 1 nothing, 2 moves, 3 coloured light (the vendor's default), 4 both",
	}
	secureLevel = providers.Parameter{
		Name: "secure_level", Least: 1, Most: 4, Text: "what the user does: 1 nothing, 2 moves, 3 coloured light, 4 both (the vendor's default)",
	}
	actionList = providers.Parameter{
		Name: "action_list", Values: actionLists(),
		Text: "moves of levels 2 and 4, which alone take it: blink (the vendor's default), mouth, nod or shake, or two with a comma between",
	}
	language = providers.Parameter{
		Name: "language", Values: []string{"en", "th", "zh-cn", "zh-tc", "id"},
		Text: "language of the page where the call asks for none: en (the vendor's default), th, zh-cn, zh-tc or id",
	}
	livenessRetryLimit = providers.Parameter{
		Name: "liveness_retry_limit", Least: 1, Most: 99, Text: "how many times the user may try, 1 to 99 (the vendor's default)",
	}
	retryLimitOfApp = providers.Parameter{
		Name: "retry_limit", Least: 1, Most: 5, Text: "how many times the user may try, 1 to 5 (the vendor's default)",
	}
	livenessTimeout = providers.Parameter{
		Name: "liveness_timeout", Least: 0, Most: 600, Text: "how long the user may take in seconds, 0 to 600; 45 by default",
	}
	autoDowngrade = providers.Parameter{
		Name: "auto_downgrade", Least: 1, Most: 2, Text: "where the browser cannot: 1 falls back to level 1 (the vendor's default), 2 does not",
	}
	webVersion = providers.Parameter{Name: "version", Values: []string{"BASIC", "PLUS"}, Text: "BASIC (the vendor's default) or PLUS"}
	sdkVersion = providers.Parameter{
		Name: "sdk_version", Values: []string{"BASIC", "ENHANCED", "PRO", "PLUS"}, Text: "BASIC (the vendor's default), ENHANCED, PRO or PLUS",
	}
	themeColor = providers.Parameter{Name: "theme_color", Text: "colour of the page, as #rrggbb; #2d72f1 by default"}
	autoSkip   = providers.Parameter{
		Name: "auto_skip", Values: []string{off, on}, Text: "when the user has passed, go to the return_url without the page of results: false (the vendor's default) or true",
	}
	autoSkipStartPage = providers.Parameter{
		Name: "auto_skip_start_page", Values: []string{off, on}, Text: "begin without the first page: false (the vendor's default) or true",
	}
	skipPrivacyPolicy = providers.Parameter{
		Name: "skip_privacy_policy", Values: []string{off, on}, Text: "begin without the page on privacy, to which the user has to agree: false (the vendor's default) or true",
	}
)

// actionLists are one or two moves.
func actionLists() []string {
	moves := []string{"blink", "mouth", "nod", "shake"}
	lists := moves
	for _, first := range moves {
		for _, second := range moves {
			if first != second {
				lists = append(lists, first+","+second)
			}
		}
	}
	return lists
}

// settings are a target's parameters.
type settings map[string]string

// number is a setting's value, 0 if it is not set.
func (s settings) number(p providers.Parameter) int {
	n, _ := strconv.Atoi(s[p.Name]) // checked by the configuration
	return n
}

func (s settings) flag(p providers.Parameter) bool { return s[p.Name] == on }
