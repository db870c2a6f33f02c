// Package sandbox has stand-ins for the vendors' servers, so that the gateway can be
// tried and tested without a contract or a network. It is written from the
// vendors' documents alone and shares no code with the adapters: a mistake made
// in one is not made in the other.
//
// A request is checked in this order, and the first failure is the answer. Between 2 and
// 3, an outcome that is scripted for the request may replace it: docs/sandbox.md.
//
//  1. the path and the method (a wrong one is an API that does not exist),
//  2. the size of the body,
//  3. who is calling: the parameters of the credentials or of the signature in
//     the order of the document's table, then whether they are right,
//  4. all other parameters in the order of the document's table,
//  5. whether biz_no is new (PC-GetToken).
//
// What the documents leave open is read like this:
//
//   - A body of another media type, a broken one or one of more than 100 parts
//     carries no parameters, so that the first required one is missing.
//     app-v5, h5-flash and Linkface take multipart/form-data only; pc-web,
//     random-number and lite-page, whose documents do not insist on it (that of
//     lite-page does abroad), take application/x-www-form-urlencoded too.
//   - An empty value is an absent one. Of a repeated name the first value
//     counts. Names that the document does not have are ignored, but a photo
//     beyond the last one allowed (up to image_ref9) is refused.
//   - A photo must be a file part (one with a file name), all else must not be. It is a
//     PNG or a JPEG; that a picture within a sound file makes no sense is not seen.
//   - That H5-Lite RAW-GetToken wants different biz_no for different processes is
//     advice: a process may ask for its token again. In PC-GetToken it "must" be unique
//     (必须唯一), within the last 10,000 of a key. H5-Lite GetToken calls it unique and
//     does not say what happens to one that is not: it is answered anew.
//   - The limit of 20 MB that H5-Lite RAW-GetToken states is 20,000,000 bytes,
//     the stricter reading, and holds for every endpoint.
//
// H5-Lite GetToken is known in part: its first parameters from the vendor's pages, the
// others from a public copy of 2021, its errors from the table that Megvii's documents
// share and from what clients compare. This is read like this:
//
//   - The parameters of the basic and the advanced page, in China and abroad, are taken
//     by one endpoint, with the needs of the basic page: procedure_type may be left out.
//   - The limits of idcard_name, uuid and image_ref[x] are those of PC-GetToken. How large
//     a photo may be is not known: INVALID_IMAGE_SIZE is answered only where it is scripted.
//   - A URL that is none is BAD_ARGUMENTS. notify_url may have any port: that only some
//     are called says nothing of the others' tokens. No callback is sent.
//   - liveness_preferences goes with its own procedure_type alone, the stricter reading.
//     Where there is a lite2.0 scene there is the "light theme" too.
//   - The switch for video over WebRTC is called updateRtc, as in the copy. What
//     action_http_method and get_fail_reason may be is not known: any text.
//   - What a browser gets for a token that is unknown, used or too old is not known
//     either: BAD_ARGUMENTS. The page shows nothing of the vendor's.
//
// Stand-ins know nothing of faces, permissions and quotas: errors about those are
// answered only where they are scripted. The http.Server around a stand-in sets the time
// limits, which must be at least 30 s for every outcome to be played in full.
package sandbox
