// Package letters compares texts by their letters and digits alone, whatever their case and
// script, and whichever of them look alike. It must not know encodings, nor whose texts they are.
package letters
