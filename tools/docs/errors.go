package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/code"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/server"
)

// contractFolder has the contract's comments in Go.
const contractFolder = "gen/liveness/v1"

// errorsPage is what errors.md.tmpl shows.
type errorsPage struct {
	Reasons []reasonRow
	Vendors []vendorCodes
}

type reasonRow struct {
	Reason  providers.Reason
	Meaning string
	// GRPC and HTTP are the statuses, two of each where the reason has two.
	GRPC, HTTP string
	// Again and Another say whether the same message may be sent again, and whether
	// another target is tried.
	Again, Another   string
	Caller, Operator string
	Codes            []codeRow
}

// Anchor is the place of the reason's section, as GitHub names it.
func (r reasonRow) Anchor() string { return anchor(r.Reason) }

type vendorCodes struct {
	Vendor string
	Codes  []codeRow
}

type codeRow struct {
	providers.Code
	Vendor, HTTP, Do string
	// Link is the row of the code.
	Link string
}

// Anchor is the place of the reason's section.
func (r codeRow) Anchor() string { return anchor(r.Reason) }

func anchor(reason providers.Reason) string { return strings.ToLower(string(reason)) }

func newErrorsPage(root string, vendors []*providers.Provider) (errorsPage, error) {
	var page errorsPage
	byReason := make(map[providers.Reason][]codeRow)
	for _, vendor := range vendors {
		rows, err := codeRows(root, vendor)
		if err != nil {
			return errorsPage{}, err
		}
		page.Vendors = append(page.Vendors, vendorCodes{vendor.Name, rows})
		for _, row := range rows {
			byReason[row.Reason] = append(byReason[row.Reason], row)
		}
	}
	contract, err := parse(filepath.Join(root, contractFolder))
	if err != nil {
		return errorsPage{}, err
	}
	meanings := contract.comments()
	for _, reason := range reasons() {
		row := newReasonRow(reason)
		row.Meaning = withoutStatus(meanings["Reason_"+string(reason)])
		row.Codes = byReason[reason]
		page.Reasons = append(page.Reasons, row)
	}
	return page, nil
}

// reasons returns the reasons of the contract in its order.
func reasons() []providers.Reason {
	values := livenessv1.Reason(0).Descriptor().Values()
	all := make([]providers.Reason, 0, values.Len())
	for i := 1; i < values.Len(); i++ { // 0 is never sent
		all = append(all, providers.Reason(values.Get(i).Name()))
	}
	return all
}

func newReasonRow(reason providers.Reason) reasonRow {
	row := reasonRow{
		Reason: reason, Again: "no", Caller: advices[reason].caller, Operator: advices[reason].operator,
	}
	var grpc, statuses, another []string
	for _, failure := range failures(reason) {
		c, status, retry := server.StatusFor(failure)
		grpc = append(grpc, code.Code(c).String())
		statuses = append(statuses, strconv.Itoa(status))
		another = append(another, yesNo[routing.TriesAnother(failure)])
		if retry > 0 {
			row.Again = "after `RetryInfo`"
		}
	}
	row.GRPC = strings.Join(grpc, ", ")
	row.HTTP = strings.Join(statuses, ", ")
	row.Another = strings.Join(another, ", ")
	return row
}

var yesNo = map[bool]string{true: "yes", false: "no"}

// failures returns the failures that a reason can mean: an argument that is
// refused is the caller's or ours, which makes two.
func failures(reason providers.Reason) []*providers.Error {
	ours := &providers.Error{Reason: reason}
	callers := &providers.Error{Reason: reason, Violations: []providers.Violation{{}}}
	if callers.CallersFault() == ours.CallersFault() {
		return []*providers.Error{ours}
	}
	return []*providers.Error{callers, ours}
}

// contractStatus is the end of a reason's comment in the contract, which the tables
// show already.
var contractStatus = regexp.MustCompile(` [A-Z_]+, HTTP [^.]*\.$`)

func withoutStatus(comment string) string { return contractStatus.ReplaceAllString(comment, "") }

func codeRows(root string, vendor *providers.Provider) ([]codeRow, error) {
	folder := "internal/providers/" + vendor.Name
	parsed, err := parse(filepath.Join(root, folder))
	if err != nil {
		return nil, err
	}
	places := parsed.codeRows()
	rows := make([]codeRow, len(vendor.Codes))
	for i, c := range vendor.Codes {
		place := places[c.Code]
		if place == "" {
			return nil, fmt.Errorf("%s: code %q is in no literal of providers.CodeTable", folder, c.Code)
		}
		rows[i] = codeRow{
			Code: c, Vendor: vendor.Name, HTTP: newReasonRow(c.Reason).HTTP, Do: advices[c.Reason].short,
			Link: "../" + folder + "/" + place,
		}
	}
	return rows, nil
}
