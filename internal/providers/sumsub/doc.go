// Package sumsub is the adapter of Sumsub. One product, sumsub.sdk, whose token starts the
// vendor's app SDK and its web SDK alike. It is written from "Generate access token",
// "Authentication", "Error codes" and "API health" of docs.sumsub.com, and from the vendor's
// public samples.
//
// What the documents leave open: the bounds and the default of ttlInSecs (600 in one place, 1800
// in another; it is always sent), how long a userId may be, how an unknown level, a refused
// address or an expired app token is told of (by the status, as far as is known), whether errors
// 1008 and 1009 can come from this call, and whether the applicant is created by the call or when
// the SDK starts. Nothing in an answer tells whether it is billed: checks are, and not tokens.
package sumsub
