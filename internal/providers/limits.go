package providers

// LeftOut refuses a field on targets with a setting, and says why it must be left out.
func LeftOut(f Field, with *Setting, why string) Limit {
	return Limit{
		Field: f, With: with, Text: "must be left out: " + why, Reason: NoEligibleProduct,
		Allows: func(*Request) bool { return false },
	}
}

// MultipleFacesAre refuses every other rule for photos with several faces: the product has but one.
func MultipleFacesAre(rule MultipleFacesRule) Limit {
	return Limit{
		Field: FieldMultipleFaces, Text: "must be " + rule.String(), Reason: NoEligibleProduct,
		Allows: func(r *Request) bool { return r.MultipleFaces == rule },
	}
}
