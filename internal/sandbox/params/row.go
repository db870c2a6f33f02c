package params

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Row is one row of a document's parameter table.
type Row struct {
	Name     string
	Required bool
	When     func(Values) bool // whether the row is in force; nil means always
	Check    Check
	// Empty and Null are what an empty text and a null are refused for, where they are
	// not the same as nothing.
	Empty, Null Kind
	// Absent is what a required one is refused for that is not there, where it is not Missing.
	Absent Kind
}

// Fault is the first thing wrong with a request, and the parameter at fault if it is one.
// Its zero value is none.
type Fault struct {
	Kind  Kind
	Param string
}

// Kind is what a request can be refused for. The vendor's words for it are in the
// endpoint's table of errors. A vendor that tells more apart has kinds of its own.
type Kind string

// What requests to several vendors are refused for.
const (
	None             Kind = ""
	Internal         Kind = "internal"
	WrongCredentials Kind = "wrong credentials"
	WrongSignature   Kind = "wrong signature"
	ExpiredSignature Kind = "expired signature"
	WrongSession     Kind = "wrong session token"
	EndedSession     Kind = "ended session"
	Missing          Kind = "missing"
	Malformed        Kind = "malformed"
	NotUTF8          Kind = "not UTF-8"
	BadBody          Kind = "body not understood"
	Unknown          Kind = "unknown parameter"
	BadURL           Kind = "bad URL"
	NotAPhoto        Kind = "not a photo"
	PhotoTooLarge    Kind = "photo too large"
)

// First judges values row by row.
func First(v Values, rows []Row) Fault {
	for _, row := range rows {
		if row.When != nil && !row.When(v) {
			continue
		}
		if k := row.judge(v); k != None {
			return Fault{k, row.Name}
		}
	}
	return Fault{}
}

// Stray finds a value that no row is for, the first by name. Members of a value are for
// its row if that has no rows of members.
func Stray(v Values, rows []Row) Fault {
	for _, name := range slices.Sorted(maps.Keys(v)) {
		if !slices.ContainsFunc(rows, func(row Row) bool { return row.covers(name, rows) }) {
			return Fault{Unknown, name}
		}
	}
	return Fault{}
}

func (r Row) covers(name string, rows []Row) bool {
	if r.Name == name {
		return true
	}
	detailed := slices.ContainsFunc(rows, func(other Row) bool { return strings.HasPrefix(other.Name, r.Name+".") })
	return !detailed && (strings.HasPrefix(name, r.Name+".") || strings.HasPrefix(name, r.Name+"["))
}

func (r Row) judge(v Values) Kind {
	value, given := v[r.Name]
	isNull := value.Type == Null
	switch {
	case isNull && r.Null != None:
		return r.Null
	case given && value.Empty() && r.Empty != None:
		return r.Empty
	case !value.Empty() && !isNull:
		return r.Check(value)
	case r.Required:
		return cmp.Or(r.Absent, Missing)
	default:
		return None
	}
}

// Given puts a row in force when the named parameter is there.
func Given(name string) func(Values) bool {
	return func(v Values) bool { return !v[name].Empty() && v[name].Type != Null }
}

// Not puts a row in force where another would not be.
func Not(one func(Values) bool) func(Values) bool {
	return func(v Values) bool { return !one(v) }
}

// Both puts a row in force where two others would be.
func Both(one, other func(Values) bool) func(Values) bool {
	return func(v Values) bool { return one(v) && other(v) }
}

// Is puts a row in force when the named parameter has the value.
func Is(name, value string) func(Values) bool {
	return func(v Values) bool { return v[name].Text == value }
}
