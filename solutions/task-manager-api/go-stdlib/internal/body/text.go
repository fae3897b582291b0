package body

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Text returns a string of so many characters (Unicode code points) that PostgreSQL can store; anything else is refused.
func (member Member) Text(least, most int) string {
	var text string
	switch err := json.Unmarshal(member.raw, &text); {
	case err != nil || member.IsNull():
		member.Refuse("has to be a string")
	case strings.ContainsRune(text, 0):
		member.Refuse("must not have U+0000")
	case hasLoneSurrogate(member.raw):
		member.Refuse("must not have half a surrogate pair")
	case utf8.RuneCountInString(text) < least || utf8.RuneCountInString(text) > most:
		member.Refuse(fmt.Sprintf("has to have %d to %d characters", least, most))
	default:
		return text
	}
	return ""
}

// VisibleText is Text of at least one character that is not white space.
func (member Member) VisibleText(most int) string {
	text := member.Text(1, most)
	if text != "" && strings.TrimSpace(text) == "" {
		member.Refuse("must not be white space only")
		return ""
	}
	return text
}

// OneOf returns a string that is one of the choices; anything else is refused.
func (member Member) OneOf(choices ...string) string {
	var text string
	if err := json.Unmarshal(member.raw, &text); err == nil {
		for _, choice := range choices {
			if text == choice {
				return text
			}
		}
	}
	member.Refuse("has to be one of " + strings.Join(choices, ", "))
	return ""
}

// hasLoneSurrogate looks into a JSON string as it was sent, because encoding/json reads half a pair as U+FFFD.
func hasLoneSurrogate(raw json.RawMessage) bool {
	text := string(raw)
	for text != "" {
		escape := strings.IndexByte(text, '\\')
		if escape < 0 {
			return false
		}
		text = text[escape:]
		unit, isUnit := codeUnit(text)
		switch {
		case !isUnit:
			text = text[2:] // another escape, such as \n or \\
		case !utf16.IsSurrogate(unit):
			text = text[6:]
		default:
			next, _ := codeUnit(text[6:])
			if utf16.DecodeRune(unit, next) == utf8.RuneError {
				return true
			}
			text = text[12:]
		}
	}
	return false
}

// codeUnit reads an escape such as \u00e4 at the beginning of a text.
func codeUnit(text string) (rune, bool) {
	if len(text) < 6 || !strings.HasPrefix(text, `\u`) {
		return 0, false
	}
	unit, err := strconv.ParseUint(text[2:6], 16, 16)
	return rune(unit), err == nil
}
