// Package tencent is the adapter of Tencent Cloud's FaceID, version 2018-03-01: two products of the site
// for China, two of the international one, each with its own accounts and base URL. It is written from
// the pages of the four calls, from "Signature v3", "Request structure", "Error Codes" and the pages on
// their flows of cloud.tencent.com and tencentcloud.com, of some of which only the opening could be read,
// and from the vendor's public SDKs, whose field texts are those pages'.
//
//	tencent.hosted-page  DetectAuth (实名核身鉴权)
//	tencent.app          GetFaceIdToken (获取SDKToken)
//	tencent.intl-page    ApplyWebVerificationBizTokenIntl
//	tencent.intl-app     GetFaceIdTokenIntl
//
// What the documents leave open: whether "characters" of a limit are bytes (characters are counted) and
// whether 3 MB and 8 MB of base64 are powers of ten (they are taken to be, as the smaller); whether
// GetFaceIdToken looks at name and number at once; what happens to a field that a rule does not use, which is
// why an operator states what the rule compares; which of Config and RuleId decides; how large Image may be
// (as its siblings), and how long its Extra (likewise); what the page does to a query in RedirectURL (such a
// return_url is not taken); whether a licence insists on MetaData, without which the vendor's own page gets a
// token. The lifetime of international tokens is 7200 s in older copies, and 10 minutes today.
//
// Meta, which MetaData follows, Encryption, the steps of reading aloud and of nodding, and what is about
// reading a card are not sent. ApplySdkVerificationToken, another start of the international SDK, is no
// product here. Nothing in an answer says whether it is billed: verifications are, and not tokens.
package tencent
