package config

// ForgetOrigin lets configurations be compared that were read from different files.
func (c *Config) ForgetOrigin() { c.origin = origin{} }
