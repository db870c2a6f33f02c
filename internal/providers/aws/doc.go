// Package aws is the adapter of Amazon Rekognition Face Liveness. One product,
// aws.face-liveness, from the pages "CreateFaceLivenessSession", "Error handling" and "Common
// Errors" of docs.aws.amazon.com and the model of the Go SDK (API version 2016-06-27).
//
// What the pages leave open: whether a session that is not used is billed, and for how long a
// ClientRequestToken is remembered. In a region without Face Liveness, a list that grows, the call
// comes back as AccessDeniedException, as for a missing IAM permission.
package aws
