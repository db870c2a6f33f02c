// Package echo tells whether something that somebody else wrote repeats a value that it was
// sent, spelt in another way or in part. What does must not be shown or logged.
//
// There are two rules. An ID, such as a request id or a code, is compared byte by byte: every
// call has one, and it may hold a few digits of anything by chance. A text is compared by its
// letters and digits alone, in every encoding within another: it is for people, and rare.
//
// The package knows nothing of who wrote what, and why it must not be seen.
package echo
