package sandbox_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

// tableOf reads the rows of the table under a heading of docs/sandbox.md, without those
// that name its columns.
func tableOf(t *testing.T, heading string) [][]string {
	t.Helper()
	page, err := os.ReadFile("../../docs/sandbox.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(page), "\n## "+heading+"\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	var rows [][]string
	for line := range strings.Lines(section) {
		if strings.HasPrefix(line, "| `") {
			cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
			for i := range cells {
				cells[i] = strings.Trim(strings.TrimSpace(cells[i]), "`")
			}
			rows = append(rows, cells)
		}
	}
	require.NotEmpty(t, rows)
	return rows
}

// listed asks a stand-in what it can play.
func listed(t *testing.T, p samples.Product) (outcomes, codes []string) {
	t.Helper()
	got := requests.Send(t, requests.Serve(t, p.New()), http.MethodPost, next, "", []byte(`{"product":"`+p.Name+`"}`))
	require.Equal(t, 400, got.Status)
	var refused struct{ Outcomes, Codes []string }
	require.NoError(t, json.Unmarshal([]byte(got.Body), &refused))
	return refused.Outcomes, refused.Codes
}

// nameOf is an item of an outcome without its value.
func nameOf(item string) string {
	name, _, _ := strings.Cut(item, "=")
	return name
}

func TestPageListsEveryOutcome(t *testing.T) {
	var onPage []string
	for _, row := range tableOf(t, "Outcomes") {
		for item := range strings.SplitSeq(row[0], ",") {
			onPage = append(onPage, nameOf(item))
		}
	}
	slices.Sort(onPage)
	for _, p := range samples.Products(t) {
		var existing []string
		outcomes, _ := listed(t, p)
		for _, each := range outcomes {
			existing = append(existing, nameOf(each))
		}
		slices.Sort(existing)
		require.Equal(t, existing, slices.Compact(slices.Clone(onPage)))
	}
}

// What a row says of the stand-in is so; what it says of the gateway is for the
// gateway's tests.
func TestPageTellsWhetherATokenIsIssued(t *testing.T) {
	gone, leave := context.WithCancel(t.Context()) // nobody waits for what takes long
	leave()
	for _, row := range tableOf(t, "Outcomes") {
		for _, p := range samples.Products(t) {
			if row[1] != "all" && row[1] != p.Name {
				continue
			}
			vendor := p.New()
			require.NoError(t, vendor.Rehearse(p.Name, row[0], 1), row[0])
			vendor.ServeHTTP(requests.Nobody{}, requests.HTTP(t, p.Valid).WithContext(gone))
			require.Equal(t, row[3], map[bool]string{true: "yes", false: "no"}[vendor.Ledger()[0].Token != ""], row[0])
		}
	}
}

func TestPageListsEveryCode(t *testing.T) {
	rows := tableOf(t, "Codes")
	for _, p := range samples.Products(t) {
		var onPage []string
		for _, row := range rows {
			if !slices.Contains(strings.Fields(strings.ReplaceAll(row[2], "`", "")), p.Name) {
				continue
			}
			code, status := row[0], row[1]
			onPage = append(onPage, code)
			vendor := p.New()
			require.NoError(t, vendor.Rehearse(p.Name, "code="+code, 1), p.Name)
			got := requests.Post(t, requests.Serve(t, vendor), p.Valid)
			require.Equal(t, status, strconv.Itoa(got.Status), code)
			head, detail, _ := strings.Cut(code, ":")
			require.Contains(t, got.Body, head, p.Name)
			require.Contains(t, got.Body, detail, p.Name)
		}
		_, existing := listed(t, p)
		for i, code := range existing {
			existing[i] = strings.NewReplacer("<key>", "PARAMETER", "<param>", "PARAMETER", "<reason>", "REASON").Replace(code)
		}
		require.ElementsMatch(t, existing, onPage, p.Name)
	}
}
