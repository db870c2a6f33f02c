// Package bodies makes the request that an adapter sends: a form, JSON or bytes, with the headers
// beside it, and the values that nobody may see if the vendor repeats them. Photos are written to
// the connection from where they are in memory. It must not know vendors, nor what is answered.
package bodies
