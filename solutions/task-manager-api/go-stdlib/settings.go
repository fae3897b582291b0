package main

import (
	"cmp"
	"fmt"
	"net"
	"os"
)

// settings is what the environment tells the program.
type settings struct {
	address     string
	databaseURL string
	jwtSecret   string
	jwtIssuer   string
	jwtAudience string
	secretKey   string
}

// readSettings fails when a variable is missing: an empty secret would be one that everybody knows.
func readSettings() (settings, error) {
	read := settings{
		address: net.JoinHostPort(cmp.Or(os.Getenv("HOST"), "127.0.0.1"), cmp.Or(os.Getenv("PORT"), "8000")),
	}
	for name, value := range map[string]*string{
		"DATABASE_URL": &read.databaseURL,
		"JWT_SECRET":   &read.jwtSecret,
		"JWT_ISSUER":   &read.jwtIssuer,
		"JWT_AUDIENCE": &read.jwtAudience,
		"SECRET_KEY":   &read.secretKey,
	} {
		if *value = os.Getenv(name); *value == "" {
			return settings{}, fmt.Errorf("the variable %s is not set", name)
		}
	}
	return read, nil
}
