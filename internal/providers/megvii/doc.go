// Package megvii is the adapter of Megvii's FaceID and knows all of it that the
// gateway knows: four products, each from one document of the vendor's.
//
//	megvii.random-number  FaceID Lite Raw-GetRandomNumber
//	megvii.pc-web         PC-GetToken (liveness v2)
//	megvii.app-v5         get_biz_token 5.0.0 (App SDK)
//	megvii.h5-flash       H5-Lite RAW-GetToken
//
// All four take multipart/form-data. Parameters go out in the order of the
// document's table, and an optional one that neither the request nor the target
// sets is left out, so that the vendor's own default holds.
//
// What the documents leave open: whether a biz_no that is used twice is refused
// (pc-web calls it unique; the caller's is sent unchanged), and which undocumented
// fields answers contain: expired_time is read from every answer, biz_id from all but
// app-v5's.
package megvii
