package system

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/liveness-gateway/gateway/internal/certtest"
	standins "github.com/liveness-gateway/gateway/internal/sandbox"
)

// fault is what gateways come to that ran well before, and what then fires.
type fault struct {
	name string
	// config is what differs from riggedConfig: pairs of what is replaced, and by what.
	config []string
	// replicas is how many gateways there are, 1 if it is 0.
	replicas int
	// days is for how long their certificates hold, if they have any.
	days int
	// traced says that they send spans, within that they run in the test's process.
	traced, within bool
	// every is the time between two calls, 20 ms if it is 0; calls are those before the fault, the
	// usual ones if it is nil. After repeats calls all begins anew.
	every   time.Duration
	calls   calls
	repeats int
	// begin causes it.
	begin func(r *rig)
	// changes is a metric that is another once the gateways have noticed, "" if nothing tells of it:
	// a busy machine takes its time for it.
	changes string
	// settles is how long it takes until all is as it goes on, 2 s if it is 0, filmed for how long
	// it is scraped at least, 3 s if it is 0.
	settles, filmed time.Duration
	// lasts is how long the film of it is shown, 45 minutes if it is 0.
	lasts time.Duration
	// pace is how many seconds go by in one that was scraped, 1 if it is 0.
	pace float64
	// passes says that it is over when its film is; then comes what was before.
	passes bool
	// fire are the alerts that fire, without LivenessGateway, tell those that Alertmanager tells.
	fire, tell []string
}

// shoot returns the films before the fault and in it.
func (f *fault) shoot(t *testing.T) *reel {
	t.Helper()
	r, to := startRig(t, f), newReel()
	healthy := r.film(to, 3*time.Second)
	require.Positive(t, to.increase(healthy, "liveness_gateway_tokens_issued_total"), "no token was issued before the fault")
	showed := r.shows(f.changes)
	f.begin(r)
	time.Sleep(orElse(f.settles, 2*time.Second))
	if f.changes != "" {
		require.Eventually(t, func() bool { return r.shows(f.changes) != showed }, startLimit, 50*time.Millisecond, "%s stays as it was", f.changes)
	}
	faulty := r.film(to, orElse(f.filmed, 3*time.Second))
	before, after := f.paceOf(to, healthy, r.load.every), f.paceOf(to, faulty, r.load.every)
	to.transits = f.pace == 0
	to.healthy, to.scenes = 2, []scene{{healthy, pastLasts, before, pastEvery}, {healthy, atRest, before, f.step()}}
	if f.passes {
		passes := max(f.step(), time.Duration(float64(faulty.lasts())*after).Round(f.step()))
		exactly := passes.Seconds() / faulty.lasts().Seconds() // so that what happened once does
		to.scenes = append(to.scenes, scene{faulty, passes, exactly, f.step()}, scene{healthy, f.after() - passes, before, f.step()})
	} else {
		to.scenes = append(to.scenes, scene{faulty, f.after(), after, f.step()})
	}
	return to
}

// What was longer ago than atRest, as far as any rule looks back, has fewer samples: they are enough
// for its rates.
const (
	pastLasts = 72 * time.Hour
	pastEvery = 4 * time.Minute
)

// step is the time between two samples, and two evaluations: more where it lasts long.
func (f *fault) step() time.Duration {
	if f.after() > 2*time.Hour {
		return time.Minute
	}
	return scrapeEvery
}

func (f *fault) after() time.Duration { return orElse(f.lasts, 45*time.Minute) }

func orElse[T int | float64 | time.Duration](value, otherwise T) T {
	if value == 0 {
		return otherwise
	}
	return value
}

const (
	megviiOnly  = "\n      - {account: linkface-cn, product: linkface.app}\n"
	vendorError = "code=INTERNAL_ERROR"
)

// failingCall ends at Megvii as the outcome says, and at Linkface as usual.
func failingCall(outcome string) calls {
	return func(n int) string {
		return fmt.Sprintf(`{"flow":"FLOW_APP_SDK","acceptedProducts":["megvii.app-v5","linkface.app"],"subjectId":"sandbox:%s#%d"}`, outcome, n)
	}
}

