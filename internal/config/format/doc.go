// Package format says what texts of the configuration must be: a URL, an address, a path prefix, a
// size. It reports what is wrong in words that follow the key's name. It knows neither keys nor
// YAML.
package format
