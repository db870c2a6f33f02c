// Package iproov is iProov's server, as far as it issues claim tokens, written from the
// vendor's documents alone: "Capture enrol API", "Verify enrolled users API" and "API
// glossary" of docs.iproov.com, and the vendor's OpenAPI 2.13.0.
//
// What the documents leave open, or contradict one another in, is read like this:
//
//   - A request is checked in this order: the body, the key and its secret, user_id, resource,
//     assurance_type, risk_profile, and then whether the user is known.
//   - user_id is needed, as the pages have it; the OpenAPI has it optional.
//   - A key or secret that is wrong is invalid_key under 401, one that is missing under 400:
//     the pages have both. So is the wrong region, which is not seen here.
//   - A body that is no JSON object, and a member of another type than text, are
//     invalid_request. A null and an empty text are nothing; unknown members are ignored.
//   - An assurance_type that is none of the two is one that the service provider does not
//     have: invalid_assurance_type.
//   - What a risk_profile is to be where the service provider has none is not said: any is
//     taken, and none.
//   - Users are enrolled when their claim is validated, which is another call. So the portal
//     says who is.
//   - primary is "iproov" and pod "edge01.eu1", as in samples; risk_profile is repeated.
//   - How large a body may be is not known: 1 MiB. How an unknown path is answered is not said:
//     404 in plain text.
//   - There is no limit of rates: too_many_requests comes only where it is scripted, and so do the
//     words that belong to deprecated checks.
package iproov
