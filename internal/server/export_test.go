package server

// Held returns how many calls the service has in hand, and bytes of their messages.
func (s *Service) Held() (calls, bytes int64) {
	return s.load.calls.held.Load(), s.load.bytes.held.Load()
}
