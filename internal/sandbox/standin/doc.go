// Package standin is what the stand-ins of all vendors share: an endpoint with what its
// document says of it as data, the credentials that it accepts, the call that it answers
// and the answer. It knows no vendor, and not how a request is rehearsed or recorded.
package standin
