// Package token says who is asking, by the JWT that they bring.
package token

import (
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"task-manager-api/internal/problem"
)

// Role is how much somebody may do.
type Role string

const (
	Member  Role = "member"
	Manager Role = "manager"
	Admin   Role = "admin"
)

// Caller is who is asking.
type Caller struct {
	Sub  string  `json:"sub"`
	Name *string `json:"name"`
	Team string  `json:"team"`
	Role Role    `json:"role"`
}

// Verifier judges tokens.
type Verifier struct {
	secret []byte
	parser *jwt.Parser
}

// NewVerifier accepts the tokens of one issuer for one audience, signed by HS256 and nothing else (RFC 8725). `iat` is
// not judged, and there is no leeway.
func NewVerifier(secret, issuer, audience string) *Verifier {
	return &Verifier{
		secret: []byte(secret),
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
			jwt.WithIssuer(issuer),
			jwt.WithAudience(audience),
			jwt.WithExpirationRequired(),
			jwt.WithStrictDecoding(),
		),
	}
}

// Caller returns who sends a request with these headers; a problem with status 401 when they do not prove it.
func (verifier *Verifier) Caller(header http.Header) (Caller, error) {
	scheme, text, _ := strings.Cut(header.Get("Authorization"), " ")
	text = strings.TrimSpace(text)
	if !strings.EqualFold(scheme, "Bearer") || text == "" {
		return Caller{}, unauthorized("a bearer token is needed", "Bearer")
	}
	caller, err := verifier.read(text)
	if err != nil {
		return Caller{}, unauthorized("the token is not good", `Bearer error="invalid_token"`)
	}
	return caller, nil
}

// read takes the claims as a map, because a struct would take "ROLE" for "role" and stumble over an odd `jti`.
func (verifier *Verifier) read(text string) (Caller, error) {
	claims := jwt.MapClaims{}
	if _, err := verifier.parser.ParseWithClaims(text, claims, verifier.key); err != nil {
		return Caller{}, err
	}
	caller := Caller{
		Sub:  textClaim(claims, "sub"),
		Team: textClaim(claims, "team"),
		Role: Role(textClaim(claims, "role")),
	}
	if name := textClaim(claims, "name"); name != "" {
		caller.Name = &name
	}
	return caller, caller.check()
}

func (verifier *Verifier) key(token *jwt.Token) (any, error) {
	if _, critical := token.Header["crit"]; critical {
		return nil, errors.New("the token has extensions that must be understood and are not (RFC 7515, 4.1.11)")
	}
	return verifier.secret, nil
}

func (caller Caller) check() error {
	if caller.Sub == "" || caller.Team == "" {
		return errors.New("the token has no sub or no team")
	}
	switch caller.Role {
	case Member, Manager, Admin:
		return nil
	}
	return errors.New("the token has no role")
}

// textClaim returns a claim that is a text; PostgreSQL cannot store U+0000, so a text with one is none.
func textClaim(claims jwt.MapClaims, name string) string {
	text, _ := claims[name].(string)
	if strings.ContainsRune(text, 0) || !utf8.ValidString(text) {
		return ""
	}
	return text
}

func unauthorized(detail, challenge string) *problem.Problem {
	return problem.New(http.StatusUnauthorized, detail).With("WWW-Authenticate", challenge)
}
