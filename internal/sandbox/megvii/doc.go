// Package megvii is Megvii's FaceID server, written from the vendor's documents alone.
//
// What the documents leave open is read like this:
//
//   - app-v5, app-v3 and h5-flash take multipart/form-data only; pc-web, random-number and
//     lite-page, whose documents do not insist on it (that of lite-page does abroad), take
//     application/x-www-form-urlencoded too.
//   - Names that the document does not have are ignored, but a photo beyond the last one
//     allowed (up to image_ref9) is refused.
//   - That H5-Lite RAW-GetToken wants different biz_no for different processes is
//     advice: a process may ask for its token again. In PC-GetToken it "must" be unique
//     (必须唯一), within the last 10,000 of a key. H5-Lite GetToken calls it unique and
//     does not say what happens to one that is not: it is answered anew.
//   - The limit of 20 MB that H5-Lite RAW-GetToken states is 20,000,000 bytes,
//     the stricter reading, and holds for every endpoint.
//
// Of get_biz_token 1.0.0 the page for China is followed. That abroad has no data source,
// and was not readable beyond its first parameters; an account there is not told apart.
// This is read like this:
//
//   - The body is multipart/form-data, as all public clients send it.
//   - liveness_type has no flash: a sample program sends it, and no page has it.
//   - Parameters of another liveness_type, and the uuid beside an identity card, have no
//     meaning and are ignored.
//   - A number of other than 18 characters is BAD_ARGUMENTS: the table has no code of its own
//     for identity cards, and says nothing of the name.
//   - Of AUTHENTICATION_ERROR and INVALID_SIGN the first is an unknown key, as for 5.0.0.
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
package megvii
