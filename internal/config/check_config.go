package config

import "time"

func (r *reader) config(v value) *Config {
	o := r.object(v, "listen", "allow_unauthenticated", "allow_private_callbacks", "log", "shutdown_grace", "limits", "idempotency", "accounts", "routes", "out_of_service")
	c := &Config{
		AllowUnauthenticated:  r.boolean(o.optional("allow_unauthenticated")),
		AllowPrivateCallbacks: r.boolean(o.optional("allow_private_callbacks")),
		Log:                   r.log(o.optional("log")),
		ShutdownGrace:         r.duration(o.optional("shutdown_grace"), 100*time.Millisecond, 5*time.Minute, DefaultShutdownGrace),
		Limits:                r.limits(o.optional("limits")),
		Idempotency:           r.idempotency(o.optional("idempotency")),
	}
	c.Listen = r.listen(o.optional("listen"), c.AllowUnauthenticated)
	c.Accounts = r.accounts(o.required("accounts"))
	c.Routes = r.routes(o.required("routes"), c.Accounts)
	c.OutOfService = r.outOfService(o.optional("out_of_service"), c.Routes)
	return c
}

func (r *reader) log(v value) Log {
	level := r.object(v, "level").optional("level")
	if !level.given() {
		return Log{Level: DefaultLogLevel}
	}
	return Log{Level: r.choice(level, logLevels()...)}
}

func logLevels() []string { return []string{"debug", "info", "warn", "error"} }
