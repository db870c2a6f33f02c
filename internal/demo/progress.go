package demo

import (
	"fmt"
	"io"
	"time"
)

// patience is how long a step may take before somebody who watches wonders what it does.
const patience = time.Second

// Say runs a step and, each second that it takes, prints what it is doing.
func Say(progress io.Writer, doing string, step func() error) error {
	ended, silent := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(silent)
		ticks := time.NewTicker(patience)
		defer ticks.Stop()
		for start := time.Now(); ; {
			select {
			case <-ticks.C:
				_, _ = fmt.Fprintf(progress, "%s, for %s now\n", doing, time.Since(start).Round(patience))
			case <-ended:
				return
			}
		}
	}()
	err := step()
	close(ended)
	<-silent
	return err
}
