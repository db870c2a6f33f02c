// Package guard decides from earlier attempts whether another may begin now: by breakers, a limiter, a
// retry budget, the ejection of credentials, and the vendor's clock. Its parts are pure state machines
// with time passed in; Account and Target put them together behind one short lock. It knows no vendor,
// no reason and no route.
package guard
