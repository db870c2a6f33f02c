package providers

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Error is the one type of failure in the gateway: adapters return it, routing chooses among several,
// and internal/call turns it into a status. It holds nothing secret or personal and may be logged as
// it is.
type Error struct {
	Reason Reason
	// Violations name the caller's fields at fault, if any are.
	Violations []Violation
	// Exchange is what is known of the HTTP exchange behind it; zero if there was
	// none.
	Exchange Exchange
	// Ambiguous says that the vendor may have processed the request: no error code of the vendor
	// came back, so a token may exist that no caller received.
	Ambiguous bool
	// Standing says that a VendorPermissionDenied holds for every request with the credential and
	// the product; otherwise only this request was denied.
	Standing bool
	// Message tells the caller what happened, in the gateway's words; empty if the reason says it
	// all.
	Message string
	// Cause is for the log only.
	Cause error
}

// Error returns the reason and what is known of its origin.
func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString(string(e.Reason))
	if e.Message != "" {
		text.WriteString(": " + e.Message)
	}
	for _, v := range e.Violations {
		text.WriteString(": " + string(v.Path) + " " + v.Description)
	}
	if e.Exchange.Code != "" {
		text.WriteString(" (vendor code " + e.Exchange.Code + ")")
	}
	return text.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// CallersFault reports whether the caller's own input is at fault. An argument that a
// vendor refuses is the caller's only if one of its fields is named.
func (e *Error) CallersFault() bool {
	switch e.Reason {
	case InvalidRequest, PhotoUnreadable, PhotoTooLarge, NoFaceFound, MultipleFaces, PhotoLowQuality,
		RequestTooLarge, IdentityNameInvalid, IdentityNumberInvalid, ComparisonAttemptsExceeded:
		return true
	case ArgumentRejected:
		return len(e.Violations) > 0
	default:
		return false
	}
}

// Blame decides whose fault a vendor's refusal is. The caller is at fault for a refused argument if the
// request contains all arguments that the vendor named, and for any other reason if the request
// contains what the reason is about. Otherwise the vendor refuses something that the caller did not
// send: an argument of the gateway's.
func (e *Error) Blame(r *Request, arguments ...Field) {
	asked, sent := r.Asks(), true
	switch e.Reason {
	case ArgumentRejected:
		e.blame(asked, arguments...)
	case PhotoUnreadable, PhotoTooLarge, NoFaceFound, MultipleFaces, PhotoLowQuality:
		sent = e.blame(asked, FieldPhotos)
	case IdentityNameInvalid:
		sent = e.blame(asked, FieldIdentityDocumentName)
	case IdentityNumberInvalid:
		sent = e.blame(asked, FieldIdentityDocumentNumber)
	case RequestTooLarge: // only photos are large
		sent = asked.Has(FieldPhotos)
	case ComparisonAttemptsExceeded:
		sent = asked.Has(FieldPhotos) || asked.Has(FieldIdentityDocument)
	default:
	}
	if !sent {
		e.Reason = ArgumentRejected
	}
}

// blame adds a violation for each field and reports true, if there are any and the request contains
// all of them.
func (e *Error) blame(asked Fields, fields ...Field) bool {
	e.Violations = nil
	for _, f := range fields {
		if !asked.Has(f) {
			e.Violations = nil
			return false
		}
		e.Refuse(f.Path())
	}
	return len(fields) > 0
}

// Refuse adds a violation: the vendor refuses what the request has at that path.
func (e *Error) Refuse(path Path) {
	e.Violations = append(e.Violations, Violation{path, e.Reason, "refused by the vendor"})
}

// NameOnePhoto names the first photo in place of all, for a product that takes no more.
func (e *Error) NameOnePhoto() {
	for i, v := range e.Violations {
		if v.Path == FieldPhotos.Path() {
			e.Violations[i].Path = PhotoPath(1)
		}
	}
}

