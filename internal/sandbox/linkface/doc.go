// Package linkface is Linkface's server, written from the vendor's document alone.
//
// What the document leaves open is read like this:
//
//   - The body is multipart/form-data. A photo is no parameter of SDK get_token.
//   - The timestamp's unit is told by its number of digits, and a stale one is answered as
//     a wrong signature is.
//   - What is no endpoint of the document is answered as Linkface's older API does.
package linkface
