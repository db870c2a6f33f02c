// Package linkface is the adapter of Linkface and knows all of it that the gateway
// knows: one product, linkface.app, from the vendor's document "SDK get_token"
// (/v2/sdk/get_token).
//
// What the document leaves open: the unit of timestamp (milliseconds here, seconds
// with the account's option timestamp_unit) and the HTTP status of an error (a code of
// the error table takes precedence over any status). An older API of the vendor answers
// with status words instead of codes; they are read where the code is missing.
package linkface
