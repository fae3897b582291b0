package web

import (
	"net/http"
	"strconv"
	"strings"

	"task-manager-api/internal/problem"
	"task-manager-api/internal/task"
)

// etag is a strong tag of a task's version (RFC 9110, section 8.8.3).
func etag(shown task.Task) string {
	return strconv.Quote(strconv.FormatInt(shown.Version, 10))
}

// requireMatch is checkMatch for requests that have to bring an If-Match (RFC 6585, section 3).
func requireMatch(header http.Header, present task.Task) error {
	if len(header.Values("If-Match")) == 0 {
		return problem.New(http.StatusPreconditionRequired, "If-Match has to say which version is to be changed")
	}
	return checkMatch(header, present)
}

// checkMatch returns a problem with status 412 if there is an If-Match and it does not name the present version. Tags
// are compared strongly: a weak one matches nothing (RFC 9110, section 13.1.1).
func checkMatch(header http.Header, present task.Task) error {
	values := header.Values("If-Match")
	if len(values) == 0 {
		return nil
	}
	for _, tag := range tags(values) {
		if tag == "*" || tag == etag(present) {
			return nil
		}
	}
	return problem.New(http.StatusPreconditionFailed, "the task has another version by now")
}

// isKnown says whether If-None-Match names the present version; weakly, so W/ makes no difference (section 13.1.2).
func isKnown(header http.Header, present task.Task) bool {
	for _, tag := range tags(header.Values("If-None-Match")) {
		if tag == "*" || strings.TrimPrefix(tag, "W/") == etag(present) {
			return true
		}
	}
	return false
}

// tags splits at every comma. One may stand in a tag, too, but in none of ours.
func tags(values []string) []string {
	parts := strings.Split(strings.Join(values, ","), ",")
	for index, part := range parts {
		parts[index] = strings.TrimSpace(part)
	}
	return parts
}
