package web

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// acceptsJSON says whether a request takes application/json. Of all ranges that match, the most specific one decides
// (RFC 9110, section 12.5.1).
func acceptsJSON(header http.Header) bool {
	ranges := strings.Join(header.Values("Accept"), ",")
	if strings.Trim(ranges, ", \t") == "" {
		return true
	}
	quality := map[string]float64{}
	for part := range strings.SplitSeq(ranges, ",") {
		mediaRange, parameters, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		quality[mediaRange] = max(quality[mediaRange], weight(parameters))
	}
	for _, mediaRange := range []string{jsonType, "application/*", "*/*"} {
		if weight, sent := quality[mediaRange]; sent {
			return weight > 0
		}
	}
	return false
}

func weight(parameters map[string]string) float64 {
	text, sent := parameters["q"]
	if !sent {
		return 1
	}
	weight, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return weight
}
