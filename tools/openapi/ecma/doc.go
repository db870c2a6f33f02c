// Package ecma writes regular expressions as JSON Schema has them, those of ECMA-262, so that Java,
// Python and .NET read them alike. It must not know what they are about.
package ecma
