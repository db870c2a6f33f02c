package main

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
)

// The figures are between these lines of a page.
const (
	beginMarker = "<!-- Written by go run ./bench/scaling -write; do not edit. -->\n"
	endMarker   = "<!-- End of what go run ./bench/scaling wrote. -->\n"
)

func writeInto(page, figures string) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	before, rest, begun := strings.Cut(string(text), beginMarker)
	_, after, ended := strings.Cut(rest, endMarker)
	if !begun || !ended {
		return fmt.Errorf("%s lacks the line %q or %q behind it", page, strings.TrimSpace(beginMarker), strings.TrimSpace(endMarker))
	}
	return os.WriteFile(page, []byte(before+beginMarker+"\n"+figures+"\n"+endMarker+after), 0o644)
}

// table is a Markdown table of numbers behind a first column.
func table(text *strings.Builder, header []string, rows [][]string) {
	line := func(cells []string) { _, _ = fmt.Fprintf(text, "| %s |\n", strings.Join(cells, " | ")) }
	line(header)
	_, _ = fmt.Fprintf(text, "| --- |%s\n", strings.Repeat(" ---: |", len(header)-1))
	for _, row := range rows {
		line(row)
	}
}

// figure writes a number with three digits that count, and thousands apart.
func figure(value float64) string {
	if value == 0 {
		return "0"
	}
	digits := int(math.Floor(math.Log10(math.Abs(value)))) + 1
	if digits >= 3 {
		scale := math.Pow10(max(0, digits-3))
		return thousands(int64(math.Round(value/scale) * scale))
	}
	return strconv.FormatFloat(value, 'f', max(0, min(6, 3-digits)), 64)
}

