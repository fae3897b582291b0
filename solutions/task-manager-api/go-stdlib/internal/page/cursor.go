package page

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
)

// Position is where a page ended: in which list, and the sort key and id of the last item shown. The item itself may be
// gone by the time that the next page is asked for.
type Position struct {
	List string `json:"list"`
	Key  string `json:"key"`
	ID   int64  `json:"id"`
}

// Cursors writes positions as texts that nobody else can make.
type Cursors struct {
	secret []byte
}

func NewCursors(secret string) Cursors {
	return Cursors{secret: []byte(secret)}
}

// Write returns the cursor of a position.
func (cursors Cursors) Write(position Position) string {
	content, err := json.Marshal(position)
	if err != nil {
		panic(err) // two texts and a number
	}
	encoded := base64.RawURLEncoding.EncodeToString(content)
	return encoded + "." + cursors.signature(encoded)
}

// Read returns the position that the parameter `cursor` names in a list, nil if there is none, and a problem with
// status 400 if the cursor was not handed out, or for another list or order.
func (cursors Cursors) Read(parameters Parameters, list string) (*Position, error) {
	cursor, sent, err := parameters.One("cursor")
	if err != nil || !sent {
		return nil, err
	}
	encoded, signature, _ := strings.Cut(cursor, ".")
	// The signature is of the text and not of what it decodes to: base64 has several texts for the same bytes.
	if !hmac.Equal([]byte(signature), []byte(cursors.signature(encoded))) {
		return nil, refused("cursor", "was not handed out here")
	}
	content, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return nil, refused("cursor", "was not handed out here")
	}
	var position Position
	if err := json.Unmarshal(content, &position); err != nil || position.List != list {
		return nil, refused("cursor", "was handed out for another list or order")
	}
	return &position, nil
}

func (cursors Cursors) signature(text string) string {
	code := hmac.New(sha256.New, cursors.secret)
	code.Write([]byte("cursor " + text))
	return base64.RawURLEncoding.EncodeToString(code.Sum(nil))
}
