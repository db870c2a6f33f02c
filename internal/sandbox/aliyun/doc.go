// Package aliyun is Aliyun's face verification (Cloudauth, version 2019-03-07) in China, as far as
// InitFaceVerify begins a check, written from the vendor's documents alone: InitFaceVerify for apps,
// for pages and with a photo, "V3 request body and signature" and the pages on its errors.
//
// What the documents leave open is read like this:
//
//   - A request is checked in this order: action, version, the form of Authorization and of the
//     headers beside it, the key, the session token, the clock, signed headers and signature, the
//     nonce, then the parameters. What is wrong before them is told by the API gateway, under a status
//     of its own; what is wrong with them by a number under HTTP 200.
//   - The path is signed as "/", whatever it is, and the query as it is decoded, so that it may have
//     been escaped in another way. Signed have to be host, all x-acs-… and, of a body, content-type,
//     in order. A x-acs-content-sha256 of another body is a wrong signature.
//   - The older signature, V2 in the form, is no endpoint.
//   - A nonce is remembered if all else was right, the last 10,000 of all keys.
//   - A parameter is taken where the vendor's SDK puts it: FaceContrastPicture, Model, Crop and AuthId
//     in the form of the body, all others in the query. Elsewhere it is ignored, as is one that no
//     document has.
//   - A check is of a page if ReturnUrl or CertifyUrlType is there, else of an app. CertifyUrlType
//     is not required.
//   - MetaInfo is a JSON object. An empty one, which no client hands over, gets a page no CertifyUrl,
//     as the page on hard-coded ones warns.
//   - OuterOrderNo has 1 to 32 letters and digits. That it is new is not checked: nothing says how an
//     old one is refused.
//   - The number of an identity card is 17 digits and a digit, X or x; the check digit is not looked
//     at, and nothing of both is where EncryptType says that they are encrypted. LR_FR does not look
//     at them, PV_FV neither.
//   - ProductCode MFVC and NFC_QY, whose parameters are other ones, are refused.
//   - A photo has at most 1,000,000 bytes, and its longer side 640 to 1920 pixels, the shorter one 480
//     to 1080. Of the four ways to hand one over PV_FV takes exactly one.
//   - A wrong session token is InvalidSecurityToken.MismatchWithAccessKey, one that is over
//     InvalidSecurityToken.Expired, as public clients of the vendor's other services have them.
//   - A CallbackUrl is not called, so that one that cannot be reached is not found out.
//   - Answers are JSON, whatever Accept says.
package aliyun
