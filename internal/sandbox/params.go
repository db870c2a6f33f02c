package sandbox

// param is one row of a document's parameter table.
type param struct {
	name     string
	required bool
	when     func(form) bool // whether the row is in force; nil means always
	check    check
}

// fault is the first thing wrong with a request, and the parameter at fault if
// it is one. Its zero value is none.
type fault struct {
	kind  kind
	param string
}

// kind is what a request can be refused for. The vendor's words for it are
// in the endpoint's table of refusals.
type kind int

const (
	noFault kind = iota
	internalFault
	wrongCredentials
	wrongSign
	expiredSign
	missing
	malformed
	notUTF8
	badURL
	badName
	badIDNumber
	notAPhoto
	photoTooLarge
)

// firstFault judges a form row by row.
func firstFault(f form, rows []param) fault {
	for _, row := range rows {
		if row.when != nil && !row.when(f) {
			continue
		}
		v := f[row.name]
		if v.empty() {
			if row.required {
				return fault{missing, row.name}
			}
			continue
		}
		if k := row.check(v); k != noFault {
			return fault{k, row.name}
		}
	}
	return fault{}
}

// both puts a row in force where two others would be.
func both(one, other func(form) bool) func(form) bool {
	return func(f form) bool { return one(f) && other(f) }
}

// is puts a row in force when the named parameter has the value.
func is(name, value string) func(form) bool {
	return func(f form) bool { return f[name].text == value }
}
