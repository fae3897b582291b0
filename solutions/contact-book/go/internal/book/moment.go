package book

import "time"

// A Moment is a time in UTC, exact to the microsecond.
type Moment struct{ time time.Time }

// RFC 3339 with all six digits, so that moments sort as texts too.
const momentLayout = "2006-01-02T15:04:05.000000Z"

// now returns the present moment.
func now() Moment {
	return Moment{time.Now().UTC().Truncate(time.Microsecond)}
}

// later returns the present moment, or the next one after m when the clock has not come that far or was set back.
func (m Moment) later() Moment {
	if present := now(); present.Compare(m) > 0 {
		return present
	}
	return Moment{m.time.Add(time.Microsecond)}
}

// Compare is negative when m is before other, positive when it is after it.
func (m Moment) Compare(other Moment) int { return m.time.Compare(other.time) }

// MarshalText writes the moment as JSON has it.
func (m Moment) MarshalText() ([]byte, error) {
	return []byte(m.time.Format(momentLayout)), nil
}

// UnmarshalText reads what MarshalText wrote.
func (m *Moment) UnmarshalText(text []byte) (err error) {
	m.time, err = time.Parse(momentLayout, string(text))
	return err
}
