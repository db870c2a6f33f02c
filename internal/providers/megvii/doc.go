// Package megvii is the adapter of Megvii's FaceID and knows all of it that the
// gateway knows: five products, each from one document of the vendor's.
//
//	megvii.random-number  FaceID Lite Raw-GetRandomNumber
//	megvii.pc-web         PC-GetToken (liveness v2)
//	megvii.lite-page      H5-Lite GetToken (hosted page)
//	megvii.app-v5         get_biz_token 5.0.0 (App SDK)
//	megvii.h5-flash       H5-Lite RAW-GetToken
//
// All five take multipart/form-data. Parameters go out in the order of the
// document's table, and an optional one that neither the request nor the target
// sets is left out, so that the vendor's own default holds.
//
// What the documents leave open: whether a biz_no that is used twice is refused
// (pc-web calls it unique; the caller's is sent unchanged), and which undocumented
// fields answers contain: expired_time is read from every answer, biz_id from all but
// app-v5's.
//
// Of lite-page's document the table of errors and some limits could not be read: they are taken
// to be those of its siblings (the codes, 512 bytes of uuid, 32 characters of idcard_name, two
// faces in a photo refused). What it requires besides is in a public copy of 2021. Its page is
// for a comparison; one without is not documented.
package megvii
