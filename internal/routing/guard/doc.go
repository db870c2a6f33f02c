// Package guard decides whether an attempt may begin now, from what earlier attempts
// came to: breakers, a limiter, a retry budget, the ejection of credentials, and the
// vendor's clock. Its parts are pure state machines with time passed in; Account and
// Target put them together behind one short lock. It knows no vendor, no reason and no
// route.
package guard
