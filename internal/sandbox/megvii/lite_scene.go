package megvii

import (
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
)

// LiteScene is a scene of the vendor's console, as far as H5-Lite GetToken heeds it. The
// zero value is a scene of lite 2.0 with a time limit of an hour.
type LiteScene struct {
	// TimeLimit is that of the user, counted from the request for the token: 5, 10, 15,
	// 30 or 60 minutes at the vendor's. Zero means an hour.
	TimeLimit time.Duration
	// Lite1 makes it a scene of lite 1.0, which has neither still nor flash liveness and
	// does not let the user choose how to show the identity card.
	Lite1 bool
}

func (s LiteScene) timeLimit() time.Duration {
	if s.TimeLimit == 0 {
		return time.Hour
	}
	return s.TimeLimit
}

// liteScenes are an account's, by scene_id; the default one is under "". Nil means that
// any scene_id is one.
type liteScenes map[string]LiteScene

// has reports whether a scene_id is one of the console's.
func (s liteScenes) has(id string) bool {
	_, known := s[id]
	return known || s == nil
}

// of is the scene that a request asks for.
func (s liteScenes) of(f params.Values) LiteScene { return s[f["scene_id"].Text] }

func (s liteScenes) lite1(f params.Values) bool { return s.of(f).Lite1 }
func (s liteScenes) lite2(f params.Values) bool { return !s.lite1(f) }
