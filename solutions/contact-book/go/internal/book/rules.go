package book

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	longestName   = 200 // code points
	longestEmail  = 254 // bytes: what fits into the path of RFC 5321
	fewestDigits  = 5
	largestDigits = 15 // ITU-T E.164
)

// trimmed removes the blanks at both ends, which are part of no value.
func trimmed(value string) string { return strings.TrimSpace(value) }

func checkedName(name string) (string, error) {
	name = trimmed(name)
	switch length := utf8.RuneCountInString(name); {
	case length == 0:
		return "", Refuse(Invalid, "a contact needs a name")
	case length > longestName:
		return "", Refuse(Invalid, "a name has %d characters at most, not %d", longestName, length)
	case !utf8.ValidString(name):
		return "", Refuse(Invalid, "the name %q is no UTF-8", name)
	}
	return name, nil
}

func checkedEmail(email string) (string, error) {
	email = trimmed(email)
	local, domain, _ := strings.Cut(email, "@")
	parts := strings.Split(domain, ".")
	switch {
	case len(email) > longestEmail:
		return "", Refuse(Invalid, "an e-mail has %d bytes at most, not %d", longestEmail, len(email))
	case strings.Count(email, "@") != 1 || local == "":
		return "", Refuse(Invalid, "%q is no e-mail: it needs one @ with something before it", email)
	case len(parts) < 2 || hasEmpty(parts):
		return "", Refuse(Invalid, "%q is no e-mail: its domain needs two or more parts with dots between", email)
	case strings.ContainsFunc(email, unicode.IsSpace) || !fitsCell(email):
		return "", Refuse(Invalid, "%q is no e-mail: there is a character in it that it cannot have", email)
	}
	return email, nil
}

func checkedPhone(phone string) (string, error) {
	phone = trimmed(phone)
	digits := 0
	for _, character := range phone {
		switch {
		case '0' <= character && character <= '9':
			digits++
		case !strings.ContainsRune("+()-. ", character):
			return "", Refuse(Invalid, "%q is no phone: %q cannot be in it", phone, character)
		}
	}
	if digits < fewestDigits || digits > largestDigits {
		return "", Refuse(Invalid, "%q is no phone: it needs %d to %d digits", phone, fewestDigits, largestDigits)
	}
	return phone, nil
}

func checkedTag(tag string) (string, error) {
	tag = trimmed(tag)
	if tag == "" || !fitsCell(tag) {
		return "", Refuse(Invalid, "%q is no tag: it is empty, or there is a character in it that it cannot have", tag)
	}
	return tag, nil
}

// fitsCell tells whether a value can stand beside others in a cell of a CSV file, where semicolons part them, and on a
// line for people.
func fitsCell(value string) bool {
	return utf8.ValidString(value) && !strings.Contains(value, ";") && !strings.ContainsFunc(value, unicode.IsControl)
}

func hasEmpty(parts []string) bool {
	for _, part := range parts {
		if part == "" {
			return true
		}
	}
	return false
}

// checkedAll checks each value by its rule and stops at the first that breaks it.
func checkedAll(values []string, checked func(string) (string, error)) ([]string, error) {
	all := make([]string, 0, len(values))
	for _, value := range values {
		value, err := checked(value)
		if err != nil {
			return nil, err
		}
		all = append(all, value)
	}
	return all, nil
}
