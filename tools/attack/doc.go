// Attack runs every attack class of docs/security.md against a gateway on loopback and
// checks that nobody else notices. Run from the root of the checkout:
//
//	go run ./tools/attack            # short: as CI does, a few minutes
//	go run ./tools/attack -long      # windows of ten seconds
//	go run ./tools/attack -only HTTP/2
//	go run ./tools/attack -table docs/security.md
//
// A class is a program for one connection. It plays from one connection and then from as
// many as the class is about, ten unless it says otherwise, and opens another whenever the
// gateway closes one. Each class has a gateway of its own, in a process with a GOMEMLIMIT
// and 1,024 descriptors. Beside it a good caller makes small calls, calls with a photo and
// calls over fresh connections at a steady rate. A class holds if
//
//   - none of the good caller's calls fails, at any time;
//   - its p99 during the attack is at most twice its own without, in the same run. What is
//     too short to be measured counts as the floor, to which the scheduling lag is added that
//     is measured beside it, as docs/faults.md does. On a machine of which other processes
//     take a share, work takes as many times as long as they leave less of it, and what
//     waits for work the square of that: so much more is allowed;
//   - the process stays within its GOMEMLIMIT;
//   - ten seconds after the attack, or as many times that as work takes, goroutines,
//     descriptors, gauges of what is in flight and the heap are what they were before;
//   - the gateway lives, and writes nothing but its own log to stderr.
//
// One class at a time is measured. While its gateway comes to rest, which is waiting, the next
// one begins. Who takes the machine from both, by /proc, is in the table.
//
// The attackers are a process of their own with GOMAXPROCS=1 and a lower priority: an
// attacker elsewhere takes no processor time from its victim, and of two cores one is left
// to the gateway and the good caller. Frames that are no calls come as fast as that allows.
// Whole calls and bodies, which everybody may send, are load before they are an attack, and
// come at a rate that the class states: what is tried is what each costs, not how many there
// are.
package main
