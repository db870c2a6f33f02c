// Package iproov is the adapter of iProov. Two products, iproov.capture-enrol for a user whom the
// vendor does not know yet and iproov.verify for one who was enrolled, whose tokens start the
// vendor's app SDKs and its web component alike. It is written from "Capture enrol API", "Verify
// enrolled users API" and "API endpoints" of docs.iproov.com, and the OpenAPI 2.13.0.
//
// Which of the two a user wants is the caller's knowledge; accepted_products says it. Comparing with
// a photo of the caller's takes three calls of the vendor's, which is no token of one request.
//
// What the documents leave open: how long resource and the secrets may be, whether a claim is billed
// that no user makes, and the vendor's rates. That user_id is required is said by the page and not by
// the OpenAPI; it is always sent. An answer has no id of the request.
package iproov
