// Package readings tells what a text may be an encoding of, in every encoding within another.
// It must not know the values that are looked for, but for the weight of the lightest.
package readings
