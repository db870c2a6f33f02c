// Package params is what a request to a vendor carries: its parameters, read from the
// body as the documents say, and the rows of a document's table that judge them. It knows
// neither vendors nor what is answered.
package params
