// A contact book for the shell: BRIEF.md says what each command does, README.md how to check it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
)

// The exit code of a wrong usage or an invalid value; the brief names the others.
const invalid = 2

// Level 1: add and list. Start here.
//
// Keep the contact in the file that CONTACTS_FILE names (its format is up to you), print the new id and nothing else,
// and return the exit code that the brief names.
func add(arguments []string) int {
	options := flag.NewFlagSet("contacts add", flag.ContinueOnError)
	name := options.String("name", "", "the name of the contact")
	var emails, phones, tags []string
	options.Func("email", "an e-mail address; may be given several times", appendTo(&emails))
	options.Func("phone", "a phone number; may be given several times", appendTo(&phones))
	options.Func("tag", "a tag; may be given several times", appendTo(&tags))
	if code, ok := parse(options, arguments); !ok {
		return code
	}

	if *name == "" {
		return refuse(invalid, "add needs --name")
	}
	return refuse(70, "`add` is not written yet")
}

// The next command of level 1:
//
//	list [--json]

// commands holds a function for each command. It gets the arguments that follow and returns the exit code.
var commands = map[string]func(arguments []string) int{
	"add": add,
}

func main() {
	if len(os.Args) < 2 {
		os.Exit(refuse(invalid, "usage: contacts COMMAND [OPTION]..."))
	}
	command, known := commands[os.Args[1]]
	if !known {
		os.Exit(refuse(invalid, "there is no command `%s`", os.Args[1]))
	}
	os.Exit(command(os.Args[2:]))
}

// parse reads the options. When there is nothing left to do, ok is false and code is the exit code; what is wrong with
// the options, or the help that was asked for, stands on stderr already.
func parse(options *flag.FlagSet, arguments []string) (code int, ok bool) {
	switch err := options.Parse(arguments); {
	case errors.Is(err, flag.ErrHelp):
		return 0, false
	case err != nil:
		return invalid, false
	case options.NArg() > 0:
		return refuse(invalid, "`%s` is one argument too many", options.Arg(0)), false
	}
	return 0, true
}

// appendTo collects the values of an option that may be given several times.
func appendTo(values *[]string) func(string) error {
	return func(value string) error {
		*values = append(*values, value)
		return nil
	}
}

// refuse says on stderr what is wrong and returns the exit code.
func refuse(code int, format string, values ...any) int {
	fmt.Fprintf(os.Stderr, "contacts: "+format+"\n", values...)
	return code
}
