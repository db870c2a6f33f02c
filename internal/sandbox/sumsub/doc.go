// Package sumsub is Sumsub's server, as far as it issues access tokens for the SDKs,
// written from the vendor's documents alone: "Generate access token", "Authentication",
// "Error codes" and "App tokens" of docs.sumsub.com.
//
// What the documents leave open is read like this:
//
//   - What is wrong with the signature is looked for in this order: headers that are
//     missing (4006), the app token's form (4000), its public part (4001), its private part
//     (4002), a timestamp that is no number (4005), the clock (4004), the signature (4003).
//   - The clock may differ by a minute either way, to the second.
//   - Parameters that are missing or wrong are 400 without a number, and so is a level that
//     the account does not have. levelName is required: that a known user needs none is
//     seen in one sample and on no page.
//   - ttlInSecs is a whole number above 0; bounds are not known. Nor are limits of userId.
//   - The older form of the call, with its parameters in the query, is no endpoint.
//   - Unknown members of the body are ignored: the vendor's own sample sends one.
//   - How large a body may be is not known: 1 MiB. The media type has to be JSON.
//   - 1008 and 1009 are answered only where they are scripted, and so are the limit of 50
//     requests in five seconds, refused addresses and expired app tokens.
package sumsub