// Exchange is what is known of one HTTP exchange with a vendor, whether it issued a
// token or not. Its strings may be shown to a caller, except Text.
type Exchange struct {
	// Reference is the business number that was sent, "" if the product has no
	// place for one.
	Reference string
	// RequestID is the vendor's id of the request, at most 128 bytes.
	RequestID string
	// Code is the vendor's error code as its document spells it; "" on success, or if the answer had
	// none or something that is not a code.
	Code string
	// UnknownCode says that the answer reported an error with a code or text that is in no table.
	UnknownCode bool
	// HTTPStatus is 0 if no answer came.
	HTTPStatus int
	// ProcessingTime is the time the vendor says that it took; 0 if it does not.
	ProcessingTime time.Duration
	Billed         Billed
	// Date is the answer's Date header, zero if it had none.
	Date time.Time
	// RetryAfter is how long the answer asks to wait before the next request, at most
	// 60 s; 0 if it does not.
	RetryAfter time.Duration
	// Text is the vendor's message, for the log only, at most 256 bytes; "" if it may repeat
	// something of the request.
	Text string
}

// Billed says whether a vendor bills an attempt.
type Billed uint8

// Whether an attempt is billed.
const (
	BilledUnknown Billed = iota
	BilledYes
	BilledNo
)

// String returns "unknown", "yes" or "no".
func (b Billed) String() string { return [...]string{"unknown", "yes", "no"}[b] }

// CodeTable is a vendor's error table. A code with dots that has no row is read by the row of its
// family, the longest prefix of its parts that has one: AUTHFAILURE.ANY_OTHER by that of AUTHFAILURE.
type CodeTable []Code

// Has reports whether a row has the code, or its family.
func (t CodeTable) Has(code string) bool { return t.row(code) != nil }

// Reason returns what the code means, VendorErrorUnrecognized if neither it nor its family has a
// row.
func (t CodeTable) Reason(code string) Reason {
	if row := t.row(code); row != nil {
		return row.Reason
	}
	return VendorErrorUnrecognized
}

// Standing reports whether the code's row says that it is a standing refusal.
func (t CodeTable) Standing(code string) bool {
	row := t.row(code)
	return row != nil && row.Standing
}

// About returns the caller's field that the code's row says that it is about, FieldNone if it says
// none.
func (t CodeTable) About(code string) Field {
	if row := t.row(code); row != nil {
		return row.Field
	}
	return FieldNone
}

// Row returns the code of the row by which a code is read: itself, or its family; "" if there is
// none.
func (t CodeTable) Row(code string) string {
	if row := t.row(code); row != nil {
		return row.Code
	}
	return ""
}

// Prefer returns the first code that is known, by itself or by its family; if none is, the first that
// is not "". If an answer has codes in several places, one of them may be written by something in
// front of the vendor.
func (t CodeTable) Prefer(codes ...string) string {
	if i := slices.IndexFunc(codes, t.Has); i >= 0 {
		return codes[i]
	}
	return cmp.Or(codes...)
}

func (t CodeTable) row(code string) *Code {
	for {
		if row := t.exactly(code); row != nil {
			return row
		}
		dot := strings.LastIndexByte(code, '.')
		if dot < 0 {
			return nil
		}
		code = code[:dot]
	}
}

func (t CodeTable) exactly(code string) *Code {
	for i := range t {
		if t[i].Code == code {
			return &t[i]
		}
	}
	return nil
}

// Code is one row of a vendor's error table.
type Code struct {
	// Code is the vendor's code as its document spells it, including a reason behind a
	// colon ("AUTHORIZATION_ERROR:DENIED") or a dot ("AUTHFAILURE.SIGNATUREEXPIRE"), but not
	// the name of a parameter.
	Code   string
	Reason Reason
	// Standing is Error.Standing; only a VendorPermissionDenied has it.
	Standing bool
	// Field is the caller's field that an ArgumentRejected is about, whatever else the answer says;
	// FieldNone if the code alone tells of none.
	Field Field
	// Document and Section say where the vendor documents it.
	Document, Section string
}
