// Package vendorlimit keeps all replicas together within what a vendor allows an account: how many
// attempts may be in flight, and how many may begin in a second. It must not know what an attempt
// is, nor where the replicas count.
package vendorlimit
