// Package megvii is the adapter of Megvii's FaceID and knows all of it that the
// gateway knows: six products, each from one document of the vendor's.
//
//	megvii.random-number  FaceID Lite Raw-GetRandomNumber
//	megvii.pc-web         PC-GetToken (liveness v2)
//	megvii.lite-page      H5-Lite GetToken (hosted page)
//	megvii.app-v3         get_biz_token 1.0.0 (App SDK with comparison)
//	megvii.app-v5         get_biz_token 5.0.0 (App SDK)
//	megvii.h5-flash       H5-Lite RAW-GetToken
//
// All six take multipart/form-data. Parameters go out in the order of the
// document's table, and an optional one that neither the request nor the target
// sets is left out, so that the vendor's own default holds.
//
// What the documents leave open: whether a biz_no that is used twice is refused
// (pc-web calls it unique; the caller's is sent unchanged), and which undocumented
// fields answers contain: expired_time is read from every answer, biz_id from all but
// those of the apps.
//
// Of lite-page's document the table of errors and some limits could not be read: they are taken
// to be those of its siblings (the codes, 512 bytes of uuid, 32 characters of idcard_name, two
// faces in a photo refused). What it requires besides is in a public copy of 2021. Its page is
// for a comparison; one without is not documented.
//
// app-v3's document is the one for China; of that for Southeast Asia only the beginning could be
// read: photos alone are compared there, which the account's data_source says, and the rest is
// taken to be the same. A third liveness_type, flash, is sent by a sample and on no page, and
// raw_image is no check of liveness: neither can be set. No length of idcard_name is given, and
// nothing says whether an unused token is billed.
package megvii
