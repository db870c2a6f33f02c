// Package upstream opens an account of the configuration: it gives the vendor's adapter
// the account's credentials and the connections over which its requests are sent. It must
// not know which vendors there are, nor anything of calls, routes and servers.
package upstream
