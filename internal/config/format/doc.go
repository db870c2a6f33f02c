// Package format says what a text of the configuration must be: a URL, an address, a path
// prefix, a size. What is wrong with one is told in words that follow the key's name. It
// knows neither keys nor YAML.
package format
