package book

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// fold makes texts comparable: `José`, `JOSE` and `jose` become `jose`.
func fold(text string) string {
	return strings.Map(dropMark, foldCase(norm.NFKD.String(text)))
}

// foldCase is Unicode's full case folding (section 3.13 of the standard): `Straße` becomes `strasse`.
func foldCase(text string) string {
	return strings.Map(capitalCherokee, cases.Fold().String(text))
}

func dropMark(character rune) rune {
	if unicode.Is(unicode.M, character) {
		return -1
	}
	return character
}

// capitalCherokee mends what x/text does to the one script that Unicode folds to its capitals.
func capitalCherokee(character rune) rune {
	switch {
	case 0xAB70 <= character && character <= 0xABBF:
		return character - 0xAB70 + 0x13A0
	case 0x13F8 <= character && character <= 0x13FD:
		return character - 0x13F8 + 0x13F0
	}
	return character
}
