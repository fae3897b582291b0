package main

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"contact-book/internal/book"
)

// A syntax says which arguments a command takes; options are named without dashes.
type syntax struct {
	operands []string // all of them have to be there, in this order
	values   []string // options with a value, each as often as the caller likes
	switches []string // options without one
}

// arguments are what was given to a command, read by its syntax.
type arguments struct {
	operands []string
	values   map[string][]string
	switches map[string]bool
}

// parse reads words as POSIX has it (Utility Syntax Guidelines), but that options may follow operands too. The flag
// package is not used because it stops at the first operand.
func (s syntax) parse(words []string) (arguments, error) {
	given := arguments{values: map[string][]string{}, switches: map[string]bool{}}
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		switch {
		case word == "--":
			given.operands = append(given.operands, words...)
			words = nil
		case !isOption(word):
			given.operands = append(given.operands, word)
		default:
			rest, err := s.option(given, word, words)
			if err != nil {
				return arguments{}, err
			}
			words = rest
		}
	}
	return given, s.checkOperands(given.operands)
}

// option reads one option, whose value may be the first of words, and returns those that are left.
func (s syntax) option(given arguments, option string, words []string) ([]string, error) {
	name, value, attached := strings.Cut(strings.TrimPrefix(option, "--"), "=")
	switch {
	case !strings.HasPrefix(option, "--"):
		return nil, book.Refuse(book.Invalid, "there is no option %q", option)
	case slices.Contains(s.switches, name) && attached:
		return nil, book.Refuse(book.Invalid, "--%s takes no value", name)
	case slices.Contains(s.switches, name):
		given.switches[name] = true
		return words, nil
	case !slices.Contains(s.values, name):
		return nil, book.Refuse(book.Invalid, "there is no option %q here", "--"+name)
	case !attached && (len(words) == 0 || isOption(words[0])):
		return nil, book.Refuse(book.Invalid, "--%s needs a value (--%[1]s=-x if it begins with a dash)", name)
	case !attached:
		value, words = words[0], words[1:]
	}
	given.values[name] = append(given.values[name], value)
	return words, nil
}

func (s syntax) checkOperands(operands []string) error {
	if len(operands) < len(s.operands) {
		return book.Refuse(book.Invalid, "%s is missing", s.operands[len(operands)])
	}
	if len(operands) > len(s.operands) {
		return book.Refuse(book.Invalid, "%q is one argument too many", operands[len(s.operands)])
	}
	return nil
}

// isOption tells options from operands; a dash alone is an operand and means stdin.
func isOption(word string) bool {
	return len(word) > 1 && word[0] == '-'
}

// last returns the value of an option that counts once: the last one, or another if it was not given.
func (a arguments) last(option, other string) string {
	if values := a.values[option]; len(values) > 0 {
		return values[len(values)-1]
	}
	return other
}

// choice returns the value of an option that knows a few only, or another if it was not given.
func (a arguments) choice(option, other string, known ...string) (string, error) {
	value := a.last(option, other)
	if len(a.values[option]) > 0 && !slices.Contains(known, value) {
		return "", book.Refuse(book.Invalid, "--%s is one of %s, not %q", option, strings.Join(known, ", "), value)
	}
	return value, nil
}

// wholeNumber returns the value of an option that is a number of 0 or more; one too large for an int is as good as the
// largest, which stands for an option that was not given.
func (a arguments) wholeNumber(option string) (int, error) {
	text := a.last(option, strconv.Itoa(math.MaxInt))
	number, err := strconv.Atoi(text)
	if number < 0 || err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, book.Refuse(book.Invalid, "--%s is a whole number of 0 or more, not %q", option, text)
	}
	return number, nil
}
