// Package canary makes values that nothing else has, and finds them in texts, as they are and
// re-spelt. It must not know what the values stand for, nor where the texts come from.
package canary