func thousands(value int64) string {
	text := strconv.FormatInt(value, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func count(value int) string { return thousands(int64(value)) }

// report is all that the page shows.
func report(in *inputs, f *fleet) string {
	var text strings.Builder
	m := &in.measured
	_, _ = fmt.Fprintf(&text, "- processor time of calls, memory of calls: [performance.md](performance.md), measured at commit %s\n", in.performanceMeasured)
	_, _ = fmt.Fprintf(&text, "- connections, series, log, Redis: `%s` at commit %s, %s\n", m.Command, m.Commit, m.Machine)
	_, _ = fmt.Fprintf(&text, "- a replica: at most half of its core is used; a vendor takes %s\n\n", f.Vendor)
	text.WriteString("### What one core carries\n\n")
	oneCore(&text, in, f)
	text.WriteString("\n### What a million calls cost\n\n")
	million(&text, in, f)
	_, _ = fmt.Fprintf(&text, "\n### %s replicas in %d regions\n\n", count(f.Replicas), f.Regions)
	onPaper(&text, in, f)
	text.WriteString("\n### Connections of clients\n\n")
	connections(&text, in, f)
	text.WriteString("\n### Metrics\n\n")
	series(&text, in, f)
	text.WriteString("\n### The Redis of a region\n\n")
	regionRedis(&text, in, f)
	text.WriteString("\n### To the vendors\n\n")
	vendors(&text, f)
	return text.String()
}

// perSecond is how many calls a second a core carries.
func perSecond(cpu float64) float64 { return busy * 1e6 / cpu }

func oneCore(text *strings.Builder, in *inputs, f *fleet) {
	var rows [][]string
	add := func(kind string, l lane, memory func(inFlight float64) float64) {
		inFlight := perSecond(l.cpu) * f.Vendor.Seconds()
		rows = append(rows, []string{label(kind, l), figure(l.cpu), figure(perSecond(l.cpu)), figure(inFlight), figure(in.idleMiB + memory(inFlight))})
	}
	for _, l := range in.small {
		add("small", l, func(inFlight float64) float64 { return inFlight * in.callKiB / 1024 })
	}
	for _, l := range in.photos {
		add("three photos of 1 MiB", l, func(inFlight float64) float64 { return inFlight * in.photoShare * photoBytes / (1 << 20) })
	}
	table(text, []string{"call", "CPU, µs", "calls a second", "in flight", "memory, MiB"}, rows)
}

// label is a lane as the page calls it.
func label(kind string, l lane) string {
	return kind + ", " + strings.Replace(strings.TrimPrefix(l.name, "gateway "), "gateway-tls gRPC", "gRPC over TLS", 1)
}

func million(text *strings.Builder, in *inputs, f *fleet) {
	var rows [][]string
	log := float64(in.measured.LogBytes) / 1e3 // GB of a million
	for _, of := range []struct {
		kind  string
		lanes []lane
		sent  float64
	}{{"small", in.small, 0}, {"three photos of 1 MiB", in.photos, photoBytes}} {
		for _, l := range of.lanes {
			hours := l.cpu / 3600 / busy
			egress := "–" // what is not photos is not counted
			if of.sent > 0 {
				egress = figure(of.sent / 1e3 * f.Prices.EgressGB)
			}
			rows = append(rows, []string{label(of.kind, l), figure(l.cpu), figure(hours * f.Prices.CoreHour), figure(log * f.Prices.LogGB), egress})
		}
	}
	table(text, []string{"call", "CPU, core-seconds", "of cores", "of log", "of sending photos"}, rows)
	_, _ = fmt.Fprintf(text, "\nAt %s a core-hour, half of which is idle, %s for a GB of log and %s for a GB sent: put your own prices in. A line of the log has %s bytes.\n",
		figure(f.Prices.CoreHour), figure(f.Prices.LogGB), figure(f.Prices.EgressGB), count(in.measured.LogBytes))
}

func onPaper(text *strings.Builder, in *inputs, f *fleet) {
	replicas, rate := f.region()
	small := in.small[0].cpu
	each := rate / float64(replicas)
	table(text, []string{"at the peak", "in all", "a region", "a replica"}, [][]string{
		{"replicas", count(f.Replicas), count(replicas), "1"},
		{"calls a second", figure(f.Rate), figure(rate), figure(each)},
		{"calls in flight", figure(f.Rate * f.Vendor.Seconds()), figure(rate * f.Vendor.Seconds()), count(atOnce(each*f.Vendor.Seconds())) + " at most"},
		{"cores in use", figure(f.Rate * small / 1e6), figure(rate * small / 1e6), figure(each * small / 1e6)},
		{"replicas of one core that would carry it", figure(math.Ceil(f.Rate / perSecond(small))), figure(math.Ceil(rate / perSecond(small))), "–"},
		{"idle memory, GiB", figure(float64(f.Replicas) * in.idleMiB / 1024), figure(float64(replicas) * in.idleMiB / 1024), figure(in.idleMiB / 1024)},
	})
}

func connections(text *strings.Builder, in *inputs, f *fleet) {
	replicas, _ := f.region()
	var rows [][]string
	for _, subset := range []int{5, 10, f.Subset, 50, replicas} {
		s := subsets(replicas, f.Clients, subset)
		mebibytes := s.most * float64(in.measured.ConnectionTLSBytes) / (1 << 20)
		rows = append(rows, []string{
			count(min(subset, replicas)), figure(s.mean), figure(s.most), figure(s.load), count(s.none),
			figure(mebibytes), figure(float64(f.Clients*min(subset, replicas)) / 1e3),
		})
	}
	table(text, []string{"a client connects to", "connections of a replica", "of the fullest", "load of the fullest by the mean", "replicas without a client", "memory of the fullest, MiB", "connections of the region, thousands"}, rows)
	_, _ = fmt.Fprintf(text, "\n%s clients and %s replicas of a region, the worst of %d draws. A connection over TLS whose health is watched takes %s KiB of a replica, in plaintext %s.\n",
		count(f.Clients), count(replicas), trials, figure(float64(in.measured.ConnectionTLSBytes)/1024), figure(float64(in.measured.ConnectionBytes)/1024))
}

func series(text *strings.Builder, in *inputs, f *fleet) {
	m := &in.measured
	replicas, _ := f.region()
	row := func(what string, n int) []string {
		return []string{what, count(n), figure(float64(n) / f.Scrape.Seconds())}
	}
	table(text, []string{"series", "held", "samples a second"}, [][]string{
		row("of a replica with one product", m.Series),
		row("of a replica, at most", mostSeries),
		row("of a region, at most", mostSeries*replicas),
		row("of a region, without the replica, at most", mostSeries),
		row("of all regions, without the replica, at most", mostSeries*f.Regions),
	})
	_, _ = fmt.Fprintf(text, "\n20 callers on 4 accounts; at most: every product, and every reason has occurred. A scrape with one product has %s KiB compressed: %s MiB a second of a region, every %s.\n",
		figure(float64(m.ScrapeBytes)/1024), figure(float64(m.ScrapeBytes*replicas)/f.Scrape.Seconds()/(1<<20)), f.Scrape)
}

func regionRedis(text *strings.Builder, in *inputs, f *fleet) {
	m := &in.measured
	r := f.redis(m)
	table(text, []string{"", "figure"}, [][]string{
		{"operations a second", figure(r.operations)},
		{"cores of Redis", figure(r.cores)},
		{"of which replicas without calls take", figure(r.idle)},
		{"memory, GB", figure(r.memoryGB)},
		{"connections, at most", count(r.connections)},
	})
	_, _ = fmt.Fprintf(text, "\n%s of the calls have a key, every account a `vendor_limit`, every caller a `rate`. Redis's own processor time: %s µs for a keyed call, %s µs for an attempt's lease, %s µs for a caller's rate; %s bytes for an answer, kept for %s.\n",
		percent(f.Keyed), figure(m.RedisKeyedMicros), figure(m.RedisLimitMicros), figure(m.RedisRateMicros), count(m.RedisKeyBytes), "an hour")
}

func percent(share float64) string { return figure(100*share) + " %" }

func vendors(text *strings.Builder, f *fleet) {
	e := f.egress()
	replicas, rate := f.region()
	table(text, []string{"", "figure"}, [][]string{
		{"attempts a second of a replica on an account", figure(rate / float64(replicas*f.Accounts))},
		{"connections of a replica to an account, at most", count(e.each)},
		{"connections of a region to an account, at most", count(e.all)},
		{"TLS handshakes of a region, a second, at most", figure(e.handshakes)},
		{"addresses that a zone needs for one vendor", count(e.addresses)},
		{"addresses on each vendor's list, egress by zone", count(e.inAll)},
	})
}
