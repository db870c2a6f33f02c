package idempotency

// Result is the result of a call under a key.
type Result struct {
	// Answer is nil if the call failed. It may go to several callers and must not be
	// changed.
	Answer  []byte
	Outcome Outcome
	// Duplicate says that the key has another answer elsewhere, which may have gone to other callers:
	// the shared store has lost what it held.
	Duplicate bool
}

// Outcome is what became of a call's key.
type Outcome string

// The outcomes.
const (
	// Issued is a run that was answered, Failed one that was not; of the callers who
	// shared it, that of the first.
	Issued Outcome = "issued"
	Failed Outcome = "failed"
	// Joined is another caller's run, whatever it came to.
	Joined Outcome = "joined"
	// Replayed is the answer of an earlier call.
	Replayed Outcome = "replayed"
	// Left is a caller whose context ended before there was an answer.
	Left Outcome = "left"
	// Reused, InProgress, OverQuota and Unavailable are ErrReused, ErrInProgress, *QuotaError
	// and ErrUnavailable.
	Reused      Outcome = "reused"
	InProgress  Outcome = "in_progress"
	OverQuota   Outcome = "over_quota"
	Unavailable Outcome = "unavailable"
)

// Outcomes are all of them.
var Outcomes = []Outcome{Issued, Failed, Joined, Replayed, Left, Reused, InProgress, OverQuota, Unavailable}

// ofJoined is what the outcome of a run is for those who joined it.
func (o Outcome) ofJoined() Outcome {
	if o == Issued || o == Failed {
		return Joined
	}
	return o
}
