// Package tencent is Tencent Cloud's FaceID, version 2018-03-01, as far as it issues
// tokens, written from the vendor's documents alone: DetectAuth (实名核身鉴权),
// GetFaceIdToken (获取SDKToken), ApplyWebVerificationBizTokenIntl and GetFaceIdTokenIntl,
// and the pages on requests, signatures and errors that they share.
//
// What the documents leave open is read like this:
//
//   - All is answered under HTTP 200, an unknown action and path too.
//   - A request is checked in this order: action, version, timestamp and Authorization
//     (their form), the key, the session token, the clock, scope and signature, then the
//     parameters, then whether there are some that the document does not have
//     (UnknownParameter). Of a secret id that is over nothing is known.
//   - Signed have to be content-type and host. Values are signed as they were sent, but that
//     of x-tc-action in lower case. The path is signed as "/", whatever it is.
//   - A value of another type, and a body that is no JSON object, is InvalidParameter; any
//     other wrong value InvalidParameterValue, where no code fits better. A null and an empty
//     text are nothing.
//   - Limits of "characters" count characters; 3 and 8 MB of base64 are 3,000,000 and
//     8,000,000 characters, and a body has at most 10,000,000 bytes. The size of Image is
//     that of its sibling's.
//   - A photo that is too large is FailedOperation.ImageSizeTooLarge in all calls, one that
//     is no PNG or JPEG FailedOperation.ImageDecodeFailed.
//   - IdCard and Name are looked at where they stand, as malformed ones have codes. In
//     DetectAuth either may be there without the other: the rule says, which is not seen here.
//   - CheckMode 2 of ApplyWebVerificationBizTokenIntl, which is its default, wants
//     CompareImageBase64. A RuleId changes nothing.
//   - How an ActionList without its level is refused is not said: InvalidParameterValue.
//   - A region that a call does not need is ignored.
package tencent
