// Package process is a gateway in a process of its own: how it is configured, what it holds and
// writes, and what others take of the machine beside it. It must not know how it is attacked,
// nor what its vendors answer.
package process
