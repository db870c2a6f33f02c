// Package aliyun is the adapter of Aliyun's face verification (Cloudauth, version 2019-03-07). One
// product, aliyun.face-verify, for its app SDK and for its page, from "InitFaceVerify", the pages
// on its clients, errors and limits of help.aliyun.com, "V3 request body and signature", and the
// models of the vendor's Go SDK.
//
// What the documents leave open: whether parameters that the SDK puts into the address may be in
// the body too, how long MetaInfo, CallbackToken and a name may be, the HTTP status of a business
// error (200, by the vendor's SDK), the shape of the API gateway's errors, the unit of TimeLeft in
// x-ratelimit headers, which are not read, and whether a check that is not used is billed. Not for
// this product: schemes other than ID_PRO, PV_FV and LR_FR, photos by address, encrypted cards, and
// the action Initialize of abroad.
package aliyun
