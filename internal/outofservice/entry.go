// Package outofservice is what operators have taken out of service for a time, with a reason.
// It must not know routes, nor where replicas share the list.
package outofservice

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxEntries is how many may be in the list.
	MaxEntries = 64
	// MinTime is how long an entry holds at least.
	MinTime = time.Minute
	// MaxTime is how long it holds at most: what is to stay out of service belongs in the
	// configuration.
	MaxTime = 24 * time.Hour
	// MaxReasonBytes bounds a reason, as in the configuration's out_of_service.
	MaxReasonBytes = 200

	// maxNameBytes is longer than any name of the configuration.
	maxNameBytes = 256
)

var (
	errNothing    = errors.New("account or product must be given, or both")
	errName       = fmt.Errorf("account and product must have at most %d bytes", maxNameBytes)
	errNoReason   = errors.New("reason must say why: the next operator reads it")
	errLongReason = fmt.Errorf("reason must have at most %d bytes", MaxReasonBytes)
	errReasonText = errors.New("reason must be one line of printable text")
	errMinutes    = fmt.Errorf("minutes must be from %.0f to %.0f: for longer, use out_of_service in the configuration", MinTime.Minutes(), MaxTime.Minutes())
)

// Entry takes an account, a product, or a product on an account out of service.
type Entry struct {
	// Account and Product are those of some target; one of them may be "", which means all.
	Account string `json:"account,omitempty"`
	Product string `json:"product,omitempty"`
	// Reason is for operators; Until is when the entry ends by itself.
	Reason string    `json:"reason"`
	Until  time.Time `json:"until"`
	// By is the caller with admin: true who made the entry, "" if somebody on the operators'
	// listener did.
	By string `json:"by,omitempty"`
}

// covers reports whether a target of the account and product is out of service.
func (e *Entry) covers(account, product string) bool {
	return (e.Account == "" || e.Account == account) && (e.Product == "" || e.Product == product)
}

// Same reports whether the two are about the same.
func (e *Entry) Same(other Entry) bool {
	return e.Account == other.Account && e.Product == other.Product
}

// Equal reports whether the two say the same.
func (e *Entry) Equal(other Entry) bool {
	return e.Same(other) && e.Reason == other.Reason && e.By == other.By && e.Until.Equal(other.Until)
}

// Check returns what is wrong with an entry that is made at now, in a sentence that names the
// field; nil if nothing is. It does not know whether there is such an account or product.
func (e *Entry) Check(now time.Time) error {
	if e.Until.Sub(now) < MinTime-time.Second {
		return errMinutes
	}
	return e.valid(now)
}

// valid returns what is wrong with an entry, whenever it was made.
func (e *Entry) valid(now time.Time) error {
	switch {
	case e.Account == "" && e.Product == "":
		return errNothing
	case len(e.Account) > maxNameBytes || len(e.Product) > maxNameBytes || len(e.By) > maxNameBytes:
		return errName
	case strings.TrimSpace(e.Reason) == "":
		return errNoReason
	case len(e.Reason) > MaxReasonBytes:
		return errLongReason
	case !utf8.ValidString(e.Reason) || strings.ContainsFunc(e.Reason, func(r rune) bool { return !unicode.IsPrint(r) }):
		return errReasonText
	case e.Until.Sub(now) > MaxTime:
		return errMinutes
	}
	return nil
}

// without returns the entries except the one about the same, and except those that are over.
func without(entries []Entry, gone *Entry, now time.Time) []Entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return e.Same(*gone) || !now.Before(e.Until) })
}

// current returns the entries that are not over.
func current(entries []Entry, now time.Time) []Entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return !now.Before(e.Until) })
}

// inOrder compares entries for the order of a list, which is the same in all replicas.
func inOrder(a, b Entry) int {
	return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Product, b.Product))
}
