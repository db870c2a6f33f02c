// Package aws is Amazon Rekognition, as far as it creates sessions of Face Liveness,
// written from the vendor's documents alone: CreateFaceLivenessSession and its types in the
// API reference (2016-06-27), "Common Errors", and Signature Version 4.
//
// What the documents leave open, or contradict one another in, is read like this:
//
//   - What is wrong with the signature is looked for in this order: no Authorization
//     (MissingAuthenticationTokenException), one that is malformed or without X-Amz-Date
//     (IncompleteSignatureException), the key (UnrecognizedClientException), the session
//     token (the same; ExpiredTokenException if it is over), the scope, the headers that have
//     to be signed, the clock, the signature (InvalidSignatureException all). They come under
//     400, as reports have it; the pages say 403 of some.
//   - Signed have to be host and every x-amz- header that was sent.
//   - The clock may differ by five minutes either way, as reports of this service have it;
//     the general pages say 15.
//   - A body that is no JSON object or of another media type, and a member of another type,
//     are SerializationException; all else is InvalidParameterException. A null is nothing.
//     Unknown members are ignored.
//   - A ClientRequestToken yields the same session for three minutes, the session's life;
//     with other parameters it is IdempotentParameterMismatchException, which the general
//     list has.
//   - Challenge preferences are looked at up to the tenth; more are refused.
//   - How large a body may be is not known: 1 MiB.
//   - An unknown operation is 404, as the page has it. ThrottlingException is 400 here; the
//     page has it under 500, too, which an outcome with a status can play.
//   - The account has Face Liveness in its region. AccessDeniedException comes without a
//     message, as reports have it, and only where it is scripted.
package aws