// photosCall has photos of as many bytes as phones take, in which the vendor finds no face.
func photosCall() string {
	photo := `{"content":"` + base64.StdEncoding.EncodeToString(make([]byte, 3<<20)) + `"}`
	return `{"flow":"FLOW_HOSTED_PAGE","acceptedProducts":["megvii.pc-web"],"subjectId":"sandbox:code=NO_FACE_FOUND:image_ref1",
"callback":{"returnUrl":"https://a.example/r","notifyUrl":"https://a.example/n"},"comparison":{"photos":[` + photo + "," + photo + "," + photo + `]}}`
}

var faults = []fault{
	{
		name: "a replica of two is killed", replicas: 2,
		begin: func(r *rig) {
			r.load.leave(1)
			r.replicas[1].kill()
		},
		fire: []string{"Down", "ReplicasMissing"}, tell: []string{"Down"},
	},
	{
		name:  "Prometheus has no target",
		begin: func(r *rig) { r.replicas[0].unscraped = true },
		fire:  []string{"Absent"}, tell: []string{"Absent"},
	},
	{
		name: "two of three pods are gone", replicas: 3,
		begin: func(r *rig) {
			r.load.leave(1)
			for _, gone := range r.replicas[1:] {
				gone.unscraped = true
				gone.process.stop(r.t)
			}
		},
		fire: []string{"ReplicasMissing"}, tell: []string{"ReplicasMissing"},
	},
	{
		name:  "a mistake in the configuration",
		begin: func(r *rig) { r.replicas[0].change(r.t, "flow: app_sdk", "flow: app_sdc") }, changes: "config_last_reload_success",
		fire: []string{"ConfigurationRefused"}, tell: []string{"ConfigurationRefused"},
	},
	{
		name: "one of two replicas got another configuration", replicas: 2,
		begin: func(r *rig) { r.replicas[0].change(r.t, "routes:", "log: {level: warn}\nroutes:") }, changes: "config_info",
		fire: []string{"ConfigurationsDiffer"}, tell: []string{"ConfigurationsDiffer"},
	},
	{
		name: "the certificate expires within a week", days: 30,
		config: []string{"listen: {", "listen: {tls: {certificate: tls.crt, key: tls.key}, "},
		begin:  func(r *rig) { r.replicas[0].certify(r.t, certtest.New(r.t), 6) }, changes: "tls_certificate_expiry_timestamp_seconds",
		fire: []string{"CertificateExpires"}, tell: []string{"CertificateExpires"},
	},
	{
		name: "the certificate's file is cut", days: 30,
		config: []string{"listen: {", "listen: {tls: {certificate: tls.crt, key: tls.key}, "},
		begin: func(r *rig) {
			require.NoError(r.t, os.WriteFile(filepath.Join(r.replicas[0].folder, "tls.crt"), []byte("-----BEGIN"), 0o600))
		}, changes: "tls_last_reload_success",
		fire: []string{"CertificateNotTaken"}, tell: []string{"CertificateNotTaken"},
	},
	{
		name: "Redis is gone", config: []string{"accounts:", sharedKeys + "accounts:"}, calls: someCalls(1, 2, keyedCall), repeats: 2,
		begin: func(r *rig) { r.redis.stop(r.t) }, changes: "redis_up",
		fire: []string{"RedisDown", "RedisDegraded", "NoRoomForKeys", "ErrorBudgetBurnsFast", "ErrorBudgetBurns", "ErrorBudgetBurnsSlowly"}, tell: []string{"RedisDown"},
	},
	{
		name: "somebody's slow commands occupy Redis", config: []string{"accounts:", sharedKeys + "accounts:"}, calls: someCalls(1, 2, keyedCall), repeats: 2,
		begin: func(r *rig) { r.occupyRedis(110 * time.Millisecond) },
		fire:  []string{"RedisDegraded", "OverheadHigh"}, tell: []string{"RedisDegraded"},
	},
	{
		name: "the collector of spans refuses them", traced: true,
		begin: func(r *rig) { r.lacksCollector.Store(true) },
		fire:  []string{"TelemetryDropped"}, tell: []string{"TelemetryDropped"},
	},
	{
		name: "one in twenty calls fails", config: []string{megviiOnly, "\n"}, repeats: 20,
		begin: func(r *rig) { r.load.use(someCalls(1, 20, failingCall(vendorError))) },
		fire:  []string{"ErrorBudgetBurnsFast", "ErrorBudgetBurns", "ErrorBudgetBurnsSlowly"}, tell: []string{"ErrorBudgetBurnsFast"},
		lasts: 2 * time.Hour,
	},
	{
		name: "one in a hundred calls fails", config: []string{megviiOnly, "\n"}, repeats: 100,
		begin: func(r *rig) { r.load.use(someCalls(1, 100, failingCall(vendorError))) },
		fire:  []string{"ErrorBudgetBurns"}, tell: []string{"ErrorBudgetBurns"},
		lasts: 5 * time.Hour,
	},
	{
		name: "four in a thousand calls fail", config: []string{megviiOnly, "\n"}, repeats: 250,
		begin: func(r *rig) { r.load.use(someCalls(1, 250, failingCall(vendorError))) },
		fire:  []string{"ErrorBudgetBurnsSlowly"}, tell: []string{"ErrorBudgetBurnsSlowly"},
		lasts: 20 * time.Hour,
	},
	{
		name: "four in a hundred calls fail for ten hours, at a call a minute", config: []string{megviiOnly, "\n"}, repeats: 25, pace: 3000,
		begin: func(r *rig) { r.load.use(someCalls(1, 25, failingCall(vendorError))) },
		fire:  []string{"ErrorBudgetBurns", "ErrorBudgetBurnsSlowly"}, tell: []string{"ErrorBudgetBurns"},
		lasts: 10 * time.Hour,
	},
	{
		name: "two calls fail of one in three minutes", config: []string{megviiOnly, "\n"}, every: 200 * time.Millisecond, repeats: 5, pace: 900,
		begin:   func(r *rig) { r.load.use(someCalls(2, 5, failingCall(vendorError))) },
		settles: time.Millisecond, filmed: time.Millisecond, passes: true, lasts: 4 * time.Hour,
	},
	{
		name: "callers ask for what nobody can do",
		begin: func(r *rig) {
			r.load.use(func(int) string { return `{"flow":"FLOW_APP_SDK","acceptedProducts":["megvii.app-v9"]}` })
		},
		fire: []string{"NoEligibleProduct"}, tell: []string{"NoEligibleProduct"},
	},
	{
		name:  "nobody calls any more",
		begin: func(r *rig) { r.load.stopped.Store(true) },
		fire:  []string{"TrafficGone"}, tell: []string{"TrafficGone"},
	},
	{
		name: "more calls than the limits allow", settles: 4 * time.Second, // which take long: others come at once for those that end
		config: []string{
			"accounts:", "limits: {max_calls: 30}\naccounts:",
			"provider: megvii\n", "provider: megvii\n    timeout: 7s\n", "provider: linkface\n", "provider: linkface\n    timeout: 7s\n",
		},
		begin: func(r *rig) {
			r.megvii.answer(always("delay=4s"))
			r.linkface.answer(always("delay=4s"))
		},
		fire: []string{"Overloaded", "NearlyFull"}, tell: []string{"Overloaded"},
	},
	{
		name: "nearly as many idempotency keys as there may be", config: []string{"accounts:", "idempotency: {max_keys: 100}\naccounts:"},
		begin:   func(r *rig) { r.load.use(firstCalls(90, keyedCall)) },
		settles: 4 * time.Second,
		fire:    []string{"NearlyFull"}, tell: []string{"NearlyFull"},
	},
	{
		name: "no room for idempotency keys", config: []string{"accounts:", "idempotency: {max_keys: 100}\naccounts:"},
		begin:   func(r *rig) { r.load.use(keyedCall) },
		settles: 4 * time.Second,
		fire:    []string{"NoRoomForKeys", "NearlyFull", "ErrorBudgetBurnsFast", "ErrorBudgetBurns", "ErrorBudgetBurnsSlowly"}, tell: []string{"NoRoomForKeys"},
	},
	{
		name: "an adapter panics once", within: true, passes: true,
		begin: func(r *rig) { r.broken.Store(true) }, settles: time.Millisecond,
		fire: []string{"Bug"}, tell: []string{"Bug"},
	},
	{
		name: "a vendor is slow", config: []string{"provider: megvii\n", "provider: megvii\n    timeout: 7s\n"}, every: 50 * time.Millisecond,
		begin:   func(r *rig) { r.megvii.answer(always("delay=5500ms")) },
		settles: 7 * time.Second,
		fire:    []string{"Slow"}, tell: []string{"Slow"},
	},
	{
		name: "the gateway's processor is throttled, and photos come", every: 500 * time.Millisecond,
		config: []string{"routes:\n", "routes:\n  - {flow: hosted_page, targets: [{account: megvii-cn, product: megvii.pc-web}]}\n"},
		begin: func(r *rig) {
			photos := photosCall()
			r.load.use(func(int) string { return photos })
			r.throttle(15*time.Millisecond, 100*time.Millisecond)
		},
		filmed: 8 * time.Second,
		fire:   []string{"OverheadHigh"}, tell: []string{"OverheadHigh"},
	},
	{
		name: "both vendors are down",
		begin: func(r *rig) {
			r.megvii.answer(always("status=503"))
			r.linkface.answer(always("status=503"))
		},
		filmed: 12 * time.Second,
		fire:   []string{"NoTargetLeft", "ErrorBudgetBurnsFast", "ErrorBudgetBurns", "ErrorBudgetBurnsSlowly", "BreakerOpen", "VendorFails", "TokensOrphaned"}, tell: []string{"NoTargetLeft", "BreakerOpen"},
	},
	{
		name: "both vendors are out of service",
		begin: func(r *rig) {
			r.replicas[0].change(r.t, "routes:", "out_of_service: [{account: megvii-cn, reason: a}, {account: linkface-cn, reason: b}]\nroutes:")
		}, changes: "route_targets_available",
		fire: []string{"NoTargetLeft", "ErrorBudgetBurnsFast", "ErrorBudgetBurns", "ErrorBudgetBurnsSlowly"}, tell: []string{"NoTargetLeft"},
	},
	{
		name: "a vendor is out of service",
		begin: func(r *rig) {
			r.replicas[0].change(r.t, "routes:", "out_of_service: [{account: megvii-cn, reason: a}]\nroutes:")
		}, changes: "route_targets_available",
		fire: []string{"OneTargetLeft"}, tell: []string{"OneTargetLeft"},
	},
	{
		name: "an account is disabled",
		begin: func(r *rig) {
			r.megvii.answer(always("code=AUTHORIZATION_ERROR:API_KEY_BE_DISCONTINUED"))
		},
		settles: 17 * time.Second, filmed: 16 * time.Second,
		fire: []string{"AccountExpired", "CredentialEjected", "VendorFails", "OneTargetLeft"}, tell: []string{"AccountExpired", "OneTargetLeft"},
	},
	{
		name:    "an account's quota is used up",
		begin:   func(r *rig) { r.megvii.answer(always("code=AUTHORIZATION_ERROR:LIMIT_REACHED")) },
		settles: 17 * time.Second, filmed: 16 * time.Second,
		fire: []string{"QuotaGone", "CredentialEjected", "VendorFails", "OneTargetLeft"}, tell: []string{"QuotaGone", "OneTargetLeft"},
	},
	{
		name:    "a credential is revoked",
		begin:   func(r *rig) { r.megvii.revoke(standins.DemoMegviiAPIKey) },
		settles: 17 * time.Second, filmed: 16 * time.Second,
		fire: []string{"AccountRefused", "CredentialEjected", "VendorFails", "OneTargetLeft"}, tell: []string{"AccountRefused", "OneTargetLeft"},
	},
	{
		name: "a new credential is wrong",
		begin: func(r *rig) {
			r.replicas[0].change(r.t, "{name: main, api_key: {env: RIG_MEGVII_KEY}, api_secret: {env: RIG_MEGVII_SECRET}}",
				"{name: next, api_key: {env: RIG_WRONG}, api_secret: {env: RIG_WRONG}}")
		},
		settles: 3 * time.Second, filmed: 12 * time.Second,
		fire: []string{"NewCredentialRefused", "AccountRefused", "CredentialEjected"}, tell: []string{"NewCredentialRefused"},
	},
	{
		name: "a fifth of a vendor's answers are errors", repeats: 100,
		begin: func(r *rig) { r.load.use(someCalls(23, 100, failingCall(vendorError))) },
		fire:  []string{"VendorFails"}, tell: []string{"VendorFails"},
	},
	{
		name:   "a vendor is down",
		begin:  func(r *rig) { r.megvii.answer(always("status=503")) },
		filmed: 12 * time.Second,
		fire:   []string{"BreakerOpen", "VendorFails", "TokensOrphaned", "OneTargetLeft"}, tell: []string{"BreakerOpen", "OneTargetLeft"},
	},
	{
		name:   "a vendor hangs",
		begin:  func(r *rig) { r.megvii.answer(always("hang")) },
		filmed: 12 * time.Second, settles: 5 * time.Second,
		fire: []string{"BreakerOpen", "VendorFails", "TokensOrphaned", "OneTargetLeft"}, tell: []string{"BreakerOpen", "OneTargetLeft"},
	},
	{
		name: "a third of the calls are served by the second vendor", repeats: 20,
		begin: func(r *rig) { r.load.use(someCalls(8, 20, failingCall(vendorError))) },
		fire:  []string{"VendorFails", "FailoverShare"}, tell: []string{"VendorFails"},
	},
	{
		name: "a vendor refuses what a target is configured with for two of five users", repeats: 20,
		begin: func(r *rig) {
			r.load.use(someCalls(8, 20, failingCall("code=BAD_ARGUMENTS:liveness_id")))
		},
		fire: []string{"FailoverShare"}, tell: []string{"FailoverShare"},
	},
	{
		name: "a vendor turns a fifth away", repeats: 10,
		begin: func(r *rig) {
			r.load.use(someCalls(2, 10, failingCall("status=429")))
		},
		fire: []string{"VendorSaturated"}, tell: []string{"VendorSaturated"},
	},
	{
		name:  "a vendor takes five calls a second, a tenth of what comes",
		begin: func(r *rig) { r.megvii.rate.Store(rate.NewLimiter(5, 1)) },
		fire:  []string{"VendorSaturated"}, tell: []string{"VendorSaturated"},
	},
	{
		name: "others use up what an account may have at once", config: []string{"provider: megvii\n", "provider: megvii\n    max_in_flight: 100\n"},
		begin:   func(r *rig) { r.megvii.answer(always("delay=200ms,code=CONCURRENCY_LIMIT_EXCEEDED")) },
		settles: 10 * time.Second, filmed: 10 * time.Second,
		fire: []string{"VendorSaturated", "LimitStuckLow"}, tell: []string{"VendorSaturated"},
	},
	{
		name: "an account takes a twentieth of what its max_in_flight says", config: []string{"provider: megvii\n", "provider: megvii\n    max_in_flight: 100\n"},
		begin: func(r *rig) {
			r.megvii.allows.Store(5)
			r.megvii.answer(always("delay=200ms"))
		},
		settles: 10 * time.Second, filmed: 15 * time.Second,
		fire: []string{"LimitStuckLow"}, tell: []string{"LimitStuckLow"},
	},
	{
		name:  "the gateway's clock is ten minutes behind a vendor's",
		begin: func(r *rig) { r.megvii.ahead.Store(int64(10 * time.Minute)) },
		fire:  []string{"ClockOff"}, tell: []string{"ClockOff"},
	},
	{
		name: "a vendor's connections break now and then", repeats: 50,
		begin: func(r *rig) { r.load.use(someCalls(1, 50, failingCall("reset"))) },
		fire:  []string{"TokensOrphaned"}, tell: []string{"TokensOrphaned"},
	},
	{
		name: "a vendor has a new code", repeats: 50,
		begin: func(r *rig) { r.load.use(someCalls(1, 50, failingCall("status=400,code=NEW_CODE"))) },
		fire:  []string{"CodeUnrecognized"}, tell: []string{"CodeUnrecognized"},
	},
}

// sharedKeys has replicas share their idempotency keys, with time for a machine that is busy.
const sharedKeys = `redis: {addresses: ["REDIS"], timeout: 1s}
idempotency: {naming_key: {env: RIG_KEYS}, sealing_keys: [{env: RIG_KEYS}]}
`
