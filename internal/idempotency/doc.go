// Package idempotency makes a repeated call safe: one key, one answer. A Keeper runs
// the call of a key once, shares it with everyone who sends the same message under the
// key meanwhile, and repeats its answer as long as that is of use. It knows nothing of
// what is called or answered.
//
// Of several answers that calls of one key may come to (a call outlived its lease and
// another took the key over), only the one that the Store has taken is ever handed
// out. So one key never answers two different things that are alive at the same time,
// whatever fails in between; where that cannot be guaranteed, the call fails.
package idempotency
